import { buildUpperTester } from '../../../target/build-agent.ts';
import type { Lab } from '../../namespaces/lab.ts';
import { controlAddress, startUpperTester, upperTesterOptions } from '../upper-tester-process.ts';

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
