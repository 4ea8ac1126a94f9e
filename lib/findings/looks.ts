import { findScenario } from '../catalogue/catalogue.ts';
import { isCase } from '../catalogue/scenario.ts';
import type { Profile } from '../standard/profile.ts';
import type { RuleId } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';
import { type CaseResult, type JudgedResult, judgementOf, type ProfileVerdict } from '../verdict/result.ts';
import { type Due, dueOf, type Effect, effectOf, outcomeOf, stateEffectOf } from './effect.ts';
import { type Trait, traitsOf } from './traits.ts';

/** A mark of a case: a trait of its stimulus, or a rule that it is about. */
export type Mark = Trait | RuleId;

/** Of a reply: `RST,ACK`. */
export interface Flags {
  readonly due: string;
  readonly seen: string;
}

/** What the search knows of a result. Results of one case over both families count as one when they have the same effect. */
export interface Look {
  readonly id: string;
  readonly families: (4 | 6)[];
  readonly state: State;
  readonly effect?: Effect;
  readonly due?: Due;
  /** The state after, where another was due. */
  readonly after?: Readonly<Record<'due' | 'seen', State>>;
  /** Of a reply with wrong flags. */
  readonly flags?: Flags;
  readonly traits: readonly Trait[];
  readonly rules: readonly RuleId[];
  /** Its traits and rules. */
  readonly marks: ReadonlySet<Mark>;
}

export const has = ({ marks }: Look, mark: Mark): boolean => marks.has(mark);

/** The results that are judged: those with the verdict have an effect. */
export function looksOf(
  results: readonly CaseResult<unknown>[],
  profile: Profile,
  verdict: 'deviates' | 'permitted',
): readonly Look[] {
  const looks = new Map<string, Look>();
  for (const result of results) {
    if (result.outcome !== 'judged') continue;
    const look = lookOf(result, profile, verdict);
    if (!look) continue;
    const key = JSON.stringify([look.id, look.effect]);
    const same = looks.get(key);
    if (same) same.families.push(result.family);
    else looks.set(key, look);
  }
  return [...looks.values()];
}

function lookOf(
  result: JudgedResult<unknown>,
  profile: Profile,
  verdict: 'deviates' | 'permitted',
): Look | undefined {
  const judgement = judgementOf(result, profile);
  if (judgement.verdict === 'inconclusive') return undefined;
  const { id, family, state } = result;
  const scenario = findScenario(id);
  const outcome = outcomeOf(judgement);
  const single = scenario !== undefined && isCase(scenario) && result.stimulus.length === 1;
  const traits = single ? traitsIn(result) : [];
  const effect =
    judgement.verdict === verdict
      ? onItsWay(effectIn(judgement, single ? state : undefined), traits)
      : undefined;
  // A result of the other verdict neither supports a cause nor speaks against one.
  if (!effect && judgement.verdict !== 'conformant' && verdict === 'permitted') return undefined;
  const rules = scenario?.requirements ?? [];
  return {
    ...{ id, families: [family], state },
    ...(effect ? { effect } : {}),
    ...(outcome && single ? { due: dueOf(outcome) } : {}),
    ...(effect ? detailsOf(judgement) : {}),
    ...{ traits, rules, marks: new Set<Mark>([...traits, ...rules]) },
  };
}

/** The ACK of its FIN takes a connection from LAST-ACK to CLOSED: a state that it enters, no loss (RFC 9293 section 3.10.7.4 fifth). */
const onItsWay = (effect: Effect | undefined, traits: readonly Trait[]): Effect | undefined =>
  effect?.state === 'lost' &&
  effect.reply?.seen !== 'RST' &&
  traits.includes('LAST-ACK') &&
  traits.includes('no RST') &&
  traits.includes('ACK of all that was sent')
    ? { ...effect, state: 'entered' }
    : effect;

function detailsOf(judgement: ProfileVerdict): Pick<Look, 'after' | 'flags'> {
  const details: { -readonly [Key in 'after' | 'flags']?: Look[Key] } = {};
  if (judgement.verdict === 'permitted') {
    const [taken] = judgement.taken;
    const [due, seen] = [taken?.better[0]?.then, taken?.outcome.then];
    return due && seen && due !== seen ? { after: { due, seen } } : details;
  }
  if (judgement.verdict !== 'deviates') return details;
  for (const fault of judgement.faults) {
    if (fault.kind === 'state' && fault.observed !== 'unknown')
      details.after = { due: fault.expected, seen: fault.observed };
    if (fault.kind === 'field' && fault.field === 'CTL')
      details.flags = { due: fault.expected, seen: fault.observed };
  }
  return details;
}

function effectIn(judgement: ProfileVerdict, before: State | undefined): Effect | undefined {
  if (judgement.verdict === 'deviates') return effectOf(judgement.faults, judgement.outcome, before);
  if (judgement.verdict !== 'permitted') return undefined;
  const [taken] = judgement.taken;
  if (!taken) return undefined;
  const seen = dueOf(taken.outcome);
  const [better] = taken.better;
  const due = better ? dueOf(better) : seen;
  if (due.reply !== seen.reply) return { reply: { due: due.reply, seen: seen.reply } };
  // A reply of the same kind: the state after differs, or what an effect does not tell.
  return due.then && seen.then && due.then !== seen.then
    ? { state: stateEffectOf(due.then, seen.then, before) }
    : {};
}

// Each profile asks for them, and for both verdicts.
const known = new WeakMap<JudgedResult<unknown>, readonly Trait[]>();

function traitsIn(result: JudgedResult<unknown>): readonly Trait[] {
  const { state, origin, conditions = [], stimulus, variables } = result;
  const [segment] = stimulus;
  if (!segment) return [];
  const traits = known.get(result) ?? traitsOf({ state, origin, conditions, segment, variables });
  known.set(result, traits);
  return traits;
}
