import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { SCENARIOS } from '../../catalogue/catalogue.ts';
import { isTaken } from '../../catalogue/choice.ts';
import { findStack } from '../../lab/stacks/index.ts';
import { familiesOf } from '../../lab/stacks/stack.ts';
import { preflightText, runText } from '../../report/console.ts';
import { failuresOf } from '../../report/preflight-faults.ts';
import { progressLine } from '../../report/progress.ts';
import type { Run } from '../../report/run.ts';
import { EarlyParts, type WriteOptions, writeReports } from '../../report/write.ts';
import { ReportError, writeWhole } from '../../report/write-whole.ts';
import { beginRun, endRun, type MochaRun } from '../../runner/mocha/mocha-run.ts';
import { Session } from '../../runner/session.ts';
import { type Settings, usesLab } from '../../runner/settings.ts';
import { acceptedBy, compareWith, concludeGate, type NamedBaseline } from '../compare-with-baseline.ts';
import { EXIT, tell, UsageError } from '../failure.ts';
import { finished, type Interruption } from './interrupt.ts';
import type { RunOptions } from './options.ts';

interface Chosen {
  readonly id: string;
  readonly family: 4 | 6;
}

interface Begun {
  readonly engine?: ChildProcess | undefined;
  readonly interruption: Interruption;
}

/**
 * Runs the suites by mocha and returns the exit code.
 *
 * @param begun what has begun already: the engine's process, and how to be interrupted
 */
export async function execute(
  asked: Settings,
  baseline: NamedBaseline | undefined,
  options: RunOptions,
  { engine, interruption }: Begun,
): Promise<number> {
  const showsProgress = options.format === 'progress' && !options.verbose;
  const stack = usesLab(asked) ? await findStack(asked.stack) : undefined;
  const settings = stack ? { ...asked, families: familiesOf(stack, asked.families) } : asked;
  const cases = chosenCases(settings);
  if (cases.length === 0) throw new UsageError(nothingSelected(settings));
  if (options.dryRun) {
    process.stdout.write(dryRunText(cases));
    return EXIT.asExpected;
  }
  requireWritable(settings.reports);
  // The pages are made of long texts: Node would let twice as much garbage gather before it looks for it.
  setFlagsFromString('--heap-growing-percent=50');
  // Of what is printed, JSON lines alone are for a program.
  if (options.format === 'jsonl') console.log = console.error;
  const startedAt = Date.now();
  let run: MochaRun | undefined;
  let session: Promise<Session> | undefined;
  try {
    // What a stack has to fetch, it fetches where the network is.
    await stack?.prepare?.();
    const progress = showsProgress ? progressLine(process.stdout) : undefined;
    progress?.showPreflight();
    session = Session.open(settings, { cases, begins: true, engine });
    // Whoever awaits it hears of its failure.
    session.catch(() => {});
    // It takes as long to load as the engine to start.
    const { loadMocha, runMocha } = await import('./under-mocha.ts');
    const { mocha, run: loaded } = loadMocha(settings, showsProgress);
    run = loaded;
    await beginRun(run, () => true, session).finally(() => progress?.clear());
    tellPreflight(run);
    // mocha asks for the results in its own order, most of them at the end.
    const early = new EarlyParts(settings.reports, settings.profile);
    run.record.onArrival((result) => early.add(result));
    const complete = await runMocha(mocha, run, options, interruption);
    // The engine ends while the reports are written.
    const ending = endRun(run);
    const done = run.record.run({ durationMs: Date.now() - startedAt, complete });
    const outcome =
      done && baseline && (await compareWith(done, baseline, { only: settings.only, allow: options.allow }));
    const accepted = baseline && outcome && { baseline: acceptedBy(baseline, outcome) };
    if (done)
      console.log(
        `\n${runText(done, { faultsTold: true, ...(accepted ? { accepted: accepted.baseline } : {}) })}\n`,
      );
    const written = done && writeOrTell(settings, done, { ...accepted, early });
    await ending;
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (!done || !written) return EXIT.cannotTest;
    const exitCode =
      baseline && outcome
        ? concludeGate(outcome, done, baseline, join(settings.reports, 'results.json'))
        : judge(done);
    if (!options.reportOnly) return exitCode;
    return done.complete && (await countLost(run)) === 0 ? EXIT.asExpected : EXIT.notAsExpected;
  } finally {
    if (run?.session) await endRun(run);
    else await session?.then((opened) => opened.close()).catch(() => {});
  }
}

function nothingSelected(settings: Settings): string {
  const { only, shard, families, slow } = settings;
  if (!slow && chosenCases({ ...settings, slow: true }).length > 0)
    return `--only ${only} matches none but slow cases: give --slow, too`;
  const part = shard ? ` in part ${shard.part} of ${shard.of}` : '';
  const where = `${families.map((family) => `IPv${family}`).join(' or ')}${part}`;
  return only
    ? `--only ${only} matches no case over ${where}; \`segment-arrives list\` prints all ids`
    : `there is no case over ${where}`;
}

/** The cases that the settings leave, in the order of the catalogue. */
function chosenCases(settings: Settings): Chosen[] {
  const { families } = settings;
  return SCENARIOS.filter(isTaken(settings)).flatMap(({ id, families: own }) =>
    families.filter((family) => own.includes(family)).map((family) => ({ id, family })),
  );
}

/** The cases that a run would take: one id per line with its families, then the totals. */
function dryRunText(cases: readonly Chosen[]): string {
  const families = new Map<string, (4 | 6)[]>();
  const counts = { 4: 0, 6: 0 };
  for (const { id, family } of cases) {
    families.set(id, [...(families.get(id) ?? []), family]);
    counts[family] += 1;
  }
  const lines = [...families].map(([id, own]) => `${id}  ${own.sort().join(',')}`);
  const total = `${families.size} ${families.size === 1 ? 'case' : 'cases'}, ${cases.length} tests (IPv4: ${counts[4]}, IPv6: ${counts[6]}); nothing was run`;
  return `${lines.join('\n')}\n\n${total}\n`;
}

/** Prints what the preflight found before the first case runs: it matters more than any single case. */
function tellPreflight({ record }: MochaRun): void {
  const found = record.run({ durationMs: 0, complete: false });
  const text = found && preflightText({ ...found, cases: [] });
  if (text) console.log(`${text}\n`);
}

/** The exit code by the profile alone, without a baseline. */
function judge(run: Run): number {
  return run.complete && !failuresOf(run).fails ? EXIT.asExpected : EXIT.notAsExpected;
}

/** Counts the cases without a result because the engine ended too early. */
async function countLost({ session, cases }: MochaRun): Promise<number> {
  if (!session) return cases.size;
  return cases.size - (await finished(session, cases.values())).length;
}

/** A run whose reports cannot be written need not begin. @throws ReportError */
function requireWritable(directory: string): void {
  const probe = join(directory, `.writable-${process.pid}`);
  try {
    writeWhole(probe, '');
    rmSync(probe, { force: true });
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw new ReportError(error.message.replace(probe, `the directory ${directory}`), { cause: error });
  }
}

/** Writes the reports that mochawesome does not write. Returns false, after an error message, when that fails. */
function writeOrTell(
  { reports: directory, logs }: Pick<Settings, 'reports' | 'logs'>,
  run: Run,
  options: WriteOptions,
): boolean {
  try {
    writeReports(directory, run, options);
    const output = logs === undefined ? '' : `\n  the target's own output: ${logs}/`;
    console.log(
      `  reports: ${join(directory, 'index.html')}, and beside it mochawesome.html, results.json, junit.xml, summary.md, pcap/${output}\n`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    tell(error);
    return false;
  }
}
