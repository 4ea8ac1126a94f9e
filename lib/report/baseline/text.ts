import pc from 'picocolors';
import type { Profile } from '../../spec/profile.ts';
import { judgementOf, reasonOf, seenOf } from '../../verdict/result.ts';
import { observedText } from '../expectation.ts';
import type { ReportCase } from '../run.ts';
import type { BaselineEntry } from './baseline.ts';
import { type GateOutcome, isOpen, type Objection } from './gate.ts';

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
  'inconclusive',
  'unreviewed',
  'unknown id',
];

/** The outcome of the gate as a diff, each part with what is to be done about it. */
export function gateText(outcome: GateOutcome, names: GateNames): string {
  const colours = pc.createColors(names.colour ?? pc.isColorSupported);
  const { objections, accepted, untried, complete } = outcome;
  const sections = ORDER.flatMap((kind) => {
    const group = objections.filter((one) => one.kind === kind);
    if (group.length === 0) return [];
    const head = `${colours.bold(colours.red(`${kind} (${group.length})`))}: ${WHAT_TO_DO[kind](names)}`;
    return [[head, ...group.flatMap((one) => diffOf(one, names.profile, colours))].join('\n')];
  });
  if (!complete) {
    sections.push(`${colours.bold(colours.red('cut short'))}: the run did not end; run it again`);
  }
  const counts = [
    `${accepted.size} accepted`,
    ...(untried.length > 0 ? [`${untried.length} of the baseline not tried by this run`] : []),
    ...(objections.length > 0 ? [`${objections.length} to be looked at`] : []),
  ].join(', ');
  const verdict = isOpen(outcome)
    ? colours.green('✓ as the baseline says')
    : colours.red('✗ not as the baseline says');
  sections.push(`gate ${names.baseline}: ${verdict}: ${counts}`);
  return `${sections.join('\n\n')}\n`;
}

const update = ({ results, baseline }: GateNames): string =>
  `segment-arrives baseline update --results ${results} --baseline ${baseline}`;

const WHAT_TO_DO: Readonly<Record<Objection['kind'], (names: GateNames) => string>> = {
  'new deviation': (names) => `fix the target; or accept it by \`${update(names)}\`, then write the reason`,
  'changed observation': (names) =>
    `find out what changed; if it is to stay, \`${update(names)}\`, then write the reason anew`,
  'unexpected pass': (names) => `good news: take the entry out, by hand or by \`${update(names)}\``,
  inconclusive: () => 'run it again; what cannot be tested is not accepted',
  unreviewed: ({ baseline }) => `say in ${baseline} why it is accepted, instead of "unreviewed"`,
  'unknown id': ({ baseline }) =>
    `no such case, see \`segment-arrives list\`; take the entry out of ${baseline}`,
};

type Colours = ReturnType<typeof pc.createColors>;

function diffOf(objection: Objection, profile: Profile, colours: Colours): string[] {
  const { id, family } = 'result' in objection ? objection.result : objection.entry;
  const lines = [`  ${id}  IPv${family}`];
  if ('entry' in objection) lines.push(`    ${colours.red(`- ${entryText(objection.entry)}`)}`);
  if ('result' in objection) {
    lines.push(`    ${colours.green(`+ ${resultText(objection.result, profile)}`)}`);
    const why = reasonOf(objection.result, profile);
    if (why) lines.push(`      ${colours.dim(why)}`);
  }
  return lines;
}

const entryText = ({ verdict, kind, stateAfter, reason }: BaselineEntry): string =>
  `${verdict}: ${kind}${stateAfter ? `, then ${stateAfter}` : ''} (${reason})`;

function resultText(result: ReportCase, profile: Profile): string {
  const judgement = judgementOf(result, profile);
  const seen = seenOf(result);
  if (judgement.verdict === 'inconclusive') {
    return judgement.byCapability ? "inconclusive: ruled out by the target's capabilities" : 'inconclusive';
  }
  return `${judgement.verdict}: ${seen?.kind}, then ${seen?.stateAfter}; observed ${observedText(result)}`;
}
