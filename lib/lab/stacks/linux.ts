import { release } from 'node:os';
import { startInSteps } from '../../cleanups.ts';
import { buildUpperTester } from '../../compile.ts';
import { COMPILER, missingOf } from '../namespaces/enter.ts';
import { Lab } from '../namespaces/lab.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import {
  drivenBy,
  startUpperTester,
  type UpperTesterProcess,
  upperTesterOptions,
} from './upper-tester-process.ts';

// Many more than are busy at a time: most wait. The receive queue of an unprivileged tester is the bound, not the kernel.
const WIDTH = 640;

/** This machine's own kernel, in a second network namespace. */
export const linux: Stack = {
  id: 'linux',
  what: "this machine's own kernel, in a network namespace of its own",
  packages: Object.keys(COMPILER),
  missing: () => missingOf(COMPILER),
  start: ({ families, linkLoss, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const lab = await Lab.create({ families, ...(linkLoss ? { linkLoss } : {}) });
      undo(() => lab.dispose());
      const agent = await startOnLinux(lab, logs);
      // The end of the upper tester is not the end of the kernel's TCP.
      const { ending: _, ...running } = await drivenBy(agent, lab, undo);
      return { ...running, name: `Linux ${release()}`, width: WIDTH };
    }),
};

/** Starts the upper tester on the target of a lab. @param logs an existing folder @throws LabUnavailable */
export async function startOnLinux(lab: Lab, logs?: string): Promise<UpperTesterProcess> {
  const program = await buildUpperTester();
  return startUpperTester({
    what: 'The upper tester',
    words: (port) => [...lab.entering, program, ...upperTesterOptions(lab, port)],
    patienceMs: 5000,
    log: 'linux',
    logs,
  });
}
