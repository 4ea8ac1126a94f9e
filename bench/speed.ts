/**
 * Measures how fast the suite is on this machine, against the lab's Linux, and prints a table.
 *
 *     npm run bench:speed -- [--table reports/speed.md]
 *     PACKETDRILL=path npm run bench:speed        # compares with packetdrill, too (https://github.com/google/packetdrill)
 *
 * The machine must be idle. The last lines are ratios, which hold on other machines as well.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { labCommand } from '../lib/lab/namespaces/enter.ts';
import { writeMarkedPart } from '../lib/report/marked-part.ts';
import { readResults } from '../lib/report/results.ts';
import { type Measured, measured } from './speed/measured.ts';
import { BEHAVIOURS, playAll, writeScripts } from './speed/packetdrill.ts';

const { values } = parseArgs({ options: { table: { type: 'string' } } });
const PROGRAM = [process.execPath, fileURLToPath(new URL('../bin/segment-arrives.js', import.meta.url))];
const ONE = 'established.rst.middle';
/** At a time, and the part of the cases that is run: fewer at a time take as much longer. */
const WIDTHS: readonly { width: number; shard: string; roundTrip?: number }[] = [
  { width: 1, shard: '1/60' },
  { width: 8, shard: '1/8' },
  { width: 64, shard: '1/1' },
  { width: 256, shard: '1/1' },
  { width: 256, shard: '1/1', roundTrip: 20 },
];

const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-speed-'));
const lines: string[] = [];
const row = (...cells: readonly string[]): void => {
  lines.push(`| ${cells.join(' | ')} |`);
};
const seconds = (value: number): string => `${value.toFixed(2)} s`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

try {
  // The first start makes the build.
  await measured([...PROGRAM, '--version']);
  const help = await measured([...PROGRAM, '--help']);
  const list = await measured([...PROGRAM, 'list']);
  const one = await run(['--only', ONE, '--family', '4']);
  lines.push(`Linux ${release()}, ${cpus().length} processors`, '');
  row('', 'time', 'first verdict after', 'processor time');
  row(':--', ':--', ':--', ':--');
  row('`--help`', seconds(help.wall), '', seconds(help.processor));
  row('`list`', seconds(list.wall), '', seconds(list.processor));
  const words = `\`run --only ${ONE}\`, with its reports`;
  row(words, seconds(one.wall), seconds(one.first), seconds(one.processor));

  lines.push('');
  const measures = [
    'time',
    'first verdict after',
    'cases a second',
    'waiting',
    'processor time',
    'peak memory',
  ];
  row('cases at once', 'cases', ...measures);
  row(':--', ':--', ...measures.map(() => ':--'));
  let whole: Whole | undefined;
  for (const { width, shard, roundTrip } of WIDTHS) {
    // Each direction takes half of it.
    const far = roundTrip === undefined ? [] : ['env', `SEGMENT_ARRIVES_NOISE=delay=${roundTrip / 2}`];
    const done = await run(['--parallel', String(width), '--shard', shard], far);
    if (width === 64) whole = done;
    row(
      ...[
        roundTrip === undefined ? String(width) : `${width}, round trip ${roundTrip} ms`,
        String(done.cases),
        seconds(done.wall),
        seconds(done.first),
      ],
      ...[
        (done.cases / done.took).toFixed(1),
        percent(1 - done.processor / done.waited),
        seconds(done.processor),
        `${Math.round(done.peak)} MiB`,
      ],
    );
  }

  const { command, args } = labCommand();
  const exchanges = await compiled('bench/speed/exchanges.ts');
  const counted = await measured([command, ...args, process.execPath, exchanges]);
  const { bare, endpoint } = JSON.parse(counted.stdout) as { bare: number; endpoint: number };
  lines.push('');
  row('exchanges per second of processor time', '');
  row(':--', ':--');
  row('two bare raw sockets', Math.round(bare).toString());
  row("the tester's endpoint", `${Math.round(endpoint)}: ${percent(endpoint / bare)}`);

  const packetdrill = process.env.PACKETDRILL;
  if (packetdrill && whole) await compare(packetdrill, whole);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(lines.join('\n'));
if (values.table !== undefined) writeMarkedPart(values.table, lines.join('\n'));

interface Whole extends Measured {
  readonly cases: number;
  /** From the start to the last case, in seconds; and how long all cases were under way together. */
  readonly took: number;
  readonly waited: number;
  /** From the shell prompt to the first verdict, in seconds. */
  readonly first: number;
}

async function run(words: readonly string[], before: readonly string[] = []): Promise<Whole> {
  const began = Date.now();
  const taken = await measured([
    ...before,
    ...PROGRAM,
    'run',
    ...words,
    '--report-only',
    '--reports',
    folder,
  ]);
  if (taken.code !== 0) throw new Error(`run ${words.join(' ')}: exit code ${taken.code}`);
  const { cases, durationMs } = readResults(join(folder, 'results.json'));
  const waited = cases.reduce((sum, one) => sum + one.durationMs, 0) / 1000;
  const ends = cases.flatMap((one) =>
    one.startedAt === undefined ? [] : [Date.parse(one.startedAt) + one.durationMs],
  );
  const first = (Math.min(...ends) - began) / 1000;
  return { ...taken, cases: cases.length, took: durationMs / 1000, waited, first };
}

/** Compiled as the programs of lib/ are: tsx gives functions their names when they are made, which takes its time. */
async function compiled(program: string): Promise<string> {
  const { compile } = (await import(new URL('../bin/build.js', import.meta.url).href)) as {
    compile(
      programs: string[],
      outdir: string,
    ): Promise<{ outputFiles: { path: string; contents: Uint8Array }[] }>;
  };
  const outdir = fileURLToPath(new URL('../.cache/bench/speed', import.meta.url));
  mkdirSync(outdir, { recursive: true });
  const { outputFiles } = await compile([program], outdir);
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  return outputFiles.find(({ path }) => path.endsWith('exchanges.js'))?.path ?? '';
}

/** The same behaviours by packetdrill, on the same kernel. */
async function compare(packetdrill: string, whole: Whole): Promise<void> {
  const ours = await run(['--only', BEHAVIOURS.join(','), '--family', '4']);
  const scripts = await writeScripts(PROGRAM, join(folder, 'results.json'), join(folder, 'scripts'));
  const oneByOne = await playAll(packetdrill, scripts, false);
  const atOnce = await playAll(packetdrill, scripts, true);
  const each = oneByOne.wall / scripts.length;
  lines.push('');
  row(`${scripts.length} behaviours`, 'time', 'as expected');
  row(':--', ':--', ':--');
  row('packetdrill, one by one', seconds(oneByOne.wall), String(oneByOne.right));
  row('packetdrill, all at once', seconds(atOnce.wall), String(atOnce.right));
  row('`run --only`', seconds(ours.wall), String(ours.cases));
  lines.push('');
  row('ratio', '');
  row(':--', ':--');
  row(
    'time of `run --only`, divided by the time of packetdrill, all at once',
    (ours.wall / atOnce.wall).toFixed(2),
  );
  row(
    'time of one case in a whole run, to the time of one packetdrill script alone',
    `1 : ${Math.round(each / (whole.wall / whole.cases))}`,
  );
}
