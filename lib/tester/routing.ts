import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOL_TCP } from '../wire/index.ts';

/** The tester's kernel could not be kept from answering the target's segments itself. */
export class KernelNotSilenced extends Error {
  override name = 'KernelNotSilenced';
}

interface Rule {
  readonly family: 4 | 6;
  readonly target: string;
  readonly low: number;
  readonly high: number;
}

// Marks our rules. Any priority before the lookup of the main table would do.
const PRIORITY = '793';

const ruleArguments = (verb: 'add' | 'del', { family, target, low, high }: Rule): string[] => [
  ...[`-${family}`, 'rule', verb, 'priority', PRIORITY, 'to', target],
  // By number: a bare system has no /etc/protocols.
  ...['ipproto', String(PROTOCOL_TCP), 'sport', `${low}-${high}`, 'prohibit'],
];

/**
 * Keeps the tester's kernel from resetting connections that only the suite knows: a policy route prohibits TCP from the
 * suite's ports to the target. The kernel's resets look up a route by port and are stopped. Raw sockets look up without
 * ports and pass.
 *
 * @param outlives the rules would stay when this process is killed: a file notes them, and the next start removes them
 * @param takesOver rules that exist are those of a killed process
 * @returns removes the rules; it may be called more than once
 * @throws KernelNotSilenced when `ip` is missing or refuses
 */
export function silenceKernel(
  rules: readonly Rule[],
  { outlives = false, takesOver = false } = {},
): () => void {
  const note = outlives ? join(notesDirectory(), `${process.pid}.json`) : undefined;
  if (note) {
    removeLeftovers();
    writeFileSync(note, JSON.stringify(rules));
  }
  let active = true;
  const restore = (): void => {
    if (!active) return;
    active = false;
    remove(rules);
    if (note) rmSync(note, { force: true });
  };
  try {
    if (takesOver) remove(rules);
    for (const rule of rules) ip(ruleArguments('add', rule));
  } catch (error) {
    restore();
    throw new KernelNotSilenced((error as Error).message);
  }
  process.once('exit', restore);
  return restore;
}

/** Removes the rules of killed runs. Rules of running ones stay. */
export function removeLeftovers(): void {
  for (const name of readdirSync(notesDirectory())) {
    const pid = Number.parseInt(name, 10);
    if (pid === process.pid || isAlive(pid)) continue;
    const note = join(notesDirectory(), name);
    try {
      remove(JSON.parse(readFileSync(note, 'utf8')) as Rule[]);
      rmSync(note);
    } catch {
      // Another run has removed it, or the next start tries again.
    }
  }
}

/** Removes rules that may be gone already. */
function remove(rules: readonly Rule[]): void {
  for (const rule of rules) {
    try {
      ip(ruleArguments('del', rule));
    } catch {
      // There is none.
    }
  }
}

/** The address of this machine from which packets to the target come. Undefined without a route. */
export function sourceTowards(target: string): string | undefined {
  try {
    const [route] = JSON.parse(ip(['-json', 'route', 'get', target])) as { prefsrc?: string }[];
    return route?.prefsrc;
  } catch {
    return undefined;
  }
}

function notesDirectory(): string {
  const directory = join(
    process.env.XDG_RUNTIME_DIR ?? tmpdir(),
    `segment-arrives-${process.getuid?.() ?? 0}`,
  );
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ip(args: string[]): string {
  try {
    return execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error('the `ip` command is missing: apt-get install iproute2');
    throw new Error(`ip ${args.join(' ')}: ${stderr?.trim() || (error as Error).message}`);
  }
}
