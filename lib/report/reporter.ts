import { statSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import Mochawesome from 'mochawesome';
import pc from 'picocolors';
import { DEFAULT_PROFILE, type Profile } from '../standard/profile.ts';
import { verdictOf } from '../verdict/result.ts';
import { runText } from './console.ts';
import { finishMochawesome, showOnPage } from './mochawesome.ts';
import { failuresOf } from './preflight-faults.ts';
import { type ProgressLine, progressLine, type SearchProgress } from './progress.ts';
import type { ReportCase } from './run.ts';
import { recordOf } from './run-record.ts';
import { writeReports } from './write.ts';
import { ReportError } from './write-whole.ts';

const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_TEST_END } = Mocha.Runner.constants;

const QUIET: ProgressLine = { show() {}, showPreflight() {}, clear() {} };

/** The `reporterOptions`; all others go to mochawesome. */
export interface ReporterOptions {
  /** Where the reports go; `reports` when absent. */
  readonly reportDir?: string;
  /** The page's name; `mochawesome` when absent. */
  readonly reportFilename?: string;
  /** False: no progress line, since another reporter writes to the terminal. */
  readonly progress?: boolean;
  /** False: only the mochawesome page is written; the caller prints the outcome and writes the other reports. */
  readonly writeReports?: boolean | string;
}

/**
 * The reporter of the suites: a progress line while cases run, then the failures, the summary and the reports. What fails
 * outside a case (a hook, a file that does not load) is listed as mocha does.
 */
export default class SegmentArrivesReporter extends Mocha.reporters.Base {
  readonly #page: Mocha.reporters.Base & { done(failures: number, exit: (code: number) => void): unknown };
  readonly #directory: string;
  readonly #filename: string;
  readonly #writes: boolean;
  readonly #startedAt = Date.now();
  #ended = 0;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const given = (options.reporterOptions ?? {}) as ReporterOptions;
    this.#directory = given.reportDir ?? process.env.SEGMENT_ARRIVES_REPORTS ?? 'reports';
    this.#filename = given.reportFilename ?? 'mochawesome';
    this.#writes = given.writeReports !== false && given.writeReports !== 'false';

    this.#follow(runner, given.progress !== false);
    // It collects the tests at the end of the run, after #follow has added to them.
    const pageOptions = {
      ...options,
      reporterOptions: {
        reportTitle: 'segment-arrives',
        reportPageTitle: 'segment-arrives',
        inlineAssets: true,
        code: false,
        charts: false,
        ...given,
        reportDir: this.#directory,
        reportFilename: this.#filename,
        consoleReporter: 'none',
        quiet: true,
      },
    };
    this.#page = new Mochawesome(runner, pageOptions) as never;
    this.#summarize(runner);
  }

  #resultOf(test: Mocha.Test): ReportCase | undefined {
    return recordOf(this.runner.suite)?.resultOf(test);
  }

  #profile(): Profile {
    return recordOf(this.runner.suite)?.settings?.profile ?? DEFAULT_PROFILE;
  }

  #follow(runner: Mocha.Runner, showsProgress: boolean): void {
    const record = recordOf(runner.suite);
    const search = (): SearchProgress | undefined => record?.search;
    const progress = showsProgress ? progressLine(process.stdout, { search }) : QUIET;
    let deviating = 0;
    const tests: Mocha.Test[] = [];
    const show = (): void =>
      progress.show(Math.max(this.#ended, record?.arrived.size ?? 0), runner.total, deviating);
    if (record) {
      record.onArrival((result) => {
        if (verdictOf(result, this.#profile()) === 'deviates') deviating += 1;
        show();
      });
      record.onSearch = show;
    }
    runner.on(EVENT_RUN_BEGIN, show);
    runner.on(EVENT_TEST_END, (test) => {
      tests.push(test);
      this.#ended += 1;
      show();
    });
    runner.once(EVENT_RUN_END, () => {
      progress.clear();
      for (const test of tests) {
        const result = this.#resultOf(test);
        if (result) showOnPage(test, result, this.#profile());
      }
    });
  }

  #summarize(runner: Mocha.Runner): void {
    runner.once(EVENT_RUN_END, () => {
      const run = this.#run(runner);
      const others = this.failures.filter((test) => !this.#resultOf(test));
      if (run && this.#writes) console.log(`\n${runText(run)}\n`);
      if (!run) this.epilogue();
      else if (others.length > 0) Mocha.reporters.Base.list(others);
    });
  }

  #run(runner: Mocha.Runner) {
    const aborted = Reflect.get(runner, '_abort') === true;
    return recordOf(runner.suite)?.run({
      durationMs: Date.now() - this.#startedAt,
      complete: !aborted && this.#ended === runner.total,
    });
  }

  /** Called by mocha after the last test; `finish` takes the number of failures that decides about the exit code. */
  override done(failures: number, finish: (failures: number) => void): void {
    this.#page.done(failures, () => {
      const problem = this.#finish();
      if (problem) console.error(pc.red(problem));
      const run = this.#run(this.runner);
      const accused = run !== undefined && failuresOf(run).fails;
      finish(problem || accused ? Math.max(failures, 1) : failures);
    });
  }

  /** Writes the other reports. @returns one sentence when that failed */
  #finish(): string | undefined {
    const page = join(this.#directory, `${this.#filename.replace(/\.(html|json)$/, '')}.html`);
    try {
      // mochawesome swallows the error when it cannot write.
      if (!writtenSince(page, this.#startedAt)) return `${page} could not be written.`;
      finishMochawesome(page);
      const run = this.#writes ? this.#run(this.runner) : undefined;
      if (run) writeReports(this.#directory, run);
      if (run) console.log(`  reports: ${join(this.#directory, 'index.html')}\n`);
      return undefined;
    } catch (error) {
      if (error instanceof ReportError) return error.message;
      throw error;
    }
  }
}

function writtenSince(file: string, time: number): boolean {
  try {
    // A second's tolerance: file systems and the clock do not round alike.
    return statSync(file).mtimeMs > time - 1000;
  } catch {
    return false;
  }
}
