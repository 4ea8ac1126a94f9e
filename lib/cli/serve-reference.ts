import { findStack, unknownStack } from '../lab/stacks/index.ts';
import { tellParent } from '../processes.ts';
import { say } from '../report/say.ts';
import { SIGNALS } from './signals.ts';

/** Messages to the process that started this one. */
export type FromServer =
  | {
      readonly kind: 'ready';
      readonly name: string;
      readonly driver: string;
      readonly addresses: readonly string[];
    }
  | { readonly kind: 'impossible'; readonly message: string };

/** Runs in the tester's network namespace. Keeps a stack of the lab running until the parent process ends. */
const [id = '', ...families] = process.argv.slice(2);
const tell = (message: FromServer): void => tellParent(message);

try {
  const target = await (await findStack(id))?.start({
    families: families.map((one) => (one === '6' ? 6 : 4)),
  });
  if (!target) throw new Error(await unknownStack(id));
  process.once('disconnect', () => {
    void target.stop().finally(() => process.exit());
  });
  // Ctrl-C reaches the whole process group; the parent process decides.
  for (const signal of SIGNALS) process.on(signal, () => {});
  tell({
    kind: 'ready',
    name: target.name,
    driver: say.driver(target.driver),
    addresses: Object.values(target.target),
  });
} catch (error) {
  tell({ kind: 'impossible', message: (error as Error).message });
  process.disconnect?.();
  process.exitCode = 2;
}
