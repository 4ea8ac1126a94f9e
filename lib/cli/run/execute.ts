import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { findStack } from '../../lab/stacks/index.ts';
import { findingsText, runText } from '../../report/console.ts';
import { failuresOf } from '../../report/findings.ts';
import { progressLine } from '../../report/progress.ts';
import SegmentArrivesReporter from '../../report/reporter.ts';
import { ReportError, writeWhole } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { type WriteOptions, writeReports } from '../../report/write.ts';
import { beginRun, endRun, type MochaRun, mochaRun } from '../../runner/mocha/mocha-run.ts';
import { declareSuites } from '../../runner/mocha/suite-interface.ts';
import { type Settings, usesLab } from '../../runner/settings.ts';
import { SUITES } from '../../../suites/index.ts';
import { acceptedBy, compareWith, concludeGate, type NamedBaseline } from '../compare-with-baseline.ts';
import { EXIT, tell, UsageError } from '../failure.ts';
import { finished, Interruption } from './interrupt.ts';
import { showLive } from './live.ts';
import type { RunOptions } from './options.ts';

/** Runs the suites by mocha and returns the exit code. */
export async function execute(
  settings: Settings,
  baseline: NamedBaseline | undefined,
  options: RunOptions,
): Promise<number> {
  const showsProgress = options.format === 'progress' && !options.verbose;
  const { mocha, run } = loadMocha(settings, showsProgress);
  if (options.dryRun) {
    process.stdout.write(dryRunText(run));
    return EXIT.asExpected;
  }
  requireWritable(settings.reports);
  // Of what is printed, JSON lines alone are for a program.
  if (options.format === 'jsonl') console.log = console.error;
  const interruption = new Interruption();
  const startedAt = Date.now();
  try {
    // What a stack has to fetch, it fetches where the network is.
    if (usesLab(settings)) await (await findStack(settings.stack))?.prepare?.();
    await beginWithProgress(run, showsProgress);
    tellFindings(run);
    const complete = await runMocha(mocha, run, options, interruption);
    await endRun(run);
    const done = run.record.run({ durationMs: Date.now() - startedAt, complete });
    const outcome =
      done && baseline && (await compareWith(done, baseline, { only: settings.only, allow: options.allow }));
    const accepted = baseline && outcome && { baseline: acceptedBy(baseline, outcome) };
    if (done)
      console.log(
        `\n${runText(done, { findingsTold: true, ...(accepted ? { accepted: accepted.baseline } : {}) })}\n`,
      );
    const written = done && writeOrTell(settings.reports, done, accepted);
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (!done || !written) return EXIT.cannotTest;
    const exitCode =
      baseline && outcome
        ? concludeGate(outcome, done, baseline, join(settings.reports, 'results.json'))
        : judge(done);
    if (!options.reportOnly) return exitCode;
    return done.complete && (await countLost(run)) === 0 ? EXIT.asExpected : EXIT.notAsExpected;
  } finally {
    await endRun(run);
    interruption.dispose();
  }
}

/**
 * Mocha with the tests of the catalogue, and the reporter that .mocharc.json names. To begin and to end the run is left to the
 * caller, who has more to say about their failures than mocha.
 *
 * @throws UsageError when no case is selected
 */
function loadMocha(settings: Settings, showsProgress: boolean): { mocha: Mocha; run: MochaRun } {
  const run = mochaRun(settings);
  const mocha = new Mocha({
    timeout: 0,
    reporter: SegmentArrivesReporter as never,
    // results.json and the others are written when it is known whether the run was cut short.
    reporterOptions: { reportDir: settings.reports, writeReports: false, progress: showsProgress },
  });
  declareSuites(mocha.suite, SUITES, run);
  if (run.cases.size === 0) throw new UsageError(nothingSelected(settings));
  return { mocha, run };
}

/** A target that is slow, or dies, may take long before the first case. */
async function beginWithProgress(run: MochaRun, showsProgress: boolean): Promise<void> {
  const progress = showsProgress ? progressLine(process.stdout) : undefined;
  progress?.showPreflight();
  try {
    await beginRun(run, () => true);
  } finally {
    progress?.clear();
  }
}

function nothingSelected({ only, families }: Settings): string {
  const where = families.map((family) => `IPv${family}`).join(' or ');
  return only
    ? `--only ${only} matches no case over ${where}; \`segment-arrives list\` prints all ids`
    : `there is no case over ${where}`;
}

/** The cases that a run would take: one id per line with its families, then the totals. */
function dryRunText({ cases }: MochaRun): string {
  const families = new Map<string, (4 | 6)[]>();
  const counts = { 4: 0, 6: 0 };
  for (const { id, family } of cases.values()) {
    families.set(id, [...(families.get(id) ?? []), family]);
    counts[family] += 1;
  }
  const lines = [...families].map(([id, own]) => `${id}  ${own.sort().join(',')}`);
  const total = `${families.size} cases, ${cases.size} tests (IPv4: ${counts[4]}, IPv6: ${counts[6]}); nothing was run`;
  return `${lines.join('\n')}\n\n${total}\n`;
}

/** Prints the findings before the first case runs: they matter more than any single case. */
function tellFindings({ record }: MochaRun): void {
  const found = record.run({ durationMs: 0, complete: false });
  const text = found && findingsText({ ...found, cases: [] });
  if (text) console.log(`${text}\n`);
}

/** The exit code by the profile alone, without a baseline. */
function judge(run: Run): number {
  return run.complete && !failuresOf(run).fails ? EXIT.asExpected : EXIT.notAsExpected;
}

/** Whether every test was run to its end. */
async function runMocha(
  mocha: Mocha,
  run: MochaRun,
  options: RunOptions,
  interruption: Interruption,
): Promise<boolean> {
  const { session } = run;
  let ended = 0;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('test end', () => {
      ended += 1;
    });
    showLive(runner, run.record, options);
    interruption.endInOrder(async () => {
      runner.abort();
      if (!session) return;
      await keepFinished(run);
      await session.close();
    });
  });
  return interruption.exitCode === undefined && ended === run.cases.size;
}

/** Keeps the results that came before mocha asked for them. */
async function keepFinished(run: MochaRun): Promise<void> {
  if (!run.session) return;
  const unseen = [...run.cases].filter(([test]) => !run.record.resultOf(test));
  // The first of them is the one that mocha is awaiting: it records that itself.
  for (const result of await finished(
    run.session,
    unseen.slice(1).map(([, one]) => one),
  ))
    run.record.recordResult(result);
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
function writeOrTell(directory: string, run: Run, options: WriteOptions | undefined): boolean {
  try {
    writeReports(directory, run, options);
    console.log(
      `  reports: ${join(directory, 'index.html')}, and beside it mochawesome.html, results.json, junit.xml, summary.md, pcap/\n`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    tell(error);
    return false;
  }
}
