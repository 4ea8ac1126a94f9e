import Mocha from 'mocha';
import { reasonText } from '../../report/expectation.ts';
import { ladderText } from '../../report/ladder.ts';
import { toResults } from '../../report/results.ts';
import type { ReportCase } from '../../report/run.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { DEFAULT_PROFILE, type Profile } from '../../standard/profile.ts';
import { type Verdict, verdictOf as verdict } from '../../verdict/result.ts';
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

interface LiveOptions {
  readonly format: Format;
  readonly verbose?: boolean;
}

/** Prints each case as it ends. The reporter adds the summary. */
export function showLive(
  runner: Mocha.Runner,
  record: RunRecord,
  { format, verbose = false }: LiveOptions,
): void {
  const show = FORMATTERS[format];
  show?.(runner, record);
  if (verbose) {
    // Standard output has JSON lines only.
    const write = format === 'jsonl' ? printError : print;
    onResult(runner, record, (result) =>
      write([headLine(result, record), ...ladderText(result), ''].join('\n')),
    );
  }
}

type Formatter = (runner: Mocha.Runner, record: RunRecord) => void;

const FORMATTERS: Partial<Record<Format, Formatter>> = {
  spec(runner, record) {
    let depth = 0;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      depth = suite.titlePath().length;
      if (suite.title) print(`${'  '.repeat(depth)}${suite.title}`);
    });
    onResult(runner, record, (result) => {
      print(`${'  '.repeat(depth + 1)}${SIGNS[verdictOf(result, record)]} ${result.id}  ${result.title}`);
    });
  },
  dots(runner, record) {
    // Whole lines, since a terminal's progress line is overwritten.
    let line = '';
    onResult(runner, record, (result) => {
      line += DOTS[verdictOf(result, record)];
      if (line.length < DOTS_IN_A_LINE) return;
      print(`  ${line}`);
      line = '';
    });
    runner.once(EVENT_RUN_END, () => line && print(`  ${line}`));
  },
  jsonl(runner, record) {
    onResult(runner, record, (result) => {
      const { settings } = record;
      if (!settings) return;
      // Each line is an entry of results.json.
      const [entry] = toResults({ ...settings, durationMs: 0, complete: false, cases: [result] }).cases;
      print(JSON.stringify(entry));
    });
  },
};

const headLine = (result: ReportCase, record: RunRecord): string => {
  const reason = reasonText(result, profileOf(record));
  const verdict = verdictOf(result, record);
  return `${SIGNS[verdict]} ${result.id}  IPv${result.family}  ${verdict}${reason ? `: ${reason}` : ''}`;
};

const profileOf = ({ settings }: RunRecord): Profile => settings?.profile ?? DEFAULT_PROFILE;

const verdictOf = (result: ReportCase, record: RunRecord): Verdict => verdict(result, profileOf(record));

function onResult(runner: Mocha.Runner, record: RunRecord, show: (result: ReportCase) => void): void {
  runner.on(EVENT_TEST_END, (test) => {
    const result = record.resultOf(test);
    if (result) show(result);
  });
}

/** Overwrites the progress line of a terminal. */
function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
}

const printError = (text: string): boolean => process.stderr.write(`${text}\n`);
