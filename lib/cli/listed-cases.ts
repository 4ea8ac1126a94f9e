import type { StepDeclaration } from '../catalogue/case.ts';
import { SCENARIOS } from '../catalogue/catalogue.ts';
import { matcher } from '../catalogue/choice.ts';
import { type Condition, conditionText } from '../catalogue/conditions.ts';
import { type LeftOpen, sentencesByProfile } from '../catalogue/left-open.ts';
import { declarationOf, printReply } from '../catalogue/resolve.ts';
import {
  isCase,
  type OutcomesByProfile,
  outcomesOf,
  type ResolvedOutcome,
  type Scenario,
  sentText,
} from '../catalogue/scenario.ts';
import type { Choice } from '../standard/adoption.ts';
import type { Level, Profile } from '../standard/profile.ts';
import { PROFILES } from '../standard/profile.ts';
import { type Origin, STATES, type State } from '../standard/state.ts';
import { UsageError } from './failure.ts';

export interface ListedOutcome {
  /** A segment in the notation, or `silence`. */
  readonly reply: string;
  readonly then: State;
  readonly level: Level;
  readonly when?: Choice;
  readonly leftOpen?: LeftOpen;
}

/** A case as `list --json` prints it. With several steps, `send` is the whole exchange and `expect` its end. */
export interface ListedCase {
  readonly id: string;
  readonly state: State;
  readonly origin?: Origin;
  readonly title: string;
  readonly condition?: string;
  readonly conditions?: readonly Condition[];
  readonly send: string | readonly StepDeclaration[];
  readonly expect: Readonly<Record<Profile, readonly ListedOutcome[]>>;
  /** When a profile allows several kinds of reply: sentences that name the text which leaves it open. */
  readonly leftOpen?: Partial<Readonly<Record<Profile, readonly string[]>>>;
  readonly cite: readonly string[];
  readonly requirements: readonly string[];
  readonly families: readonly (4 | 6)[];
}

export interface Selection {
  readonly only?: readonly string[];
  readonly state?: string;
}

/** The selected cases of the catalogue. @throws UsageError when there are none */
export function listedCases({ only, state }: Selection = {}): ListedCase[] {
  const inState = state === undefined ? undefined : stateMatcher(state);
  const byId = only && matcher(only.join(','));
  const chosen = SCENARIOS.map(listed).filter((one) => (byId?.(one.id) ?? true) && (inState?.(one) ?? true));
  if (chosen.length > 0) return chosen;
  const asked = [...(only ? [`--only ${only.join(',')}`] : []), ...(state ? [`--state ${state}`] : [])];
  throw new UsageError(`${asked.join(' with ')} matches no case`);
}

const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '-');

/** Accepts `SYN-RECEIVED`, `syn-received`, `SYN-RECEIVED (passive)` and `syn-received-passive`. */
function stateMatcher(text: string): (one: ListedCase) => boolean {
  const wanted = plain(text).replace(/-$/, '');
  const names = (one: Pick<ListedCase, 'state' | 'origin'>): string[] => [
    one.state,
    ...(one.origin ? [plain(`${one.state}-${one.origin}`)] : []),
  ];
  const known = STATES.some((state) => new RegExp(`^${state}(-PASSIVE|-ACTIVE)?$`).test(wanted));
  if (!known) throw new UsageError(`--state ${text}: no such state; the states are ${STATES.join(', ')}`);
  return (one) => names(one).includes(wanted);
}

function conditionsOf(conditions: readonly Condition[]): Pick<ListedCase, 'condition' | 'conditions'> {
  const condition = conditionText(conditions);
  return condition === undefined ? {} : { condition, conditions };
}

function listed(scenario: Scenario): ListedCase {
  const { id, state, origin, title, conditions, cite, requirements, families } = scenario;
  const outcomes = outcomesOf(scenario);
  const leftOpen = isCase(scenario) ? sentencesByProfile(outcomes) : undefined;
  const send = isCase(scenario) ? sentText(scenario) : stepsOf(scenario);
  return {
    id,
    state,
    ...(origin ? { origin } : {}),
    title,
    ...conditionsOf(conditions),
    send,
    expect: listedOutcomes(outcomes),
    ...(leftOpen ? { leftOpen } : {}),
    cite,
    requirements,
    families,
  };
}

function stepsOf(scenario: Scenario): readonly StepDeclaration[] {
  const declared = declarationOf(scenario);
  return 'steps' in declared ? declared.steps : [];
}

/** Profiles with the same outcomes share one list. */
function listedOutcomes(outcomes: OutcomesByProfile): ListedCase['expect'] {
  const listed = new Map<readonly ResolvedOutcome[], readonly ListedOutcome[]>();
  for (const one of Object.values(outcomes)) {
    if (!listed.has(one)) listed.set(one, one.map(listedOutcome));
  }
  const entries = PROFILES.map((profile) => [profile, listed.get(outcomes[profile])] as const);
  return Object.fromEntries(entries) as unknown as ListedCase['expect'];
}

function listedOutcome({ reply, then = 'CLOSED', level, when, leftOpen }: ResolvedOutcome): ListedOutcome {
  return {
    ...{ reply: printReply(reply), then, level },
    ...(when ? { when } : {}),
    ...(leftOpen ? { leftOpen } : {}),
  };
}
