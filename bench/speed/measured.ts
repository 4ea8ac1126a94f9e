import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a command has taken: seconds, and the most MiB of all its processes at a time. */
export interface Measured {
  readonly wall: number;
  readonly processor: number;
  readonly peak: number;
  readonly code: number | null;
  readonly stdout: string;
}

const BETWEEN_LOOKS = 150;
const KIB_IN_MIB = 1024;

/** Runs a command to its end. A part of memory that processes share counts once. */
export async function measured(words: readonly string[]): Promise<Measured> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>/dev/null >&3; } 3>&1 2>&4';
  const child = spawn('bash', ['-c', script, 'bash', ...words], {
    stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'pipe'],
  });
  let [stdout, times] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdio[4]?.on('data', (octets: Buffer) => {
    times += octets.toString();
  });
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, memoryOf(child.pid ?? 0));
  }, BETWEEN_LOOKS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(look);
  const [wall = 0, user = 0, system = 0] = times.trim().split(/\s+/).map(Number);
  return { wall, processor: user + system, peak, code, stdout };
}

/** Of a process and all that it has started, in MiB. */
function memoryOf(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  const kib = all.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / KIB_IN_MIB;
}

/** Empty where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
