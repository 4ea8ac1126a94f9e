import { basename } from 'node:path';
import { nameOf } from '../../catalogue/resolve.ts';
import type { Finding } from '../../explore/finding.ts';
import type { Explored, PlayedScenario, Unplayed } from '../../explore/messages.ts';
import type { SavedFiles } from './save.ts';
import { sequenceText } from '../../explore/sequence.ts';

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const saved = (files: SavedFiles | Unplayed, note = ''): string =>
  'trouble' in files
    ? `       not saved ${files.trouble}`
    : `       saved     ${files.suite}${note}, ${basename(files.packetdrill)}, ${basename(files.capture)}`;

/** The rules that say what was due. */
export const rulesOf = ({ failure }: Finding): readonly string[] =>
  [...new Set(failure.worlds.map(({ why }) => why))].filter(Boolean).slice(0, MOST_RULES);
const MOST_RULES = 3;

/** The steps, from 1, at which it goes on behind a deviation that is known. */
const knownSteps = ({ played: { trace } }: Finding): readonly string[] =>
  trace.steps.flatMap(({ behind }, index) => (behind ? [String(index + 1)] : []));

/** How it was found, shrunk and confirmed. */
export function wayText(finding: Finding): string {
  const {
    sequence: { steps },
    found,
    tries,
    confirmed,
  } = finding;
  const known = knownSteps(finding);
  const size = steps.length === 1 ? '1 step' : `${steps.length} steps`;
  return `found at step ${found.step + 1} of ${found.sequence.steps.length}, shrunk to ${size} in ${tries} tries, confirmed ${confirmed.times} of ${confirmed.of}${known.length > 0 ? `; behind what is known, at step ${listed(known)}` : ''}`;
}

/** A finding for the terminal. @param scenario it as a scenario, and where that was saved */
export function findingText(
  finding: Finding,
  scenario: PlayedScenario | Unplayed,
  files: SavedFiles | Unplayed,
): string {
  const { number, sequence, effect, also, failure } = finding;
  const title = `${String(number).padStart(3)}  ${sequenceText(sequence)}`;
  if (failure.kind === 'death')
    return [
      title,
      '       observed  the target is gone; it had to be restarted',
      `       ${wayText(finding)}; left out from now on`,
      saved(files),
    ].join('\n');
  const { expected, observed } =
    'trouble' in scenario ? { expected: effect.due, observed: effect.seen } : scenario;
  const note =
    'trouble' in scenario ? '' : ` (fails ${scenario.deviated} of ${scenario.of} times by \`run --suites\`)`;
  const others = also.length > 0 ? `; also in ${listed(also.map(nameOf))}` : '';
  return [
    title,
    ...expected.map((reply, index) => `       ${index === 0 ? 'expected' : '      or'}  ${reply}`),
    ...rulesOf(finding).map((rule) => `                 ${rule}`),
    `       observed  ${failure.faults ? `${observed}: ${effect.seen}` : observed}`,
    `       ${wayText(finding)}${others}`,
    saved(files, note),
  ].join('\n');
}

/** One fault has many of them. */
const MOST_TROUBLES = 5;

/** What was done, at the end, in lines. */
export interface ExploredLines {
  readonly summary: readonly string[];
  /** What is known and has come again. */
  readonly known: readonly string[];
  /** What is no finding, although something was seen or could not be done. */
  readonly besides: readonly string[];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** @param found how many findings are new */
export function exploredLines(found: number, explored: Explored): ExploredLines {
  const { sequences, took, waiting, pairs, dismissed, unexamined, troubles, outcomes, unrepeated } = explored;
  const { accepted, passed } = explored;
  const seconds = took / 1000;
  const known = accepted.length > 0 ? `; ${accepted.length} that are known came again` : '';
  const others = Object.entries(outcomes)
    .filter(([outcome]) => outcome !== 'explained' && outcome !== 'failed')
    .map(([outcome, count]) => `${count} ${outcome}`);
  const undecided = [
    ...(others.length > 0 ? [`without a verdict: ${others.join(', ')}`] : []),
    ...(dismissed > 0 ? [`${counted(dismissed, 'failure', 'failures')} did not come again`] : []),
    ...(unexamined > 0
      ? [`${counted(unexamined, 'failure was', 'failures were')} not looked at for want of time`]
      : []),
  ];
  return {
    summary: [
      `${counted(found, 'finding', 'findings')}${known} in ${sequences.toLocaleString('en-US')} scenarios (${seconds.toFixed(0)} s, ${Math.round(sequences / seconds)} a second, ${Math.round(100 * waiting)} % of the time spent waiting)`,
      [`${pairs} pairs of state and event were met`, ...undecided].join('; '),
      ...(passed > 0 ? [`went on behind a deviation that is known ${times(passed)}`] : []),
    ],
    known: accepted.map((one) => `${one.name} (${times(one.times)})`),
    besides: [
      ...unrepeated.map(
        ({ sequence, failed, deviated, of }) =>
          `not repeatable: ${sequence} (${failed}): its scenario fails ${deviated} of ${of} times by \`run\``,
      ),
      ...troubles
        .slice(0, MOST_TROUBLES)
        .map(
          ({ sequence, failed, message }) =>
            `could not be ${failed === undefined ? 'played' : 'looked at'}: ${sequence}${failed === undefined ? '' : ` (${failed})`}: ${message}`,
        ),
    ],
  };
}

/** The same for the terminal. */
export function exploredText(found: number, explored: Explored): string {
  const { summary, known, besides } = exploredLines(found, explored);
  const [first = '', ...rest] = summary;
  return [
    first,
    ...[...rest, ...known.map((one) => `known     ${one}`), ...besides].map((one) => `  ${one}`),
  ].join('\n');
}
