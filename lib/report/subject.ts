import { findScenario, SCENARIOS } from '../catalogue/catalogue.ts';
import { conditionText } from '../catalogue/conditions.ts';
import { sentencesByProfile } from '../catalogue/left-open.ts';
import { printReply } from '../catalogue/resolve.ts';
import {
  type ClosedBy,
  type ExpectStep,
  type Interval,
  isCase,
  outcomesOf,
  printCall,
  printCrowd,
  printIcmp,
  printSpacing,
  type ResolvedOutcome,
  type Scenario,
  type Step,
} from '../catalogue/scenario.ts';
import { printSegment } from '../notation/index.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { citationOf, isNumbered, type RuleId, ruleOf } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';
import type { ReportCase } from './run.ts';

/** An outcome as reports show it. */
export interface ShownOutcome extends Pick<ResolvedOutcome, 'reply' | 'level' | 'when'> {
  readonly then: State;
}

/** Who does it, and what is done. */
export type StepParts = readonly [string, string];

/** A scenario as reports show it: what it asks for, and where that is written. */
export interface Subject extends Pick<Scenario, 'id' | 'cite' | 'requirements' | 'closedBy'> {
  /** What must come back, by profile; absent where there are several steps. */
  readonly expect?: Readonly<Record<Profile, readonly ShownOutcome[]>>;
  /** By profile: a sentence for each text that allows several kinds of reply. */
  readonly leftOpen?: Partial<Readonly<Record<Profile, readonly string[]>>>;
  /** Several steps: who does what, and what must then come back. */
  readonly steps?: readonly StepParts[];
}

/** The whole catalogue. */
export const subjects = (): readonly Subject[] => SCENARIOS.map(subjectOf);

/** The scenario of that id, or undefined. */
export function findSubject(id: string): Subject | undefined {
  const scenario = findScenario(id);
  return scenario && subjectOf(scenario);
}

export function subjectOf(scenario: Scenario): Subject {
  const { id, cite, requirements, closedBy, steps } = scenario;
  const about = { id, cite, requirements, ...(closedBy ? { closedBy } : {}) };
  if (!isCase(scenario)) return { ...about, steps: steps.map(partsOf) };
  const outcomes = outcomesOf(scenario);
  const leftOpen = sentencesByProfile(outcomes);
  const expect = Object.fromEntries(
    PROFILES.map((profile) => [profile, outcomes[profile].map(shown)]),
  ) as unknown as Record<Profile, readonly ShownOutcome[]>;
  return { ...about, expect, ...(leftOpen ? { leftOpen } : {}) };
}

const shown = ({ reply, then = 'CLOSED', level, when }: ResolvedOutcome): ShownOutcome => ({
  ...{ reply, then, level },
  ...(when ? { when } : {}),
});

/** The rules that it tests, in our words, each with its place: `LISTEN: a reset is ignored (RFC 9293 3.10.7.2 first)`. */
export const ruleTexts = ({ requirements }: Subject): readonly string[] => requirements.map(ruleText);

/** What a rule asks, and where it is written. A numbered rule is cited by number and section. */
export function ruleText(id: RuleId): string {
  const { asks, document, section } = ruleOf(id);
  return `${asks} (${isNumbered(id) ? `${document} ${id}, section ${section}` : citationOf(id)})`;
}

const CLOSED_BY: Readonly<Record<ClosedBy, string>> = {
  'never opened': '',
  FINs: 'closed by FINs',
  abort: 'aborted by a reset',
};

/** The conditions of a case besides its state, for people; empty when there are none. */
export const circumstance = (
  { conditions }: Pick<ReportCase, 'conditions'>,
  subject: Subject | undefined,
): string => conditionText(conditions) ?? CLOSED_BY[subject?.closedBy ?? 'never opened'];

/** The steps of a scenario of several steps, numbered, a line each; none of a case. */
export const stepTexts = ({ steps = [] }: Subject): readonly string[] =>
  steps.map(([who, what], index) => `${index + 1}  ${who.padEnd(6)}  ${what}`);

function partsOf(step: Step): StepParts {
  const on = step.on === undefined ? '' : ` (${step.on})`;
  if ('send' in step) return ['tester', `${step.send.map(printSegment).join(' ')}${printSpacing(step)}${on}`];
  if ('icmp' in step) return ['tester', `ICMP ${printIcmp(step)}${on}`];
  if ('crowd' in step) return ['others', `${printCrowd(step)}${on}`];
  if ('user' in step) return ['user', `${printCall(step.user)}${on}`];
  if ('wait' in step) return ['wait', `${step.wait} ms${on}`];
  return 'expect' in step ? ['target', `${expectationOf(step)}${on}`] : ['proof', `${step.state}${on}`];
}

/** What is expected under the latest profile. */
function expectationOf({ expect, within, notBefore, settled, next, newIss, delivered }: ExpectStep): string {
  const outcomes = expect[PROFILES[PROFILES.length - 1] as Profile];
  const [first] = outcomes;
  const same = outcomes.filter(
    ({ then, level, ends }) => then === first?.then && level === 'required' && !ends,
  );
  const others = outcomes.filter((outcome) => !same.includes(outcome));
  return [
    next ? 'next ' : '',
    [
      ...(same.length > 0
        ? [`${same.map(plainly).join(' or ')}${first?.then ? `, then ${first.then}` : ''}`]
        : []),
      ...others.map(outcomeOf),
    ].join(' or '),
    within === undefined ? '' : `; within ${within} ms`,
    notBefore === undefined ? '' : `; not before ${notBefore} ms`,
    typeof settled === 'number' ? `, for ${settled} ms` : '',
    newIss ? '; with an ISS that it has not had before' : '',
    delivered === undefined ? '' : `; its user is given ${delivered} octets`,
  ].join('');
}

const plainly = ({ reply, interval }: ResolvedOutcome): string =>
  `${printReply(reply)}${interval ? ` ${intervalText(interval)}` : ''}`;

export const intervalText = (asked: Interval): string =>
  'atLeast' in asked ? `after ${asked.atLeast} ms or more` : `after ${asked.times} times the interval before`;

function outcomeOf(outcome: ResolvedOutcome): string {
  const { then, level, ends } = outcome;
  const after = then ? `, then ${then}` : '';
  const tags = [...(level === 'required' ? [] : [level]), ...(ends ? ['ends here'] : [])];
  return `${plainly(outcome)}${after}${tags.length > 0 ? ` (${tags.join(', ')})` : ''}`;
}
