import pc from 'picocolors';
import type { Finding } from '../findings/findings.ts';
import { STATES } from '../standard/state.ts';
import { VERDICTS, type Verdict, verdictOf } from '../verdict/result.ts';
import { caseFields } from './case-fields.ts';
import { failingFindings, findingExtent, findingRule, findingSelection, shortestOf } from './findings.ts';
import { findingTitle } from './finding-title.ts';
import { reasonText } from './expectation.ts';
import {
  type AcceptedDeviations,
  blockerIn,
  failuresOf,
  faultFields,
  faultLadder,
  faultLine,
  ordered,
} from './preflight-faults.ts';
import { alike, byState, countVerdicts, familiesText } from './groups.ts';
import { type LadderLine, ladderLines } from './ladder.ts';
import { middleboxHeadline, middleboxLadder, middleboxLine } from './middleboxes.ts';
import type { ReportCase, Run, RunFault, RunMiddlebox } from './run.ts';
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
  /** The faults of the preflight were printed before the first case. The summary names them all the same. */
  readonly faultsTold?: boolean;
}

/** So many faults of the preflight are printed with their packets. */
const IN_FULL = 10;

/** The list with the outcome below fills one screen: where it is short, each finding has its rule; where it is long, only a line. */
const LINES = 34;
const WITH_RULE = 11;

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
    options.faultsTold ? '' : preflightText(run, options),
    failuresText(run, options),
    tableText(run, options),
    findingListText(run, options),
    outcomeText(run, options),
  ]
    .filter(Boolean)
    .join('\n\n');

/** What the preflight found: signs of middleboxes, and faults with rule, remedy and packets; empty when there is nothing. */
export function preflightText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const packets = (lines: readonly LadderLine[]) => lines.map((line) => `  ${colourLadder(line, colours)}`);
  const signs = (run.middleboxes ?? []).map((one) => [
    middleboxHead(one, colours),
    ...packets(middleboxLadder(one)),
  ]);
  const faults = ordered(run).map((finding) => [
    faultHead(finding, run, colours),
    ...faultFields(finding).map(([name, value]) => named(colours)(name, value)),
    ...packets(faultLadder(finding)),
  ]);
  return [headlineOf(run, colours), ...signs, ...faults]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const headlineOf = (run: Run, colours: Colours): string[] => {
  const headline = middleboxHeadline(run);
  return headline === undefined ? [] : [`  ${colours.yellow('!')} ${colours.bold(headline)}`];
};

const middleboxHead = (one: RunMiddlebox, colours: Colours): string =>
  `  ${colours.yellow('!')} ${middleboxLine(one)}`;

const faultHead = (finding: RunFault, run: Run, colours: Colours): string => {
  const sign = finding.gravity === 'deviation' ? colours.red('✗') : colours.yellow('!');
  return `  ${sign} ${colours.bold(faultLine(finding, run))}`;
};

const outcomeText = (run: Run, options: ConsoleOptions): string =>
  `  ${outcome(run, pc.createColors(options.colour ?? pc.isColorSupported), options.accepted)}`;

/** The table by state and verdict, with a line about the run above. */
function tableText(run: Run, options: ConsoleOptions): string {
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
    ...headlineOf(run, colours),
    ...(run.middleboxes ?? []).map((one) => middleboxHead(one, colours)),
    ...say.deaths(run.deaths).map((text) => `  ${colours.yellow('!')} ${colours.bold(text)}`),
    ...ordered(run).map((finding) => faultHead(finding, run, colours)),
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
    `  ${colours.dim([standingsText(run), ...say.slowUnasked(run)].join('; '))}`,
  ].join('\n');
}

/** Why the run is not complete. */
const cutShort = ({ loss }: Run): string =>
  loss ? say.loss(loss) : 'the run was cut short, cases are missing';

function outcome(run: Run, colours: Colours, accepted: AcceptedDeviations | undefined): string {
  const failures = failuresOf(run, accepted);
  const fresh = failures.fresh.length;
  const known = failures.known.length;
  const took = `${run.cases.length} ${run.cases.length === 1 ? 'case' : 'cases'} in ${(run.durationMs / 1000).toFixed(1)} s`;
  const cut = run.complete ? '' : colours.yellow(`; ${cutShort(run)}`);
  const fail = (count: number) => `${count} ${count === 1 ? 'failure' : 'failures'}`;
  if (fresh > 0) {
    const open = failures.fresh.filter((one) => verdictOf(one, run.profile) === 'inconclusive').length;
    const ofThem = open > 0 ? ` (${open} without a verdict)` : '';
    const more = known > 0 ? `, ${known} more accepted by ${accepted?.name}` : '';
    return `${colours.red('✗')} ${took}: ${colours.red(fail(fresh))}${ofThem}${more}${cut}`;
  }
  const faults = failures.preflightFaults.length;
  if (faults > 0) {
    const what = `${faults} ${faults === 1 ? 'fault of the preflight fails' : 'faults of the preflight fail'} the run`;
    return `${colours.red('✗')} ${took}: ${colours.red(what)}${cut}`;
  }
  const words = known > 0 ? `${fail(known)}, accepted by ${accepted?.name}` : 'no failures';
  const sign = run.complete ? colours.green('✓') : colours.yellow('?');
  return `${sign} ${took}: ${words}${cut}`;
}

/** The most serious findings that no baseline accepts, each by the shortest of its cases, in full; empty when there are none. */
export function failuresText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const known = new Map((options.subjects ?? subjects()).map((subject) => [subject.id, subject]));
  return shownOf(run, options)
    .slice(0, IN_FULL)
    .flatMap(({ results }, index) => {
      const shortest = shortestOf(results);
      if (!shortest) return [];
      const twins = results.filter(({ id }) => id === shortest.id);
      const [same = [shortest]] = alike(twins, run).filter((group) => group.includes(shortest));
      return fullText({ results: same, number: index + 1, run, subject: known.get(shortest.id), colours });
    })
    .join('\n\n');
}

/** What fails the run: findings, and after them what could not be judged, those that failed for one reason together. */
function shownOf(run: Run, { accepted }: ConsoleOptions): readonly Shown[] {
  const findings = failingFindings(run, accepted);
  const open = new Map<string, ReportCase[]>();
  for (const result of failuresOf(run, accepted).fresh) {
    // The fault of the preflight says how many cases it blocks.
    if (blockerIn(result) !== undefined || verdictOf(result, run.profile) !== 'inconclusive') continue;
    const why = reasonText(result, run.profile);
    open.set(why, [...(open.get(why) ?? []), result]);
  }
  return [...findings, ...[...open].map(([why, results]) => ({ why, results }))];
}

interface Shown {
  readonly finding?: Finding;
  /** Why there is no verdict. */
  readonly why?: string;
  readonly results: readonly ReportCase[];
}

/** The findings, the most serious first: what is wrong, and as far as there is room how to see it alone, and by which rule. */
export function findingListText(run: Run, options: ConsoleOptions = {}): string {
  const colours = pc.createColors(options.colour ?? pc.isColorSupported);
  const shown = shownOf(run, options);
  if (shown.length === 0) return '';
  const rest = shown.length > LINES ? shown.length - LINES + 1 : 0;
  const listed = shown.length - rest;
  const inTwoLines = rest > 0 ? 0 : LINES - listed;
  const lines = shown.slice(0, listed).flatMap(({ finding, why = '', results }, index) => {
    const number = `${index + 1})`.padStart(5);
    const about = {
      cases: results,
      states: STATES.filter((state) => results.some((one) => one.state === state)),
    };
    const extent = `${findingExtent(about)}: run ${findingSelection(about, 1)}`;
    if (!finding)
      return [
        `${number} ${colours.yellow(colours.bold(`No verdict: ${why}`))}`,
        ...(index < inTwoLines ? [`      ${colours.dim(extent)}`] : []),
      ];
    const rule = findingRule(finding);
    return [
      `${number} ${colours.bold(findingTitle(finding))}`,
      ...(index < inTwoLines ? [`      ${colours.dim(extent)}`] : []),
      ...(rule && shown.length <= WITH_RULE ? [`      ${colours.dim(rule)}`] : []),
    ];
  });
  const count = shown.filter(({ finding }) => finding).length;
  const head = `${count} ${count === 1 ? 'finding' : 'findings'}, the most serious first`;
  return [
    `  ${colours.bold(head)}`,
    ...lines,
    ...(rest > 0 ? [`      and ${moreText(shown.slice(listed))}, in the reports`] : []),
  ].join('\n');
}

/** How many of each kind: `3 more findings and 2 more reasons for no verdict`. */
function moreText(rest: readonly Shown[]): string {
  const findings = rest.filter(({ finding }) => finding).length;
  const counts = [
    [findings, 'more finding', 'more findings'],
    [rest.length - findings, 'more reason for no verdict', 'more reasons for no verdict'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, one, several]) => `${count} ${count === 1 ? one : several}`)
    .join(' and ');
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
