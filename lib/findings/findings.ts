import { findScenario } from '../catalogue/catalogue.ts';
import { isCase } from '../catalogue/scenario.ts';
import type { Profile } from '../standard/profile.ts';
import { isRule, type RuleId, ruleOf } from '../standard/rules.ts';
import { STATES, type State } from '../standard/state.ts';
import { type CaseResult, type JudgedResult, judgementOf, type ProfileVerdict } from '../verdict/result.ts';
import { Bits } from './cover.ts';
import { common, couldHave, type Due, dueOf, type Effect, effectOf, includes, outcomeOf } from './effect.ts';
import { TRAITS, type Trait, traitsOf } from './traits.ts';

/** How bad it is for a peer, the worst first. */
export const HARMS = ['death', 'connection lost', 'wrong state', 'wrong reply', 'missing reply'] as const;
export type Harm = (typeof HARMS)[number];

/** Results of a run that seem to have one cause. */
export interface CaseFinding {
  /** Made of the difference and of what the stimuli have in common: the same in every run that shows the same. */
  readonly id: string;
  readonly verdict: 'deviates' | 'permitted';
  /** What all the results have in common; of an empty one, only `where` is. */
  readonly effect: Effect;
  /** What the stimuli have in common, and the stimuli of conformant results have not. */
  readonly where: readonly Trait[];
  /** Every difference that was seen, the most frequent first. */
  readonly effects: readonly Effect[];
  /** The rule that is broken. */
  readonly rule?: RuleId;
  readonly harm: Harm;
  readonly states: readonly State[];
  /** In the order of the run. */
  readonly cases: readonly { readonly id: string; readonly family: 4 | 6 }[];
}

/** A result, as far as its cause is looked for. Results of one case over both families are one where they differ alike. */
interface Look {
  readonly id: string;
  readonly families: (4 | 6)[];
  readonly state: State;
  readonly effect?: Effect;
  readonly due?: Due;
  readonly traits: readonly Trait[];
  readonly rules: readonly RuleId[];
}

/** What a cause may be: an effect on the stimuli that have these traits. */
interface Cause {
  readonly effect: Effect;
  readonly where: readonly (Trait | RuleId)[];
  readonly covers: Bits;
  readonly cost: number;
}

// A result that is explained is worth so much, and one that should have failed and did not costs so much.
const WORTH = 2;
const FALSE = 2;
const OF_A_CAUSE = 3;
const OF_A_TRAIT = 1;
const OF_A_RULE = 1.5;
const OF_ANY_EFFECT = 3;
const OF_A_WIDE_EFFECT = 1;

// Two causes are one when so many of the stimuli that they have in common have the effect that they have in common.
const JOINED = 0.5;

/**
 * Groups what is not conformant by its likely cause: the fewest, simplest causes that explain the results of a run. A cause is
 * what stimuli have in common (their state, flags, place in the window, rule) and what is different of all that have it. That
 * other stimuli of the kind got what was due speaks against it. The results depend on nothing but verdicts: no case is named here.
 */
export function caseFindings(
  results: readonly CaseResult<unknown>[],
  profile: Profile,
  verdict: CaseFinding['verdict'] = 'deviates',
): readonly CaseFinding[] {
  const looks = looksOf(results, profile, verdict);
  const failed = looks.filter(({ effect }) => effect !== undefined);
  if (failed.length === 0) return [];
  const passed = looks.filter(({ effect, due }) => effect === undefined && due !== undefined);
  const left = all(failed);
  const causes = causesOf(failed, passed);
  const groups: Group[] = [];
  for (;;) {
    let best: Cause | undefined;
    let most = 0;
    for (const cause of causes) {
      const worth = WORTH * cause.covers.shared(left) - cause.cost;
      if (worth > most) [best, most] = [cause, worth];
    }
    if (!best) break;
    const { covers } = best;
    groups.push({ cause: best, members: failed.filter((_, at) => covers.has(at) && left.has(at)) });
    left.remove(covers);
  }
  join(groups, failed, passed);
  const bits = information(looks);
  const rest: Look[] = [];
  for (const look of failed.filter((_, at) => left.has(at))) {
    const near =
      nearest(look, groups, bits) ?? groups.find(({ members }) => members.some((one) => areClose(one, look)));
    if (near) near.members.push(look);
    else rest.push(look);
  }
  groups.push(...alone(rest));
  const findings = groups.map(({ cause, members }) => findingOf(cause, members, verdict));
  return unique(findings).sort(bySeverity);
}

type Shared = Pick<Cause, 'effect' | 'where'>;

interface Group {
  readonly cause: Shared;
  readonly members: Look[];
}

const has = ({ traits, rules }: Look, mark: Trait | RuleId): boolean =>
  (traits as readonly string[]).includes(mark) || (rules as readonly string[]).includes(mark);

/** Joins groups whose causes are two descriptions of one. */
function join(groups: Group[], failed: readonly Look[], passed: readonly Look[]): void {
  for (let at = 0; at < groups.length; at += 1) {
    for (let next = at + 1; next < groups.length; next += 1) {
      const [one, other] = [groups[at] as Group, groups[next] as Group];
      const effect = common(one.cause.effect, other.cause.effect);
      const where = one.cause.where.filter((mark) => other.cause.where.includes(mark));
      const isForm = effect.form !== undefined || effect.extra !== undefined;
      if (Object.keys(effect).length === 0 || (where.length === 0 && !isForm)) continue;
      const meets = (look: Look): boolean => where.every((mark) => has(look, mark));
      const hit = failed.filter((look) => meets(look) && includes(look.effect ?? {}, effect)).length;
      const spared = passed.filter(
        (look) => meets(look) && look.due !== undefined && couldHave(effect, look.due, look.state),
      ).length;
      if (hit < JOINED * (hit + spared)) continue;
      groups[at] = { cause: { effect, where }, members: [...one.members, ...other.members] };
      groups.splice(next, 1);
      next = at;
    }
  }
}

/** How much it says of a stimulus that it has a trait: in bits. */
function information(looks: readonly Look[]): (mark: Trait | RuleId) => number {
  const known = new Map<string, number>();
  return (mark) => {
    const bits =
      known.get(mark) ??
      -Math.log2((looks.filter((look) => has(look, mark)).length + 1) / (looks.length + 1));
    known.set(mark, bits);
    return bits;
  };
}

// Of what a cause says of stimuli, so much must be true of one that it does not cover.
const NEAR = 0.5;
const NEARER = 0.9;

/** The group that a result belongs to although its cause does not cover it: that of its case over the other family, or of the nearest stimuli. */
function nearest(
  look: Look,
  groups: readonly Group[],
  bits: (mark: Trait | RuleId) => number,
): Group | undefined {
  const effect = look.effect ?? {};
  const same = groups.find(({ members }) => members.some(({ id }) => id === look.id));
  if (same) return same;
  const sum = (marks: readonly (Trait | RuleId)[]): number =>
    marks.reduce((total, mark) => total + bits(mark), 0);
  const near = groups
    .map((group) => {
      const { where, effect: due } = group.cause;
      // Of several steps, only the rules are known.
      if (look.traits.length === 0) {
        const isAbout = group.members.some(({ rules }) => rules.some((rule) => look.rules.includes(rule)));
        return { group, met: (due.form ?? due.extra ?? (isAbout && due.reply)) ? 1 : 0 };
      }
      return { group, met: sum(where.filter((mark) => has(look, mark))) / (sum(where) || 1) };
    })
    .filter(({ group: { cause, members }, met }) => {
      if (met < NEAR) return false;
      if (Object.keys(cause.effect).length > 0) {
        const { state: _, ...reply } = cause.effect;
        const { form, reply: answer, ...others } = look.traits.length === 0 ? reply : cause.effect;
        // Another field of the same reply, or the same reply where another is due.
        return includes(effect, {
          ...others,
          ...(form ? { form: { of: form.of } } : {}),
          ...(answer ? { reply: met > NEARER ? { seen: answer.seen } : answer } : {}),
        });
      }
      return members.some((one) => includes(one.effect ?? {}, effect));
    })
    .sort((a, b) => b.met - a.met);
  return near[0]?.group;
}

const KINDS_OF_STIMULUS: readonly Trait[] = ['RST', 'SYN', 'no ACK', 'FIN', 'text', 'ACK'];

/** Results that no cause explains: those with the same difference are together, in one state, by one rule, or after the same kind of stimulus. */
function alone(rest: readonly Look[]): readonly Group[] {
  const groups: Group[] = [];
  for (const look of rest) {
    const { reply, form, extra, state } = look.effect ?? {};
    const byState = state && (state === 'entered' || !(reply ?? form));
    const effect: Effect = byState ? { state } : reply ? { reply } : form ? { form } : extra ? { extra } : {};
    const known = groups.find(
      ({ cause, members }) =>
        JSON.stringify(cause.effect) === JSON.stringify(effect) && members.some((one) => areNear(one, look)),
    );
    if (known) known.members.push(look);
    else groups.push({ cause: { effect, where: [] }, members: [look] });
  }
  return groups.map(({ cause, members }) => ({ cause: { ...cause, where: sharedBy(members) }, members }));
}

const kindOf = ({ traits, rules }: Look): Trait | RuleId | undefined =>
  KINDS_OF_STIMULUS.find((trait) => traits.includes(trait)) ?? rules[0];

/** What the target does, whatever is due. */
const deedOf = ({ effect: { reply, form, state, extra } = {} }: Look): string | undefined =>
  reply?.seen ?? form?.of ?? state ?? extra;

/** Whether the target does the same after stimuli of one kind in one state. */
const areClose = (one: Look, other: Look): boolean =>
  one.state === other.state &&
  kindOf(one) === kindOf(other) &&
  one.traits.length > 0 &&
  (deedOf(one) === deedOf(other) ||
    (one.effect?.form?.field !== undefined && one.effect.form.field === other.effect?.form?.field));

const areNear = (one: Look, other: Look): boolean =>
  one.state === other.state || kindOf(one) === kindOf(other) || one.rules[0] === other.rules[0];

/** A name for what leftovers have in common. */
function sharedBy(members: readonly Look[]): readonly (Trait | RuleId)[] {
  const [first] = members;
  const marks = first ? [kindOf(first), first.state, first.rules[0]] : [];
  const shared = marks.filter((mark) => mark !== undefined && members.every((look) => has(look, mark)));
  return shared.slice(0, 2) as (Trait | RuleId)[];
}

function all(list: readonly unknown[]): Bits {
  const bits = new Bits(list.length);
  for (const index of list.keys()) bits.add(index);
  return bits;
}

function looksOf(
  results: readonly CaseResult<unknown>[],
  profile: Profile,
  verdict: CaseFinding['verdict'],
): readonly Look[] {
  const looks = new Map<string, Look>();
  for (const result of results) {
    if (result.outcome !== 'judged') continue;
    const look = lookOf(result, profile, verdict);
    if (!look) continue;
    const key = JSON.stringify([look.id, look.effect]);
    const known = looks.get(key);
    if (known) known.families.push(result.family);
    else looks.set(key, look);
  }
  return [...looks.values()];
}

function lookOf(
  result: JudgedResult<unknown>,
  profile: Profile,
  verdict: CaseFinding['verdict'],
): Look | undefined {
  const judgement = judgementOf(result, profile);
  if (judgement.verdict === 'inconclusive') return undefined;
  const { id, family, state } = result;
  const scenario = findScenario(id);
  const outcome = outcomeOf(judgement);
  const single = scenario !== undefined && isCase(scenario) && result.stimulus.length === 1;
  const effect = judgement.verdict === verdict ? effectIn(judgement, single ? state : undefined) : undefined;
  // A result of the other list is neither explained by a cause nor speaks against one.
  if (!effect && judgement.verdict !== 'conformant' && verdict === 'permitted') return undefined;
  return {
    ...{ id, families: [family], state },
    ...(effect ? { effect } : {}),
    ...(outcome && single ? { due: dueOf(outcome) } : {}),
    traits: single ? traitsIn(result) : [],
    rules: scenario?.requirements ?? [],
  };
}

function effectIn(judgement: ProfileVerdict, before: State | undefined): Effect | undefined {
  if (judgement.verdict === 'deviates') return effectOf(judgement.faults, judgement.outcome, before);
  if (judgement.verdict !== 'permitted') return undefined;
  const [taken] = judgement.taken;
  if (!taken) return undefined;
  const seen = dueOf(taken.outcome).reply;
  const [better] = taken.better;
  return { reply: { due: better ? dueOf(better).reply : seen, seen } };
}

function traitsIn(result: JudgedResult<unknown>): readonly Trait[] {
  const { state, origin, conditions = [], stimulus, variables } = result;
  const [segment] = stimulus;
  if (!segment) return [];
  return traitsOf({ state, origin, conditions, segment, variables });
}

/** Each way to tell of an effect: as a whole, by a part of it, or not at all. */
function effectsOf(failed: readonly Look[]): readonly Effect[] {
  const effects = new Map<string, Effect>();
  for (const { effect = {} } of failed) {
    const parts = (Object.keys(effect) as (keyof Effect)[]).map((key) => ({ [key]: effect[key] }));
    const wider = [
      ...(effect.reply ? [{ reply: { seen: effect.reply.seen } }] : []),
      ...(effect.form ? [{ form: { of: effect.form.of } }] : []),
    ];
    for (const one of [effect, ...parts, ...wider, {}]) effects.set(JSON.stringify(one), one);
  }
  return [...effects.values()];
}

interface Extent {
  readonly where: readonly (Trait | RuleId)[];
  readonly cost: number;
  readonly failed: Bits;
  readonly passed: Bits;
}

/** What stimuli may have in common: up to three traits or rules, each extent once, in the shortest words. */
function extentsOf(failed: readonly Look[], passed: readonly Look[]): readonly Extent[] {
  const having = (looks: readonly Look[], mark: Trait | RuleId): Bits => {
    const bits = new Bits(looks.length);
    for (const [at, { traits, rules }] of looks.entries()) {
      if ((traits as readonly string[]).includes(mark) || (rules as readonly string[]).includes(mark))
        bits.add(at);
    }
    return bits;
  };
  const marks = new Set<Trait | RuleId>(TRAITS);
  for (const { rules } of failed) for (const rule of rules) marks.add(rule);
  const atoms = [...marks]
    .map(
      (mark): Extent => ({
        where: [mark],
        cost: isRule(mark) ? OF_A_RULE : OF_A_TRAIT,
        failed: having(failed, mark),
        passed: having(passed, mark),
      }),
    )
    .filter((extent) => extent.failed.size > 0);
  const known = new Map<string, Extent>();
  const whole: Extent = { where: [], cost: 0, failed: all(failed), passed: all(passed) };
  const keep = (extent: Extent): boolean => {
    const key = `${extent.failed.key};${extent.passed.key}`;
    const cheaper = known.get(key);
    if (cheaper && cheaper.cost <= extent.cost) return false;
    known.set(key, extent);
    return true;
  };
  keep(whole);
  let last = atoms.filter(keep);
  for (let length = 2; length <= 3; length += 1) {
    last = last.flatMap((extent) => {
      if (extent.failed.size < 2 || extent.passed.size === 0) return [];
      return atoms.flatMap((atom) => {
        if (extent.where.includes(atom.where[0] as Trait)) return [];
        const both: Extent = {
          where: [...extent.where, ...atom.where],
          cost: extent.cost + atom.cost,
          failed: extent.failed.and(atom.failed),
          passed: extent.passed.and(atom.passed),
        };
        // What does not tell results apart says nothing.
        return both.failed.size > 0 && both.passed.size < extent.passed.size && keep(both) ? [both] : [];
      });
    });
  }
  return [...known.values()];
}

/** The causes that are worth a thought: each effect on each extent, with what speaks against it. */
function causesOf(failed: readonly Look[], passed: readonly Look[]): readonly Cause[] {
  const extents = extentsOf(failed, passed);
  return effectsOf(failed).flatMap((effect) => {
    const those = new Bits(failed.length);
    for (const [at, look] of failed.entries()) if (includes(look.effect ?? {}, effect)) those.add(at);
    const could = new Bits(passed.length);
    for (const [at, { due, state }] of passed.entries())
      if (due && couldHave(effect, due, state)) could.add(at);
    const isWide = (effect.reply && !effect.reply.due) || (effect.form && !effect.form.field);
    const own = Object.keys(effect).length === 0 ? OF_ANY_EFFECT : isWide ? OF_A_WIDE_EFFECT : 0;
    return extents.flatMap(({ where, cost, failed: there, passed: spared }): Cause[] => {
      if (where.length === 0 && Object.keys(effect).length === 0) return [];
      const most = WORTH * those.shared(there);
      const price = OF_A_CAUSE + cost + own;
      if (most <= price) return [];
      const whole = price + FALSE * spared.shared(could);
      return most > whole ? [{ effect, where, covers: those.and(there), cost: whole }] : [];
    });
  });
}

function findingOf(
  { effect, where }: Shared,
  members: readonly Look[],
  verdict: CaseFinding['verdict'],
): CaseFinding {
  const rule = where.find(isRuleId) ?? ruleIn(members);
  const effects = byFrequency(members.map((look) => look.effect ?? {}));
  const named = where.filter((mark): mark is Trait => !isRuleId(mark));
  const traits = named.length > 0 ? named : sharedBy(members).filter((mark) => !isRuleId(mark));
  return {
    id: idOf(effect, where),
    verdict,
    effect,
    where: TRAITS.filter((trait) => traits.includes(trait)),
    effects,
    ...(rule ? { rule } : {}),
    harm: worseOf(effect, effects[0] ?? {}),
    states: STATES.filter((state) => members.some((look) => look.state === state)),
    cases: members.flatMap(({ id, families }) => families.map((family) => ({ id, family }))),
  };
}

const isRuleId = (mark: string): mark is RuleId => isRule(mark);

/** The rule that most of the cases are about; of several, the one that fewest others of the catalogue are about. */
function ruleIn(members: readonly Look[]): RuleId | undefined {
  return byFrequency(members.flatMap(({ rules }) => rules))[0];
}

function byFrequency<Value>(values: readonly Value[]): readonly Value[] {
  const counts = new Map<string, { readonly value: Value; count: number }>();
  for (const value of values) {
    const key = JSON.stringify(value);
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { value, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map(({ value }) => value);
}

/** Of what the results have in common, and of what most of them show. */
function worseOf(one: Effect, other: Effect): Harm {
  const known = [one, other].filter((effect) => Object.keys(effect).length > 0);
  return HARMS[Math.min(...known.map((effect) => HARMS.indexOf(harmOf(effect))))] ?? 'wrong reply';
}

function harmOf({ reply, state, extra }: Effect): Harm {
  if (extra === 'death') return 'death';
  if (state === 'lost') return 'connection lost';
  if (state) return 'wrong state';
  return reply?.seen === 'silence' ? 'missing reply' : 'wrong reply';
}

/** `silence-for-ack.no-ack.unacceptable`. */
function idOf({ reply, form, state, extra }: Effect, where: readonly string[]): string {
  const parts = [
    reply ? (reply.due && reply.due !== reply.seen ? `${reply.seen} for ${reply.due}` : reply.seen) : '',
    form ? `${form.of} with wrong ${form.field ?? 'fields'}` : '',
    state ?? '',
    extra ?? '',
    ...[...where].sort(),
  ];
  const plain = parts.filter(Boolean).map((part) =>
    part
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
  );
  return plain.join('.') || 'other';
}

/** Findings of one name are one. */
function unique(findings: readonly CaseFinding[]): CaseFinding[] {
  const byId = new Map<string, CaseFinding>();
  for (const finding of findings) {
    const known = byId.get(finding.id);
    byId.set(
      finding.id,
      known
        ? {
            ...known,
            effects: [...known.effects, ...finding.effects],
            states: STATES.filter((state) => [...known.states, ...finding.states].includes(state)),
            cases: [...known.cases, ...finding.cases],
          }
        : finding,
    );
  }
  return [...byId.values()];
}

const isShould = ({ rule }: CaseFinding): boolean =>
  rule !== undefined && ['SHOULD', 'MAY'].includes(ruleOf(rule).level);

/** MUST before SHOULD, then the worst for peers, then the most cases. */
const bySeverity = (a: CaseFinding, b: CaseFinding): number =>
  Number(isShould(a)) - Number(isShould(b)) ||
  HARMS.indexOf(a.harm) - HARMS.indexOf(b.harm) ||
  b.cases.length - a.cases.length;
