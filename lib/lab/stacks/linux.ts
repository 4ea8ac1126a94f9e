import { release } from 'node:os';
import { startInSteps } from '../../cleanups.ts';
import { buildUpperTester } from '../../target/build-agent.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import { Lab } from '../namespaces/lab.ts';
import { COMPILER, missingOf } from '../namespaces/packages.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { controlAddress, startUpperTester, upperTesterOptions } from './upper-tester-process.ts';

// The kernel takes far more; what bounds it is the receive queue of an unprivileged tester.
const WIDTH = 160;

/** This machine's own kernel, in a second network namespace. */
export const linux: Stack = {
  id: 'linux',
  what: "this machine's own kernel, in a network namespace of its own",
  packages: Object.keys(COMPILER),
  missing: () => missingOf(COMPILER),
  start: ({ families, linkLoss, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const lab = await Lab.create({ families, ...(linkLoss ? { linkLoss } : {}) });
      const { tester, target } = lab;
      undo(() => lab.dispose());
      const agent = await startLinuxTarget(lab, logs);
      undo(() => agent.stop());
      const driver = await UpperTesterDriver.open({ ...agent.control, tester, target });
      undo(() => driver.dispose());
      const name = `Linux ${release()}`;
      return { name, families, tester, target, driver, width: WIDTH, restart: agent.restart };
    }),
};

export interface LinuxTarget {
  /** Where the upper tester takes its commands, by UDP. */
  readonly control: { readonly address: string; readonly port: number };
  /** Starts the upper tester again, which is all of this target that can end. */
  restart(): Promise<void>;
  /** Ends the upper tester, and with it every connection of the target's. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 5000;

/**
 * Makes this machine's own kernel the target: starts the upper tester on the lab's other end.
 *
 * @param logs a folder, which exists; absent: what the upper tester says is dropped
 * @throws LabUnavailable
 */
export async function startLinuxTarget(lab: Lab, logs?: string): Promise<LinuxTarget> {
  const { families, tester, target } = lab;
  const program = await buildUpperTester();
  const agent = await startUpperTester({
    what: 'The upper tester',
    words: (port) => [...lab.entering, program, ...upperTesterOptions(tester, target, families, port)],
    patienceMs: PATIENCE_MS,
    log: logs === undefined ? undefined : { folder: logs, name: 'linux' },
  });
  return {
    control: { address: controlAddress(target, families), port: agent.port },
    restart: agent.restart,
    stop: agent.stop,
  };
}
