import Mocha from 'mocha';
import { ladderText } from '../../report/ladder.ts';
import { toResults } from '../../report/results.ts';
import type { ReportCase } from '../../report/run.ts';
import { resultOf, runSettings } from '../../report/store.ts';
import { DEFAULT_PROFILE, type Profile } from '../../standard/profile.ts';
import { reasonOf, type Verdict, verdictOf as verdict } from '../../verdict/result.ts';
import type { Format } from './options.ts';

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_TEST_END } = Mocha.Runner.constants;

const SIGNS: Readonly<Record<Verdict, string>> = {
  conformant: '✓',
  permitted: '○',
  deviates: '✗',
  inconclusive: '?',
};
const DOTS: Readonly<Record<Verdict, string>> = {
  conformant: '.',
  permitted: 'o',
  deviates: '!',
  inconclusive: '?',
};
const DOTS_IN_A_LINE = 80;

export interface LiveOptions {
  readonly format: Format;
  readonly verbose?: boolean;
}

/** What is seen of each case as it ends; the reporter adds the summary. */
export function showLive(runner: Mocha.Runner, { format, verbose = false }: LiveOptions): void {
  const show = FORMATTERS[format];
  show?.(runner);
  if (verbose) {
    // Between JSON lines, it is for the eye only.
    const write = format === 'jsonl' ? printError : print;
    onResult(runner, (result) => write([headLine(result), ...ladderText(result), ''].join('\n')));
  }
}

type Formatter = (runner: Mocha.Runner) => void;

const FORMATTERS: Partial<Record<Format, Formatter>> = {
  spec(runner) {
    let depth = 0;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      depth = suite.titlePath().length;
      if (suite.title) print(`${'  '.repeat(depth)}${suite.title}`);
    });
    onResult(runner, (result) => {
      print(`${'  '.repeat(depth + 1)}${SIGNS[verdictOf(result)]} ${result.id}  ${result.title}`);
    });
  },
  dots(runner) {
    // Whole lines: the progress line of a terminal is written over.
    let line = '';
    onResult(runner, (result) => {
      line += DOTS[verdictOf(result)];
      if (line.length < DOTS_IN_A_LINE) return;
      print(`  ${line}`);
      line = '';
    });
    runner.once(EVENT_RUN_END, () => line && print(`  ${line}`));
  },
  jsonl(runner) {
    onResult(runner, (result) => {
      const settings = runSettings();
      if (!settings) return;
      // One line is one entry of results.json.
      const [entry] = toResults({ ...settings, durationMs: 0, complete: false, cases: [result] }).cases;
      print(JSON.stringify(entry));
    });
  },
};

const headLine = (result: ReportCase): string => {
  const reason = reasonOf(result, profile());
  const verdict = verdictOf(result);
  return `${SIGNS[verdict]} ${result.id}  IPv${result.family}  ${verdict}${reason ? `: ${reason}` : ''}`;
};

const profile = (): Profile => runSettings()?.profile ?? DEFAULT_PROFILE;

const verdictOf = (result: ReportCase): Verdict => verdict(result, profile());

function onResult(runner: Mocha.Runner, show: (result: ReportCase) => void): void {
  runner.on(EVENT_TEST_END, (test) => {
    const result = resultOf(test);
    if (result) show(result);
  });
}

/** Over the progress line, where there is one. */
function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
}

const printError = (text: string): boolean => process.stderr.write(`${text}\n`);
