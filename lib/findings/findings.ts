import { CONDITION_IDS } from '../catalogue/conditions.ts';
import type { Profile } from '../standard/profile.ts';
import { type RuleId, ruleOf } from '../standard/rules.ts';
import { STATES, type State } from '../standard/state.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { Effect } from './effect.ts';
import { type Group, groupsOf } from './groups.ts';
import { type Flags, has, type Look, looksOf } from './looks.ts';
import { TRAITS, type Trait } from './traits.ts';

/** How bad it is for a peer, the worst first. */
export const HARMS = ['death', 'connection lost', 'wrong state', 'wrong reply', 'missing reply'] as const;
export type Harm = (typeof HARMS)[number];

/** Results of a run that seem to have one cause. */
export interface Finding {
  /** Made from the effect and the traits: the same in every run that shows the same. */
  readonly id: string;
  readonly verdict: 'deviates' | 'permitted';
  /** The effect that all results have in common; empty when they share only the traits in `where`. */
  readonly effect: Effect;
  /** The traits that the stimuli have in common: those that conformant results lack, and those that most of them have. */
  readonly where: readonly Trait[];
  /** Every difference that was seen, the most frequent first. */
  readonly effects: readonly Effect[];
  /** The rule that is broken. */
  readonly rule?: RuleId;
  readonly harm: Harm;
  readonly states: readonly State[];
  /** The states that were entered where others were due. */
  readonly after: readonly State[];
  /** What is most often wrong with the flags of replies. */
  readonly flags?: Flags;
  /** In the order of the run. */
  readonly cases: readonly { readonly id: string; readonly family: 4 | 6 }[];
}

/**
 * Groups the deviations of a run by their likely cause: the fewest and simplest causes that explain them. A cause is a set of
 * traits (state, flags, place in the window, rule) and an effect that the stimuli with these traits have. Conformant results with
 * the same traits speak against it. The search uses only verdicts; it names no case.
 */
export function findingsIn(
  results: readonly CaseResult<unknown>[],
  profile: Profile,
  verdict: Finding['verdict'] = 'deviates',
): readonly Finding[] {
  const looks = looksOf(results, profile, verdict);
  const about = ruleCounts(looks);
  const findings = groupsOf(looks).map((group) => findingOf(group, about, verdict));
  return unique(findings).sort(bySeverity);
}

function findingOf(
  { cause: { effect, where }, members }: Group,
  about: RuleCounts,
  verdict: Finding['verdict'],
): Finding {
  const rule = ruleIn(members, about, where);
  const [flags] = byFrequency(members.flatMap((look) => look.flags ?? []));
  const effects = byFrequency(members.map((look) => look.effect ?? {}));
  return {
    id: idOf(effect, where),
    verdict,
    effect,
    where: TRAITS.filter((trait) => where.includes(trait) || isTold(trait, members)),
    effects,
    ...(rule ? { rule } : {}),
    harm: worseOf(effect, effects[0] ?? {}),
    states: STATES.filter((state) => members.some((look) => look.state === state)),
    after: STATES.filter((state) => members.some((look) => look.after?.seen === state)),
    ...(flags ? { flags } : {}),
    cases: members.flatMap(({ id, families }) => families.map((family) => ({ id, family }))),
  };
}

// Traits that help a reader to picture the stimuli, although they do not tell them from others.
const TELLING: readonly Trait[] = [
  ...(['RST', 'SYN', 'FIN', 'text', 'neither text, SYN nor FIN', 'ACK'] as const),
  ...([
    'one before the window',
    'before and into the window',
    'at the right edge',
    'ACK within what was sent',
  ] as const),
  ...CONDITION_IDS,
  ...STATES,
];
const MOST = 0.8;
const ENOUGH = 0.5;
// These narrow a title down, and must be true of all.
const TELLING_OF_ALL: readonly Trait[] = [
  'no ACK',
  'before the window',
  'ACK of all that was sent',
  'ACK without the SYN',
  'after the peer closed',
  'after an active OPEN',
  'after a passive OPEN',
];

/** Whether a title tells the trait. Of several steps, no trait is known. */
function isTold(trait: Trait, members: readonly Look[]): boolean {
  const singles = members.filter(({ traits }) => traits.length > 0);
  if (singles.length < ENOUGH * members.length) return false;
  const share = singles.filter((look) => has(look, trait)).length / singles.length;
  return (TELLING.includes(trait) && share >= MOST) || (TELLING_OF_ALL.includes(trait) && share === 1);
}

// Of the rules that results are about, only those with at least this share of the most frequent one may be the broken one.
const AS_MANY = 0.9;
// The step that looks at the ACK field is the broken one where the stimuli have their ACK field in common.
const NEARLY_AS_MANY = 0.75;
const OLD_ACKS: readonly string[] = ['ACK of SND.UNA or older', 'ACK older than SND.UNA'] satisfies Trait[];

// What is special about a segment, and a rule of its own speaks of it.
const SPECIAL: readonly Trait[] = [
  ...(['own options', 'wrong checksum', 'wrong data offset', 'reserved bits'] as const),
  ...CONDITION_IDS,
];

/** How many results are about a rule, of those that have a trait. */
type RuleCounts = (rule: RuleId, trait?: Trait) => number;

function ruleCounts(looks: readonly Look[]): RuleCounts {
  const byRule = new Map<RuleId, Look[]>();
  for (const look of looks) {
    for (const rule of new Set(look.rules)) {
      const others = byRule.get(rule);
      if (others) others.push(look);
      else byRule.set(rule, [look]);
    }
  }
  return (rule, trait) => {
    const ofRule = byRule.get(rule) ?? [];
    return trait === undefined ? ofRule.length : ofRule.filter((look) => has(look, trait)).length;
  };
}

/**
 * The rule that most of the results are about; of several, the one that is kept least elsewhere. Plain segments tell it where there
 * are some: a case about options names the rule about options, and breaks another one where the target fails all segments.
 * Where all segments are special, it is the rule that is mostly about such.
 */
function ruleIn(group: readonly Look[], about: RuleCounts, where: readonly string[]): RuleId | undefined {
  const plain = group.filter(
    ({ traits }) => traits.length > 0 && !SPECIAL.some((one) => traits.includes(one)),
  );
  const members = plain.length > 0 ? plain : group;
  const count = (some: readonly Look[], rule: RuleId): number =>
    some.filter(({ rules }) => rules.includes(rule)).length;
  const rules = [...new Set(members.flatMap((look) => look.rules))];
  const most = Math.max(...rules.map((rule) => count(members, rule)));
  const isOfAck = where.some((mark) => OLD_ACKS.includes(mark));
  const isStepOfAck = (rule: RuleId): boolean => isOfAck && rule === '3.10.7.4 fifth';
  // Whatever a later step says of it, the first one acknowledges what lies outside the window.
  const isOutside = members.every((look) => has(look, 'unacceptable') && look.due?.reply === 'ACK');
  const isFirstStep = (rule: RuleId): boolean => isOutside && rule === '3.10.7.4 first';
  const broken = rules.filter(
    (rule) => count(members, rule) >= (isStepOfAck(rule) ? NEARLY_AS_MANY : AS_MANY) * most,
  );
  const share = (rule: RuleId): number => count(members, rule) / about(rule);
  const special = SPECIAL.filter((trait) => members.every((look) => has(look, trait)));
  const purity = (rule: RuleId): number =>
    Math.max(0, ...special.map((trait) => about(rule, trait))) / about(rule);
  // Where no rule is about all of them, one about a special kind of segment says little.
  const isOfAll = most >= AS_MANY * members.length;
  const isGeneral = (rule: RuleId): boolean => isOfAll || rule.startsWith('3.');
  return broken.sort(
    (a, b) =>
      Number(isFirstStep(b)) - Number(isFirstStep(a)) ||
      Number(isStepOfAck(b)) - Number(isStepOfAck(a)) ||
      purity(b) - purity(a) ||
      Number(isGeneral(b)) - Number(isGeneral(a)) ||
      Number(isMust(b)) - Number(isMust(a)) ||
      share(b) - share(a),
  )[0];
}

const isMust = (rule: RuleId): boolean => !['SHOULD', 'MAY'].includes(ruleOf(rule).level);

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

/** The worse harm of two effects: the one that all results share, and the most frequent one. */
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
function unique(findings: readonly Finding[]): Finding[] {
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    const known = byId.get(finding.id);
    byId.set(
      finding.id,
      known
        ? {
            ...known,
            effects: [...known.effects, ...finding.effects],
            states: STATES.filter((state) => [...known.states, ...finding.states].includes(state)),
            after: STATES.filter((state) => [...known.after, ...finding.after].includes(state)),
            cases: [...known.cases, ...finding.cases],
          }
        : finding,
    );
  }
  return [...byId.values()];
}

const isShould = ({ rule }: Finding): boolean => rule !== undefined && !isMust(rule);

/** MUST before SHOULD, then the worst for peers, then the most cases. */
const bySeverity = (a: Finding, b: Finding): number =>
  Number(isShould(a)) - Number(isShould(b)) ||
  HARMS.indexOf(a.harm) - HARMS.indexOf(b.harm) ||
  b.cases.length - a.cases.length;
