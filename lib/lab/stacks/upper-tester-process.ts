import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Ending } from '../../target/running-target.ts';
import { LabUnavailable, labEnvironment } from '../namespaces/enter.ts';
import type { Family } from '../namespaces/lab.ts';
import { stop } from '../namespaces/run.ts';

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
  const { port } = current;
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

async function startOnce(command: Command, port: number): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command.words(port)], {
    env: labEnvironment(command.env),
    stdio: ['pipe', 'pipe', 'pipe', command.file ?? 'ignore'],
    // A process group of its own: an interrupt from the terminal is for us to handle.
    detached: true,
  });
  child.stdin?.on('error', () => {}); // it may end before it has read all
  try {
    return { child, port: await readyPort(child, command, port !== 0) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function endingOf({ exitCode, signalCode }: ChildProcess): Ending | undefined {
  if (signalCode !== null) return { signal: signalCode };
  return exitCode === null ? undefined : { exitCode };
}

function readyPort(child: ChildProcess, { what, patienceMs, log }: Command, again: boolean): Promise<number> {
  const file = log && createWriteStream(join(log.folder, `${log.name}.log`), { flags: again ? 'a' : 'w' });
  const last: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (how: string): void => {
      const said = last.slice(-3).join(', ').replace(/\.$/, '') || 'it said nothing';
      reject(new LabUnavailable(`${what} ${how}: ${said}.`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${patienceMs} ms`), patienceMs);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      file?.end(`ended with ${signal ?? status}\n`);
      fail(`ended with ${signal ?? status} before it was ready`);
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (raw) => {
        // A serial console ends its lines as a teletype does.
        const line = raw.trim();
        file?.write(`${line}\n`);
        const ready = /^ready (\d+)$/.exec(line);
        if (ready) {
          clearTimeout(timer);
          resolve(Number(ready[1]));
        } else if (line !== '') {
          last.push(line);
          if (last.length > 20) last.shift();
        }
      });
    }
  });
}
