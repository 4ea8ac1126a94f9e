import pc from 'picocolors';
import type { Profile } from '../../standard/profile.ts';
import { isBeyondCapability } from '../../verdict/reason.ts';
import { judgementOf } from '../../verdict/result.ts';
import { reasonText } from '../expectation.ts';
import type { ReportCase, Run, RunFault } from '../run.ts';
import { say } from '../say.ts';
import { findingExtent } from '../findings.ts';
import { findingTitle } from '../finding-title.ts';
import type { AcceptedCase, AcceptedFinding, Baseline, PermittedChoice } from './baseline.ts';
import { changesOf, type FindingChange } from './changes.ts';
import { type GateOutcome, isOpen, type Objection, type Unseen } from './gate.ts';
import { repliesText, seenIn } from './replies.ts';

export interface GateNames {
  /** Of the baseline's file. */
  readonly baseline: string;
  /** Of the results' file: what to update the baseline from. */
  readonly results: string;
  readonly colour?: boolean;
}

const CHANGES: readonly FindingChange['kind'][] = ['new', 'grew', 'changed', 'shrank', 'gone'];
const OTHERS = ['changed choice', 'inconclusive', 'unreviewed', 'unknown id'] as const;

/** The outcome of the gate as a diff, by finding. Each part says what to do. */
export function gateText(outcome: GateOutcome, run: Run, baseline: Baseline, names: GateNames): string {
  const colours = pc.createColors(names.colour ?? pc.isColorSupported);
  const { objections, allowed, accepted, untried, faults, gone, unseen, complete } = outcome;
  const section = (kind: Objection['kind'], all: readonly Objection[], what: string): string[] => {
    const group = all.filter((one) => one.kind === kind);
    if (group.length === 0) return [];
    const head = `${colours.bold(colours.red(`${kind} (${group.length})`))}: ${what}`;
    return [[head, ...group.flatMap((one) => diffOf(one, run, colours))].join('\n')];
  };
  const changes = changesOf(objections, run, baseline);
  const sections = [
    ...CHANGES.flatMap((kind) => changesText(kind, changes, run, names, colours)),
    ...OTHERS.flatMap((kind) => section(kind, objections, WHAT_TO_DO[kind](names))),
    ...section('changed choice', allowed, 'the documents permit these, and --allow permitted accepts them'),
  ];
  if (faults.length > 0) sections.push(faultsText(faults, names, colours));
  if (gone.length > 0) {
    const head = `${colours.bold(colours.red(`no longer found (${gone.length})`))}: good news: take it out of ${names.baseline}`;
    const lines = gone.map(
      ({ id, observed, reason }) => `  ${id}\n    ${colours.red(`- ${observed} (${reason})`)}`,
    );
    sections.push([head, ...lines].join('\n'));
  }
  if (!complete) {
    sections.push(`${colours.bold(colours.red('cut short'))}: the run did not end; run it again`);
  }
  sections.push(...unseenText(unseen, names).map((line) => `${colours.yellow('warning')}: ${line}`));
  const open = objections.length + faults.length + gone.length;
  const counts = [
    `${accepted.size} accepted`,
    ...(allowed.length > 0 ? [`${allowed.length} allowed`] : []),
    ...(untried.length > 0 ? [`${untried.length} of the baseline that this run did not try`] : []),
    ...(open > 0 ? [`${open} to look at`] : []),
  ].join(', ');
  const verdict = isOpen(outcome)
    ? colours.green('✓ as the baseline says')
    : colours.red('✗ not as the baseline says');
  sections.push(`gate ${names.baseline}: ${verdict}: ${counts}`);
  return `${sections.join('\n\n')}\n`;
}

/** The findings of one kind of change, each with its results: `grew by 3 cases: ...`. */
function changesText(
  kind: FindingChange['kind'],
  changes: readonly FindingChange[],
  run: Run,
  names: GateNames,
  colours: Colours,
): string[] {
  const some = changes.filter((one) => one.kind === kind);
  if (some.length === 0) return [];
  const parts = some.map((change) => {
    const head = colours.bold(colours.red(changeHead(change)));
    return [`${head}: ${changedName(change)}`, ...resultsText(change, run, colours)].join('\n');
  });
  return [[...parts, colours.dim(`→ ${WHAT_NEXT[kind](names)}`)].join('\n')];
}

/** `grew by 3 cases`; both families of a case count once. */
export function changeHead({ kind, results }: FindingChange): string {
  const ids = new Set(results.map((one) => ('entry' in one ? one.result.id : one.id)));
  const cases = `${ids.size} ${ids.size === 1 ? 'case' : 'cases'}`;
  if (kind === 'grew') return `grew by ${cases}`;
  if (kind === 'shrank') return `shrank by ${cases}`;
  return kind === 'changed' ? `changed in ${cases}` : kind;
}

function changedName(change: FindingChange): string {
  if (change.kind !== 'new') return change.finding.reason;
  const { finding, results } = change;
  return finding ? `${findingTitle(finding)} (${findingExtent(finding)})` : (results[0]?.title ?? '');
}

/** Results that differ in the family alone are told once. */
function resultsText({ results }: FindingChange, run: Run, colours: Colours): string[] {
  const told = new Map<string, { readonly id: string; readonly families: number[] }>();
  for (const one of results) {
    const { result, entry } = 'entry' in one ? one : { result: one, entry: undefined };
    const why = reasonText(result, run.profile);
    const text = [
      ...(entry ? [`    ${colours.red(`- ${acceptedText(entry)}`)}`] : []),
      `    ${colours.green(`+ ${resultText(result, run.profile)}`)}`,
      ...(why ? [`      ${colours.dim(why)}`] : []),
    ].join('\n');
    const key = `${result.id}\n${text}`;
    const known = told.get(key);
    if (known) known.families.push(result.family);
    else told.set(key, { id: result.id, families: [result.family] });
  }
  return [...told].map(([key, { id, families }]) => {
    const text = key.slice(id.length + 1);
    return `  ${id}  ${families.map((one) => `IPv${one}`).join(' and ')}\n${text}`;
  });
}

function faultsText(faults: readonly RunFault[], names: GateNames, colours: Colours): string {
  const head = colours.bold(colours.red(`found before the first case (${faults.length})`));
  const what = `fix the target; or accept it by \`${update(names)}\`, then write the reason`;
  const lines = faults.map(
    (fault) => `  ${fault.id}\n    ${colours.green(`+ ${say.preflightFault(fault)}`)}`,
  );
  return [`${head}: ${what}`, ...lines].join('\n');
}

/** What the gate cannot see, because the baseline is of version 0.1. */
function unseenText({ replies, permitted }: Unseen, names: GateNames): string[] {
  if (replies === 0 && !permitted) return [];
  const lacks = [
    ...(replies > 0 ? [`the reply of ${replies} of its cases`] : []),
    ...(permitted ? ['what is only permitted'] : []),
  ].join(', and ');
  return [
    `${names.baseline} does not hold ${lacks}: the gate does not see when that changes; \`${update(names)}\` adds it and keeps the reasons`,
  ];
}

const update = ({ results, baseline }: GateNames): string =>
  `segment-arrives baseline update --results ${results} --baseline ${baseline}`;

const WHAT_NEXT: Readonly<Record<FindingChange['kind'], (names: GateNames) => string>> = {
  new: (names) => `fix the target; or accept it by \`${update(names)}\`, then write the reason`,
  grew: (names) => `fix the target; or, if its reason holds here too, accept it by \`${update(names)}\``,
  changed: (names) => `find out what changed; to accept it, \`${update(names)}\`, then write a new reason`,
  shrank: (names) => `good news: \`${update(names)}\` takes the cases out`,
  gone: (names) => `good news: take it out, by hand or by \`${update(names)}\``,
};

const WHAT_TO_DO: Readonly<Record<(typeof OTHERS)[number], (names: GateNames) => string>> = {
  'changed choice': (names) =>
    `permitted, but the target chose otherwise before; find out what changed; to accept it, \`${update(names)}\`, or pass --allow permitted`,
  inconclusive: ({ baseline }) =>
    `run it again; what cannot be tested with this target may stand in ${baseline} under "unjudged", with a reason`,
  unreviewed: ({ baseline }) => `say in ${baseline} why it is accepted, instead of "unreviewed"`,
  'unknown id': ({ baseline }) => `no such case, see \`segment-arrives list\`; take it out of ${baseline}`,
};

type Colours = ReturnType<typeof pc.createColors>;

function diffOf(objection: Objection, { profile }: Run, colours: Colours): string[] {
  if (objection.kind === 'unreviewed') return [`  ${acceptedName(objection.finding)}`];
  const { id, family } = 'result' in objection ? objection.result : objection.entry;
  const lines = [`  ${id}  IPv${family}`];
  lines.push(...beforeOf(objection).map((text) => `    ${colours.red(`- ${text}`)}`));
  if ('result' in objection) {
    lines.push(`    ${colours.green(`+ ${resultText(objection.result, profile)}`)}`);
    const why = reasonText(objection.result, profile);
    if (why) lines.push(`      ${colours.dim(why)}`);
  }
  return lines;
}

/** What the baseline says. */
function beforeOf(objection: Objection): string[] {
  if (objection.kind === 'changed choice') {
    return [objection.before ? choiceText(objection.before) : 'conformant'];
  }
  if (!('entry' in objection)) return [];
  return ['verdict' in objection.entry ? acceptedText(objection.entry) : choiceText(objection.entry)];
}

/** A finding by its reason and its first case. */
export function acceptedName({ reason, cases }: AcceptedFinding): string {
  const ids = new Set(cases.map(({ id }) => id));
  return `${reason} (${[...ids][0]}${ids.size > 1 ? ` and ${ids.size - 1} more` : ''})`;
}

/** An accepted case in one line. */
export const acceptedText = ({ verdict, kind, observed, stateAfter }: AcceptedCase): string =>
  `${verdict}: ${observed ?? kind}${stateAfter ? `, then ${stateAfter}` : ''}`;

/** A permitted choice in one line. */
export const choiceText = ({ observed, stateAfter }: PermittedChoice): string =>
  `permitted: ${observed}, then ${stateAfter}`;

function resultText(result: ReportCase, profile: Profile): string {
  const judgement = judgementOf(result, profile);
  const seen = seenIn(result);
  if (judgement.verdict === 'inconclusive') {
    return isBeyondCapability(judgement.why)
      ? "inconclusive: ruled out by the target's capabilities"
      : 'inconclusive';
  }
  return `${judgement.verdict}: ${seen ? repliesText(seen) : 'not run'}, then ${seen?.stateAfter}`;
}
