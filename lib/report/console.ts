import pc from 'picocolors';
import { VERDICTS, type Verdict, verdictOf, whyInconclusive } from '../verdict/result.ts';
import { caseFields } from './case-fields.ts';
import { expectedTexts, observedText, reasonText } from './expectation.ts';
import {
  type AcceptedDeviations,
  blockerIn,
  failuresOf,
  findingFields,
  findingLadder,
  findingLine,
  ordered,
} from './findings.ts';
import { alike, byState, countVerdicts, familiesText } from './groups.ts';
import { type LadderLine, ladderLines } from './ladder.ts';
import type { ReportCase, Run, RunFinding } from './run.ts';
import { standingsText } from './requirements.ts';
import { say } from './say.ts';
import { circumstance, type Subject, subjects } from './subject.ts';

export interface ConsoleOptions {
  /** When absent: as the terminal and NO_COLOR say. */
  readonly colour?: boolean;
  /** Where expectations and citations are looked up; the whole catalogue when absent. */
  readonly subjects?: readonly Subject[];
  /** They are counted, and not printed. */
  readonly accepted?: AcceptedDeviations;
  /** The findings were printed before the first case. The summary names them all the same. */
  readonly findingsTold?: boolean;
}

/** So many failures are printed in full. More would push the summary off the screen. */
const IN_FULL = 10;

type Colours = ReturnType<typeof pc.createColors>;

const paint = (colours: Colours, verdict: Verdict) =>
  ({
    conformant: colours.green,
    permitted: colours.cyan,
    deviates: colours.red,
    inconclusive: colours.yellow,
  })[verdict];

/** What is printed at the end of a run: the failures, the summary last. */
export const runText = (run: Run, options: ConsoleOptions = {}): string =>
  [
    options.findingsTold ? '' : findingsText(run, options),
    failuresText(run, options),
    summaryText(run, options),
  ]
    .filter(Boolean)
    .join('\n\n');

/** The findings of the preflight, with rule, remedy and packets; empty when there are none. */
export function findingsText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  return ordered(run)
    .map((finding) =>
      [
        findingHead(finding, run, colours),
        ...findingFields(finding).map(([name, value]) => named(colours)(name, value)),
        ...findingLadder(finding).map((line) => `  ${colourLadder(line, colours)}`),
      ].join('\n'),
    )
    .join('\n\n');
}

const findingHead = (finding: RunFinding, run: Run, colours: Colours): string => {
  const sign = finding.gravity === 'deviation' ? colours.red('✗') : colours.yellow('!');
  return `  ${sign} ${colours.bold(findingLine(finding, run))}`;
};

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
  const heads = [
    ...say.deaths(run.deaths).map((text) => `  ${colours.yellow('!')} ${colours.bold(text)}`),
    ...ordered(run).map((finding) => findingHead(finding, run, colours)),
  ];
  const head = `  ${' '.repeat(width)}${VERDICTS.map((verdict) => `  ${verdict}`).join('')}`;
  return [
    `  ${colours.bold(run.target.name)}${run.target.address ? ` at ${run.target.address}` : ''}, profile ${run.profile}${run.strict ? ', strict' : ''}, seed ${run.seed}`,
    '',
    ...(heads.length > 0 ? [...heads, ''] : []),
    colours.dim(head),
    ...groups.map((group) => row(group.name, group.cases, false)),
    row('total', run.cases, true),
    '',
    `  ${colours.dim(standingsText(run))}`,
    '',
    `  ${outcome(run, colours, options.accepted)}`,
  ].join('\n');
}

/** Why the run is not complete. */
const cutShort = ({ loss }: Run): string =>
  loss ? say.loss(loss) : 'the run was cut short, cases are missing';

function outcome(run: Run, colours: Colours, accepted: AcceptedDeviations | undefined): string {
  const failures = failuresOf(run, accepted);
  const fresh = failures.fresh.length;
  const known = failures.known.length;
  const took = `${run.cases.length} cases in ${(run.durationMs / 1000).toFixed(1)} s`;
  const cut = run.complete ? '' : colours.yellow(`; ${cutShort(run)}`);
  const fail = (count: number) => `${count} ${count === 1 ? 'failure' : 'failures'}`;
  if (fresh > 0) {
    const more = known > 0 ? `, ${known} more accepted by ${accepted?.name}` : '';
    return `${colours.red('✗')} ${took}: ${colours.red(fail(fresh))}${more}${cut}`;
  }
  const findings = failures.findings.length;
  if (findings > 0) {
    const what = `${findings} ${findings === 1 ? 'finding fails' : 'findings fail'} the run`;
    return `${colours.red('✗')} ${took}: ${colours.red(what)}${cut}`;
  }
  const words = known > 0 ? `${fail(known)}, accepted by ${accepted?.name}` : 'no failures';
  const sign = run.complete ? colours.green('✓') : colours.yellow('?');
  return `${sign} ${took}: ${words}${cut}`;
}

/** The failures that no baseline accepts: the first ones in full, the rest in two lines each; empty when there are none. */
export function failuresText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const known = new Map((options.subjects ?? subjects()).map((subject) => [subject.id, subject]));
  // The finding says how many cases it blocks.
  const failed = failuresOf(run, options.accepted).fresh.filter((result) => blockerIn(result) === undefined);
  const groups = alike(failed, run);
  const failures = groups.map(
    (results, index): Failure => ({
      results,
      number: index + 1,
      run,
      subject: known.get(results[0]?.id ?? ''),
      colours,
    }),
  );
  const rest = failures.slice(IN_FULL);
  const hint = `The first ${IN_FULL} are shown in full. The reports show all; \`segment-arrives run --only ID --verbose\` shows one.`;
  return [
    ...failures.slice(0, IN_FULL).map(fullText),
    ...(rest.length > 0 ? [rest.map(shortText).join('\n'), `  ${colours.dim(hint)}`] : []),
  ].join('\n\n');
}

interface Failure {
  /** The same failure over one family or both. */
  readonly results: readonly ReportCase[];
  readonly number: number;
  readonly run: Run;
  readonly subject: Subject | undefined;
  readonly colours: Colours;
}

const named = (colours: Colours) => (name: string, value: string) =>
  `     ${colours.dim(name.padEnd(10))}${value}`;

function headLine({ results, number, run, colours }: Failure): string {
  const [result] = results as [ReportCase];
  const families = familiesText(results);
  const verdict = verdictOf(result, run.profile);
  return `  ${number}) ${colours.bold(result.id)}  ${families}  ${paint(colours, verdict)(verdict)}`;
}

function fullText(failure: Failure): string {
  const { results, run, subject, colours } = failure;
  const [result] = results as [ReportCase];
  const under = circumstance(result, subject);
  const tint = (name: string, value: string): string => {
    if (name === 'cited') return colours.dim(value);
    return name === 'observed' ? paint(colours, verdictOf(result, run.profile))(value) : value;
  };
  return [
    headLine(failure),
    `     ${under ? `${result.title} (${under})` : result.title}`,
    ...caseFields(result, run.profile, subject).map(([name, value]) =>
      named(colours)(name, tint(name, value)),
    ),
    ...ladderLines(result).map((line) => `  ${colourLadder(line, colours)}`),
  ].join('\n');
}

function shortText(failure: Failure): string {
  const { results, run, subject, colours } = failure;
  const [result] = results as [ReportCase];
  const expected = (subject ? expectedTexts(subject, run.profile) : []).join(' or ');
  const observed = `observed ${observedText(result)}`;
  const isOpen = whyInconclusive(result, run.profile) !== undefined;
  const why = expected && !isOpen ? `expected ${expected}; ${observed}` : reasonText(result, run.profile);
  const what = `${result.send}: ${why || observed}`;
  return `${headLine(failure)}\n     ${colours.dim(what)}`;
}

const colourLadder = ({ text, what }: LadderLine, colours: Colours): string => {
  switch (what) {
    case 'stimulus':
      return colours.blue(text);
    case 'reply':
      return colours.magenta(text);
    case 'silence':
      return colours.yellow(text);
    default:
      return colours.dim(text);
  }
};
