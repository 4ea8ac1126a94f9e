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

// Marks our rules among others of `ip rule`; any priority before the local table's lookups of the main table will do.
const PRIORITY = '793';

const ruleArguments = (verb: 'add' | 'del', { family, target, low, high }: Rule): string[] => [
  `-${family}`,
  'rule',
  verb,
  'priority',
  PRIORITY,
  'to',
  target,
  'ipproto',
  // By number: the name takes /etc/protocols, which a bare system does not have.
  String(PROTOCOL_TCP),
  'sport',
  `${low}-${high}`,
  'prohibit',
];

/**
 * Keeps the tester's kernel from resetting connections that only the suite knows.
 *
 * One policy route prohibits TCP from the suite's ports towards the target. The kernel's own resets carry the port when
 * they look for a route and are stopped; raw sockets look up without ports and are not.
 *
 * Rules in a namespace that vanishes with the run need no more care. Where they outlive it, a note of them is kept in a
 * file named after this process, so that the next start can remove what a killed run left behind.
 *
 * @param outlives the rules would stay when this process is killed
 * @param takesOver nobody else has such rules here: those that are there are of a process that was killed
 * @returns what takes the rules away again; it may be called more than once.
 * @throws KernelNotSilenced when `ip` is missing or refuses.
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
    for (const rule of rules) quietly(() => ip(ruleArguments('del', rule)));
    if (note) quietly(() => rmSync(note));
  };
  try {
    for (const rule of rules) {
      if (takesOver) quietly(() => ip(ruleArguments('del', rule)));
      ip(ruleArguments('add', rule));
    }
  } catch (error) {
    restore();
    throw new KernelNotSilenced((error as Error).message);
  }
  process.once('exit', restore);
  return restore;
}

/** Removes the rules of runs that were killed before they could; rules of runs that are alive stay. */
export function removeLeftovers(): void {
  for (const name of readdirSync(notesDirectory())) {
    const pid = Number.parseInt(name, 10);
    if (pid === process.pid || isAlive(pid)) continue;
    const note = join(notesDirectory(), name);
    quietly(() => {
      for (const rule of JSON.parse(readFileSync(note, 'utf8')) as Rule[])
        quietly(() => ip(ruleArguments('del', rule)));
      rmSync(note);
    });
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

function ip(args: string[]): void {
  try {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (code === 'ENOENT') throw new Error('the `ip` command is missing: apt-get install iproute2');
    throw new Error(`ip ${args.join(' ')}: ${stderr?.toString().trim() || (error as Error).message}`);
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // What could not be removed is gone already, or will be tried again by the next start.
  }
}
