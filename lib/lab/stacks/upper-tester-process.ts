import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from '../../processes.ts';
import type { RunningTarget } from '../../target/open-target.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import type { Ending } from '../../verdict/reason.ts';
import { startUntilReady } from '../namespaces/run.ts';

/** A program that becomes, or contains, an upper tester. */
interface Command {
  /** What it is. Error messages begin with it. */
  readonly what: string;
  /** The words of the command. `port` is where the upper tester takes commands; 0: any. */
  readonly words: (port: number) => readonly string[];
  readonly patienceMs: number;
  /** Our descriptor that becomes its number 3. */
  readonly file?: number;
  /** Its output goes to this file of the folder `logs`; without a folder it is dropped. */
  readonly log: string;
  readonly logs: string | undefined;
  /** Runs after its end, before it is started again. */
  readonly beforeRestart?: () => Promise<void>;
}

export interface UpperTesterProcess {
  /** Where it takes commands, by UDP. */
  readonly port: number;
  /** How it ended by itself; undefined while it runs. */
  readonly ending: Ending | undefined;
  /** Ends it, and starts it on the same port. @throws LabUnavailable */
  restart(): Promise<void>;
  /** Ends it with all that it has started. May be called more than once. */
  stop(): Promise<void>;
}

type Ends = Pick<RunningTarget, 'families' | 'tester' | 'target'>;

/** The upper tester's options on a host with these addresses. IPv4, if there is any, carries the commands. */
export function upperTesterOptions({ tester, target, families }: Ends, port: number): string[] {
  const [first, second] = [...families].sort();
  if (first === undefined) throw new RangeError('a target without an address family');
  return [
    ...['--bind', target[first] as string, '--port', String(port)],
    ...families.flatMap((family) => ['--tester', tester[family] as string]),
    ...(second === undefined ? [] : ['--local', target[second] as string]),
    '--exit-on-eof',
  ];
}

/** Starts an upper tester, and waits until it says that it is ready. It ends when we end in any way. @throws LabUnavailable */
export async function startUpperTester(command: Command): Promise<UpperTesterProcess> {
  let current = await startOnce(command, 0);
  const { ready: port } = current;
  return {
    port,
    get ending() {
      return endingOf(current.child);
    },
    async restart() {
      await stop(current.child);
      await command.beforeRestart?.();
      current = await startOnce(command, port);
    },
    stop: () => stop(current.child),
  };
}

function startOnce(
  { what, words, patienceMs, file, log, logs }: Command,
  port: number,
): Promise<{ child: ChildProcess; ready: number }> {
  const path = logs === undefined ? undefined : join(logs, `${log}.log`);
  // A log has all starts of one run.
  if (path !== undefined && port === 0) rmSync(path, { force: true });
  return startUntilReady({
    ...{ what, words: words(port), patienceMs, third: file, log: path },
    ready: (_, onLine) =>
      new Promise((resolve) => {
        onLine((line) => {
          const ready = /^ready (\d+)$/.exec(line);
          if (ready) resolve(Number(ready[1]));
        });
      }),
  });
}

/** How a process ended; undefined while it runs. */
export function endingOf({ exitCode, signalCode }: ChildProcess): Ending | undefined {
  if (signalCode !== null) return { signal: signalCode };
  return exitCode === null ? undefined : { exitCode };
}

/** The part of a running target that its upper tester makes up: it drives the target, and both end together. */
export async function drivenBy(
  agent: UpperTesterProcess,
  { families, tester, target }: Ends,
  undo: (action: () => Promise<void>) => void,
): Promise<Omit<RunningTarget, 'name' | 'width' | 'stop'>> {
  undo(() => agent.stop());
  const address = target[families.includes(4) ? 4 : 6] as string;
  const driver = await UpperTesterDriver.open({ address, port: agent.port, tester, target });
  undo(() => driver.dispose());
  return {
    ...{ families, tester, target, driver },
    ending: () => agent.ending,
    restart: () => agent.restart(),
  };
}
