import type { Case, ClosedBy } from '../catalogue/case.ts';
import { CASES, findCase, findLadder, LADDERS } from '../catalogue/catalogue.ts';
import { conditionText } from '../catalogue/conditions.ts';
import type { Ladder } from '../catalogue/ladder.ts';
import { type RuleId, ruleOf } from '../standard/rules.ts';
import type { ReportCase } from './run.ts';

/** What a report says of a case or a ladder besides its results: what it asks for, and where that is written. */
export interface Subject extends Pick<Case, 'id' | 'cite' | 'requirements'> {
  readonly closedBy?: ClosedBy;
  /** What must come back, by profile; a ladder has steps instead. */
  readonly expect?: Case['expect'];
  readonly steps?: Ladder['steps'];
}

/** The whole catalogue, ladders last. */
export const subjects = (): readonly Subject[] => [...CASES, ...LADDERS];

/** The case or the ladder of that id, or undefined. */
export const findSubject = (id: string): Subject | undefined => findCase(id) ?? findLadder(id);

/** Each rule that it tests, in our words, with where it is written: `LISTEN: a reset is ignored (RFC 9293 3.10.7.2 first)`. */
export const ruleTexts = ({ requirements }: Subject): readonly string[] =>
  requirements.map((id) => `${ruleOf(id).asks} (${citation(id)})`);

/** An id without a document belongs to RFC 9293; a numbered one is found by its section. */
function citation(id: RuleId): string {
  if (id.startsWith('RFC ')) return id;
  return /^[A-Z]+-\d+$/.test(id) ? `RFC 9293 ${id}, section ${ruleOf(id).section}` : `RFC 9293 ${id}`;
}

const CLOSED_BY: Readonly<Record<ClosedBy, string>> = {
  'never opened': '',
  FINs: 'closed by FINs',
  abort: 'aborted by a reset',
};

/** Under which circumstance beyond the state it is tried; empty when there is none. */
export const circumstance = (
  { conditions }: Pick<ReportCase, 'conditions'>,
  subject: Subject | undefined,
): string => conditionText(conditions) ?? CLOSED_BY[subject?.closedBy ?? 'never opened'];

/** A ladder's steps, a line each: who does what, and what must then come back. */
export const stepTexts = (subject: Subject): readonly string[] =>
  stepParts(subject).map(([who, what]) => `${who.padEnd(6)}  ${what}`);

/** The same, each as who does it and what is done. */
export const stepParts = ({ steps = [] }: Subject): (readonly [string, string])[] =>
  steps.map((step) => {
    if ('send' in step) return ['tester', step.send];
    if ('user' in step)
      return ['user', `${step.user}${step.user === 'send' ? `, ${step.octets} octets` : ''}`];
    const then = step.then ? `, then ${step.then}` : '';
    const others = [
      ...(step.otherwise ?? []).map((reply) => ` or, as right, ${reply}`),
      ...(step.permitted ? [` or ${step.permitted.reply}, then ${step.permitted.then} (permitted)`] : []),
    ];
    return ['target', `${step.expect.join(' or ')}${then}${others.join('')}`];
  });
