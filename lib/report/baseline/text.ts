import pc from 'picocolors';
import type { Profile } from '../../standard/profile.ts';
import { isBeyondCapability } from '../../verdict/reason.ts';
import { judgementOf } from '../../verdict/result.ts';
import { reasonText } from '../expectation.ts';
import type { ReportCase, RunFinding } from '../run.ts';
import { say } from '../say.ts';
import type { BaselineEntry, PermittedChoice } from './baseline.ts';
import { type GateOutcome, isOpen, type Objection, type Unseen } from './gate.ts';
import { repliesText, seenIn } from './replies.ts';

export interface GateNames {
  /** Of the baseline's file. */
  readonly baseline: string;
  /** Of the results' file: what to update the baseline from. */
  readonly results: string;
  readonly profile: Profile;
  readonly colour?: boolean;
}

const ORDER: readonly Objection['kind'][] = [
  'new deviation',
  'changed observation',
  'unexpected pass',
  'changed choice',
  'inconclusive',
  'unreviewed',
  'unknown id',
];

/** The outcome of the gate as a diff. Each part says what to do. */
export function gateText(outcome: GateOutcome, names: GateNames): string {
  const colours = pc.createColors(names.colour ?? pc.isColorSupported);
  const { objections, allowed, accepted, untried, findings, gone, unseen, complete } = outcome;
  const section = (kind: Objection['kind'], all: readonly Objection[], what: string): string[] => {
    const group = all.filter((one) => one.kind === kind);
    if (group.length === 0) return [];
    const head = `${colours.bold(colours.red(`${kind} (${group.length})`))}: ${what}`;
    return [[head, ...group.flatMap((one) => diffOf(one, names.profile, colours))].join('\n')];
  };
  const sections = [
    ...ORDER.flatMap((kind) => section(kind, objections, WHAT_TO_DO[kind](names))),
    ...section('changed choice', allowed, 'within what is permitted, and allowed by --allow permitted'),
  ];
  if (findings.length > 0) sections.push(findingsText(findings, names, colours));
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
  const open = objections.length + findings.length + gone.length;
  const counts = [
    `${accepted.size} accepted`,
    ...(allowed.length > 0 ? [`${allowed.length} allowed`] : []),
    ...(untried.length > 0 ? [`${untried.length} of the baseline not tried by this run`] : []),
    ...(open > 0 ? [`${open} to be looked at`] : []),
  ].join(', ');
  const verdict = isOpen(outcome)
    ? colours.green('✓ as the baseline says')
    : colours.red('✗ not as the baseline says');
  sections.push(`gate ${names.baseline}: ${verdict}: ${counts}`);
  return `${sections.join('\n\n')}\n`;
}

function findingsText(findings: readonly RunFinding[], names: GateNames, colours: Colours): string {
  const head = colours.bold(colours.red(`found before the first case (${findings.length})`));
  const what = `fix the target; or accept it by \`${update(names)}\`, then write the reason`;
  const lines = findings.map(
    (finding) => `  ${finding.id}\n    ${colours.green(`+ ${say.finding(finding)}`)}`,
  );
  return [`${head}: ${what}`, ...lines].join('\n');
}

/** What the gate does not see, since the baseline is of version 0.1. */
function unseenText({ replies, permitted }: Unseen, names: GateNames): string[] {
  if (replies === 0 && !permitted) return [];
  const lacks = [
    ...(replies > 0 ? [`the reply of ${replies} of its entries`] : []),
    ...(permitted ? ['what is only permitted'] : []),
  ].join(', and ');
  return [
    `${names.baseline} does not hold ${lacks}: a change of that is not seen; \`${update(names)}\` adds it and keeps the reasons`,
  ];
}

const update = ({ results, baseline }: GateNames): string =>
  `segment-arrives baseline update --results ${results} --baseline ${baseline}`;

const WHAT_TO_DO: Readonly<Record<Objection['kind'], (names: GateNames) => string>> = {
  'new deviation': (names) => `fix the target; or accept it by \`${update(names)}\`, then write the reason`,
  'changed observation': (names) =>
    `find out what changed; if it is to stay, \`${update(names)}\`, then write the reason anew`,
  'unexpected pass': (names) => `good news: take the entry out, by hand or by \`${update(names)}\``,
  'changed choice': (names) =>
    `permitted, but the target chose otherwise before; find out what changed; if it is to stay, \`${update(names)}\`, or pass --allow permitted`,
  inconclusive: () => 'run it again; what cannot be tested is not accepted',
  unreviewed: ({ baseline }) => `say in ${baseline} why it is accepted, instead of "unreviewed"`,
  'unknown id': ({ baseline }) =>
    `no such case, see \`segment-arrives list\`; take the entry out of ${baseline}`,
};

type Colours = ReturnType<typeof pc.createColors>;

function diffOf(objection: Objection, profile: Profile, colours: Colours): string[] {
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
  return ['reason' in objection.entry ? entryText(objection.entry) : choiceText(objection.entry)];
}

/** An entry in one line. */
export const entryText = ({ verdict, kind, observed, stateAfter, reason }: BaselineEntry): string =>
  `${verdict}: ${observed ?? kind}${stateAfter ? `, then ${stateAfter}` : ''} (${reason})`;

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
