/** How an upper tester can fail its tester. */
import { type PrimitiveName, type ResultName, resultName } from './primitives.ts';

export class UpperTesterError extends Error {
  override readonly name: string = 'UpperTesterError';
}

/** Nothing answers. */
export class UpperTesterAbsent extends UpperTesterError {
  override readonly name = 'UpperTesterAbsent';
}

/** Something answers, but not in the Testability Protocol. */
export class UpperTesterNonsense extends UpperTesterError {
  override readonly name = 'UpperTesterNonsense';
}

/** The upper tester answered with a result other than E_OK. */
export class UpperTesterRefused extends UpperTesterError {
  override readonly name = 'UpperTesterRefused';
  readonly primitive: PrimitiveName;
  readonly result: number;
  /** The result's name, `E_NTF` for example; in hexadecimal when the protocol has none for it. */
  readonly resultName: ResultName | (string & {});

  constructor(primitive: PrimitiveName, result: number) {
    const name = resultName(result);
    super(`the upper tester answered ${primitive} with ${name}`);
    this.primitive = primitive;
    this.result = result;
    this.resultName = name;
  }
}
