/**
 * Compares `explain` with `tshark -q -z conv,tcp` on a large capture, five times each, in turn: `npm run bench:explain-speed`. The capture
 * has a million packets of 100,000 connections that are all open at one moment. `explain` must be three times as fast, in 300 MB.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TIMES = 5;
const FASTER = 3;
const MOST_MEMORY = 300;
const file = fileURLToPath(new URL('../../.cache/large.pcap', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs a command, and drops its output. Returns seconds, and the most memory that it had, in MB. */
async function measured(
  command: string,
  args: readonly string[],
): Promise<{ seconds: number; memory: number }> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let memory = 0;
  const watch = setInterval(() => {
    const path = `/proc/${child.pid}/status`;
    if (!existsSync(path)) return;
    const [, most = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(path, 'utf8')) ?? [];
    memory = Math.max(memory, Number(most) / 1000);
  }, 20);
  const status = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return { seconds: (performance.now() - began) / 1000, memory };
}

mkdirSync(new URL('../../.cache', import.meta.url), { recursive: true });
if (!existsSync(file))
  spawnSync(process.execPath, ['--import', 'tsx', here('write-capture.ts'), file], { stdio: 'inherit' });

const COMMANDS: Readonly<Record<'tshark' | 'explain', readonly [string, readonly string[]]>> = {
  tshark: ['tshark', ['-r', file, '-q', '-z', 'conv,tcp']],
  explain: [process.execPath, [here('../../bin/segment-arrives.js'), 'explain', file]],
};

const runs = { tshark: [] as number[], explain: [] as number[] };
let memory = 0;
for (let time = 0; time < TIMES; time += 1)
  for (const name of ['tshark', 'explain'] as const) {
    const one = await measured(...COMMANDS[name]);
    runs[name].push(one.seconds);
    if (name === 'explain') memory = Math.max(memory, one.memory);
    console.log(`${name.padEnd(8)} ${one.seconds.toFixed(2)} s, ${one.memory.toFixed(0)} MB`);
  }
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
const factor = median(runs.tshark) / median(runs.explain);
console.log(
  `median: tshark ${median(runs.tshark).toFixed(2)} s, explain ${median(runs.explain).toFixed(2)} s: ${factor.toFixed(1)} times as fast, ${memory.toFixed(0)} MB at most`,
);
process.exitCode = factor >= FASTER && memory < MOST_MEMORY ? 0 : 1;
