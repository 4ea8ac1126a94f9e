import pc from 'picocolors';
import type { Case } from '../spec/case.ts';
import { catalogue } from '../spec/catalogue.ts';
import { VERDICTS, type Verdict } from '../verdict/result.ts';
import { expectedTexts, observedText } from './expectation.ts';
import { byState, countVerdicts, isFailure } from './judgement.ts';
import { ladderText } from './ladder.ts';
import { milliseconds } from './ladder-drawing.js';
import type { ReportCase, Run } from './run.ts';

export interface ConsoleOptions {
  /** When absent: as the terminal and NO_COLOR say. */
  readonly colour?: boolean;
  /** Where the expectations and citations are looked up; the catalogue when absent. */
  readonly cases?: readonly Case[];
}

type Colours = ReturnType<typeof pc.createColors>;

const paint = (colours: Colours, verdict: Verdict) =>
  ({
    conformant: colours.green,
    permitted: colours.cyan,
    deviates: colours.red,
    inconclusive: colours.yellow,
  })[verdict];

/** The table by state and verdict, with a line about the run above and its outcome below. */
export function summaryText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const groups = byState(run.cases);
  const width = Math.max(5, ...groups.map((group) => group.name.length));
  const row = (name: string, cases: readonly ReportCase[], strong: boolean): string => {
    const counts = countVerdicts(cases, run.profile);
    const cells = VERDICTS.map((verdict) => {
      const cell = String(counts[verdict]).padStart(verdict.length + 2);
      return counts[verdict] === 0 ? colours.dim(cell) : paint(colours, verdict)(cell);
    });
    const head = name.padEnd(width);
    return `  ${strong ? colours.bold(head) : head}${cells.join('')}`;
  };
  const head = `  ${' '.repeat(width)}${VERDICTS.map((verdict) => `  ${verdict}`).join('')}`;
  return [
    `  ${colours.bold(run.target.name)}${run.target.address ? ` at ${run.target.address}` : ''}, profile ${run.profile}${run.strict ? ', strict' : ''}, seed ${run.seed}`,
    '',
    colours.dim(head),
    ...groups.map((group) => row(group.name, group.cases, false)),
    row('total', run.cases, true),
    '',
    `  ${outcome(run, colours)}`,
  ].join('\n');
}

function outcome(run: Run, colours: Colours): string {
  const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict)).length;
  const took = `${run.cases.length} cases in ${milliseconds(run.durationMs)}`;
  const cut = run.complete ? '' : colours.yellow('; the run was cut short, cases are missing');
  return failed === 0
    ? `${colours.green('✓')} ${took}: none fails${cut}`
    : `${colours.red('✗')} ${took}: ${colours.red(`${failed} ${failed === 1 ? 'fails' : 'fail'}`)}${cut}`;
}

/** Every failure of the run with its rule, what was expected and observed, and its ladder; empty when there is none. */
export function failuresText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const known = new Map((options.cases ?? catalogue()).map((testCase) => [testCase.id, testCase]));
  const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
  return alike(failed, run)
    .map((results, index) => failureText(results, index + 1, run, known.get(results[0]?.id ?? ''), colours))
    .join('\n\n');
}

/** One case fails the same way over both families more often than not: such failures are told once. */
function alike(failed: readonly ReportCase[], run: Run): (readonly ReportCase[])[] {
  const groups = new Map<string, ReportCase[]>();
  for (const { cases } of byState(failed)) {
    for (const result of cases) {
      const key = [
        result.id,
        result.verdicts[run.profile],
        observedText(result),
        result.inconclusive?.reason,
      ].join('\n');
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
  }
  return [...groups.values()];
}

function failureText(
  results: readonly ReportCase[],
  number: number,
  run: Run,
  testCase: Case | undefined,
  colours: Colours,
): string {
  const [result] = results as [ReportCase];
  const verdict = result.verdicts[run.profile];
  const field = (name: string, value: string) => `     ${colours.dim(name.padEnd(10))}${value}`;
  const families = results.map(({ family }) => `IPv${family}`).join(' and ');
  const reason = result.inconclusive?.reason ?? result.reasons[run.profile];
  const expected = testCase ? expectedTexts(testCase, run.profile) : [];
  return [
    `  ${number}) ${colours.bold(result.id)}  ${families}  ${paint(colours, verdict)(verdict)}`,
    `     ${result.condition ? `${result.title} (${result.condition})` : result.title}`,
    ...(testCase ? [field('rule', testCase.cite.join('; '))] : []),
    field('sent', result.send),
    ...expected.map((text, index) => field(index === 0 ? 'expected' : 'or', text)),
    field('observed', paint(colours, verdict)(observedText(result))),
    ...(reason ? [field('because', reason)] : []),
    ...result.notes.map((note) => field('note', note)),
    ...ladderText(result).map((line) => `  ${colourLadder(line, colours)}`),
  ].join('\n');
}

const colourLadder = (line: string, colours: Colours): string => {
  if (line.endsWith('  stimulus')) return colours.blue(line);
  if (line.endsWith('  reply')) return colours.magenta(line);
  return line.includes('silence') ? colours.yellow(line) : colours.dim(line);
};
