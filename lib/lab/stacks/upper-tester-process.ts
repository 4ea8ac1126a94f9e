import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from '../../processes.ts';
import type { RunningTarget } from '../../target/running-target.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import type { Ending } from '../../verdict/reason.ts';
import type { Family } from '../namespaces/lab.ts';
import { startUntilReady } from '../namespaces/run.ts';

export interface UpperTesterProcess {
  /** Where it takes its commands, by UDP. */
  readonly port: number;
  /** How it ended by itself; undefined while it runs. */
  readonly ending: Ending | undefined;
  /**
   * Starts it again, on the same port; one that still runs is ended first.
   *
   * @throws LabUnavailable with what it said
   */
  restart(): Promise<void>;
  /** Ends it with all that it has started; may be called more than once. */
  stop(): Promise<void>;
}

export interface Command {
  /** What it is, at the start of a sentence for the user. */
  readonly what: string;
  /** The words of the command; the port is where it is to take its commands, 0 for any. */
  readonly words: (port: number) => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly patienceMs: number;
  /** A descriptor of ours that becomes its number 3. */
  readonly file?: number;
  /** Where what it prints goes, besides to us. */
  readonly log?: { readonly folder: string; readonly name: string } | undefined;
}

type PerFamily = Readonly<Partial<Record<Family, string>>>;

/** The upper tester's options on a host with these addresses; IPv4 carries the commands where there is a choice. */
export function upperTesterOptions(
  tester: PerFamily,
  target: PerFamily,
  families: readonly Family[],
  port: number,
): string[] {
  const [first, second] = [...families].sort();
  if (first === undefined) throw new RangeError('a target without an address family');
  const bind = target[first] as string;
  return [
    ...['--bind', bind, '--port', String(port)],
    ...families.flatMap((family) => ['--tester', tester[family] as string]),
    ...(second === undefined ? [] : ['--local', target[second] as string]),
    '--exit-on-eof',
  ];
}

/** The address that goes with the options above. */
export const controlAddress = (target: PerFamily, families: readonly Family[]): string =>
  target[families.includes(4) ? 4 : 6] as string;

/**
 * Starts a program that becomes, or contains, an upper tester, and waits for the line by which that says that it is
 * ready. It ends with us, in whatever way we end: its standard input is a pipe that we hold, and the kernel kills it when
 * we are gone.
 *
 * @throws LabUnavailable with what it said
 */
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
      current = await startOnce(command, port);
    },
    stop: () => stop(current.child),
  };
}

function startOnce(
  { what, words, env, patienceMs, file, log }: Command,
  port: number,
): Promise<{ child: ChildProcess; ready: number }> {
  const path = log && join(log.folder, `${log.name}.log`);
  // A log is of one run, with all its starts.
  if (path !== undefined && port === 0) rmSync(path, { force: true });
  return startUntilReady({
    ...{ what, words: words(port), patienceMs, log: path },
    ...(env ? { env } : {}),
    ...(file === undefined ? {} : { third: file }),
    ready: (_, onLine) =>
      new Promise((resolve) => {
        onLine((line) => {
          const ready = /^ready (\d+)$/.exec(line);
          if (ready) resolve(Number(ready[1]));
        });
      }),
  });
}

function endingOf({ exitCode, signalCode }: ChildProcess): Ending | undefined {
  if (signalCode !== null) return { signal: signalCode };
  return exitCode === null ? undefined : { exitCode };
}

/** What a running target owes to its upper tester: it is driven through it, and ends with it. */
export async function drivenBy(
  agent: UpperTesterProcess,
  { families, tester, target }: Pick<RunningTarget, 'families' | 'tester' | 'target'>,
  undo: (action: () => Promise<void>) => void,
): Promise<Omit<RunningTarget, 'name' | 'width' | 'stop'>> {
  undo(() => agent.stop());
  const address = controlAddress(target, families);
  const driver = await UpperTesterDriver.open({ address, port: agent.port, tester, target });
  undo(() => driver.dispose());
  return {
    ...{ families, tester, target, driver },
    ending: () => agent.ending,
    restart: () => agent.restart(),
  };
}
