import type { Step } from '../catalogue/steps.ts';
import type { Entry } from '../tester/index.ts';

/** A state could not be reached or a circumstance not be brought about. The message says why, for people. */
export class Unreached extends Error {
  override name = 'Unreached';
  /** The step that had not the answer it must have; undefined where it is a circumstance that could not be brought about. */
  readonly step: Step | undefined;
  /** The segments of the connection that was tried. */
  log: readonly Entry[] = [];

  constructor(message: string, step?: Step) {
    super(message);
    this.step = step;
  }
}
