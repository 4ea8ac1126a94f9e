import { createInterface } from 'node:readline';
import { buildUpperTester } from '../target/build-agent.ts';
import { LabUnavailable } from './enter.ts';
import type { Lab } from './lab.ts';
import { stop } from './run.ts';

export interface LinuxTarget {
  /** Where the upper tester takes its commands, by UDP. */
  readonly control: { readonly address: string; readonly port: number };
  /** Ends the upper tester, and with it every connection of the target's. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 5000;

/** Makes this machine's own kernel the target: starts the upper tester on the lab's other end. */
export async function startLinuxTarget(lab: Lab): Promise<LinuxTarget> {
  const path = await buildUpperTester();
  // IPv4 carries the commands where there is a choice.
  const [first, second] = [...lab.families].sort();
  if (first === undefined) throw new RangeError('a lab without an address family has no target');
  const agent = lab.spawnInTarget(path, [
    ...['--bind', lab.target[first], '--port', '0'],
    ...lab.families.flatMap((family) => ['--tester', lab.tester[family]]),
    ...(second === undefined ? [] : ['--local', lab.target[second]]),
    '--exit-on-eof',
  ]);

  let stderr = '';
  agent.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    const port = await new Promise<number>((resolve, reject) => {
      const fail = (what: string) => reject(new LabUnavailable(`The upper tester ${what}: ${said(stderr)}.`));
      const timer = setTimeout(() => fail(`was not ready after ${PATIENCE_MS} ms`), PATIENCE_MS);
      agent.once('error', (error) => fail(`could not be started (${error.message})`));
      agent.once('close', (status, signal) => fail(`ended with ${signal ?? status} before it was ready`));
      agent.once('close', () => clearTimeout(timer));
      if (agent.stdout) {
        createInterface(agent.stdout).on('line', (line) => {
          const ready = /^ready (\d+)$/.exec(line);
          if (!ready) return;
          clearTimeout(timer);
          resolve(Number(ready[1]));
        });
      }
    });
    return { control: { address: lab.target[first], port }, stop: () => stop(agent) };
  } catch (error) {
    await stop(agent);
    throw error;
  }
}

const said = (stderr: string): string =>
  stderr.trim().replaceAll('\n', ', ').replace(/\.$/, '') || 'it said nothing';
