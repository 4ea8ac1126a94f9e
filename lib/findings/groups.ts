import { isRule } from '../standard/rules.ts';
import { type Cause, explained } from './causes.ts';
import { common, couldHave, type Effect, includes } from './effect.ts';
import { has, type Look, type Mark } from './looks.ts';
import { PLACES, type Trait } from './traits.ts';

// Two causes are one when at least this share of their common stimuli has their common effect.
const JOINED = 0.5;
// The same when it is one reply in place of another.
const JOINED_ALIKE = 0.4;
const MOST_MARKS = 3;
// When the traits of a cause give at least so many bits, all deviations of stimuli with these traits count as one.
const SPECIAL = 5;
// A state and a rule that give at least so many bits are one step of SEGMENT ARRIVES.
const OF_ONE_STEP = 5;

type Shared = Pick<Cause, 'effect' | 'where'>;

export interface Group {
  readonly cause: Shared;
  readonly members: Look[];
}

/** Groups results by their likely causes. */
export function groupsOf(looks: readonly Look[]): readonly Group[] {
  const failed = looks.filter(({ effect }) => effect !== undefined);
  if (failed.length === 0) return [];
  const passed = looks.filter(({ effect, due }) => effect === undefined && due !== undefined);
  const { found, rest } = explained(failed, passed);
  const groups: Group[] = [...found];
  const bits = information(looks);
  const against = { failed, passed, bits };
  join(groups, against);
  const unexplained: Look[] = [];
  for (const look of rest) {
    const near =
      nearest(look, groups, bits) ??
      groups.find(({ cause, members }) => mayHold(cause, look) && members.some((one) => areClose(one, look)));
    if (near) near.members.push(look);
    else unexplained.push(look);
  }
  groups.push(...alone(unexplained));
  join(groups, against);
  return withoutStrays(groups);
}

/** Moves each stray to a group that has more of its state, and fits as well. */
function withoutStrays(groups: readonly Group[]): readonly Group[] {
  const left = groups.map(({ cause, members }) => ({ cause, members: [...members] }));
  for (const { members } of groups) {
    for (const look of members) {
      if (!isStray(look, members)) continue;
      const [better] = groups
        .filter((other) => other.members !== members && ofState(other.members, look) > 1 && fits(look, other))
        .sort((a, b) => ofState(b.members, look) - ofState(a.members, look));
      if (!better) continue;
      const from = left[groups.findIndex((group) => group.members === members)];
      from?.members.splice(from.members.indexOf(look), 1);
      left[groups.indexOf(better)]?.members.push(look);
    }
  }
  return left.filter(({ members }) => members.length > 0);
}

// The only result of its state is a stray where another state has at least so many.
const MANY = 3;

const isStray = (look: Look, members: readonly Look[]): boolean =>
  look.traits.length > 0 &&
  ofState(members, look) === 1 &&
  members.some((one) => ofState(members, one) >= MANY);

const ofState = (members: readonly Look[], { state }: Look): number =>
  new Set(members.filter((one) => one.traits.length > 0 && one.state === state).map(({ id }) => id)).size;

/** Whether the cause of a group covers a result, or the target did just the same to the same kind of stimulus in this state. */
const fits = (look: Look, { cause, members }: Group): boolean =>
  (Object.keys(cause.effect).length > 0 &&
    includes(look.effect ?? {}, cause.effect) &&
    cause.where.every((mark) => has(look, mark))) ||
  (mayHold(cause, look) &&
    members.some(
      (one) =>
        one.traits.length > 0 &&
        one.state === look.state &&
        kindOf(one) === kindOf(look) &&
        seenOf(one) === seenOf(look),
    ));

/** What the target did, whatever was due: its reply, and the state after. */
const seenOf = ({ effect, due, after, state }: Look): string =>
  [effect?.reply?.seen ?? due?.reply, after?.seen ?? due?.then ?? state, effect?.extra].join();

/** Joins groups whose causes are two descriptions of one. */
function join(groups: Group[], against: Against): void {
  for (let at = 0; at < groups.length; at += 1) {
    for (let next = at + 1; next < groups.length; next += 1) {
      const [one, other] = [groups[at] as Group, groups[next] as Group];
      const cause =
        inCommon(one, other, against) ?? contained(one, other, against) ?? ofOneStep(one, other, against);
      if (!cause) continue;
      groups[at] = { cause, members: [...one.members, ...other.members] };
      groups.splice(next, 1);
      next = at;
    }
  }
}

/** The results to test a cause against, and the bits of each mark. */
interface Against {
  readonly failed: readonly Look[];
  readonly passed: readonly Look[];
  readonly bits: (mark: Mark) => number;
}

/** The common part of two causes, if it holds for enough of its stimuli. */
function inCommon(one: Group, other: Group, against: Against): Shared | undefined {
  const ofCauses = common(one.cause.effect, other.cause.effect);
  const areSingle = [one, other].every(({ members }) => members.some(({ traits }) => traits.length > 0));
  const mayBeWider = areSingle && Object.keys(ofCauses).length === 0 && isOfResets(one) === isOfResets(other);
  const effect = mayBeWider ? common(effectOfAll(one), effectOfAll(other)) : ofCauses;
  if (Object.keys(effect).length === 0) return undefined;
  // Of several steps, only the rules are known: what came in place of what must be the same.
  if (!areSingle && effect.reply && !effect.reply.due) return undefined;
  const where = one.cause.where.filter((mark) => other.cause.where.includes(mark));
  // A wrong form, or a wrong option, is one fault whatever drew the reply.
  const isForm = effect.form !== undefined || effect.extra !== undefined;
  if (!areSingle && !isForm && !one.members.some((a) => other.members.some((b) => areNear(a, b))))
    return undefined;
  if (effect.extra?.startsWith('option')) return { effect, where };
  if (areOfTwoNumbers(one, other)) return undefined;
  if ((where.length > 0 || isForm) && holds({ effect, where }, against)) return { effect, where };
  const shared = sharedByAll([...singlesOf(one), ...singlesOf(other)]);
  if (shared.length === 0 || !holds({ effect, where: shared }, against)) return undefined;
  return { effect, where: fewest(shared, effect, against) };
}

/** Which form a reset has is one thing, and which SEG.LEN its ACK counts is another. */
function areOfTwoNumbers(one: Group, other: Group): boolean {
  const isOfAck = ({ cause: { effect } }: Group): boolean =>
    effect.form?.of === 'RST' && effect.form.field === 'ACK';
  return isOfAck(one) !== isOfAck(other);
}

/** What all results of a group have in common, which may be more than its cause says. */
const effectOfAll = ({ members }: Group): Effect => members.map((look) => look.effect ?? {}).reduce(common);

const sharedByAll = ([first, ...others]: readonly Look[]): readonly Mark[] =>
  first ? [...first.traits, ...first.rules].filter((mark) => others.every((look) => has(look, mark))) : [];

/** The results of a group that are of one stimulus, where there are any: of several steps, only the rules are known. */
function singlesOf({ members }: Group): readonly Look[] {
  const singles = members.filter(({ traits }) => traits.length > 0);
  return singles.length > 0 ? singles : members;
}

const spares = ({ effect, where }: Shared, { passed }: Against): number =>
  passed.filter(
    (look) =>
      where.every((mark) => has(look, mark)) &&
      look.due !== undefined &&
      couldHave(effect, look.due, look.state),
  ).length;

function holds(cause: Shared, against: Against): boolean {
  const { effect, where } = cause;
  const hit = against.failed.filter(
    (look) => where.every((mark) => has(look, mark)) && includes(look.effect ?? {}, effect),
  ).length;
  return hit >= (effect.reply?.due ? JOINED_ALIKE : JOINED) * (hit + spares(cause, against));
}

/** A few marks that exclude as many conformant results as all marks do. */
function fewest(marks: readonly Mark[], effect: Effect, against: Against): readonly Mark[] {
  const least = spares({ effect, where: marks }, against);
  let where: readonly Mark[] = [];
  while (where.length < MOST_MARKS && spares({ effect, where }, against) > least) {
    const next = marks
      .filter((mark) => !where.includes(mark))
      .map((mark) => ({ mark, left: spares({ effect, where: [...where, mark] }, against) }))
      .sort((a, b) => a.left - b.left)[0];
    if (!next) break;
    where = [...where, next.mark];
  }
  return where;
}

/** The common cause of two groups that are about one state and one step there. */
function ofOneStep(one: Group, other: Group, { bits }: Against): Shared | undefined {
  const members = [...one.members, ...other.members];
  const [{ state } = {}] = members;
  if (
    !state ||
    isOfResets(one) !== isOfResets(other) ||
    members.some((look) => look.state !== state || look.traits.length === 0)
  )
    return undefined;
  const rule = sharedByAll(members)
    .filter(isRule)
    .sort((a, b) => bits(b) - bits(a))[0];
  if (!rule || bits(rule) + bits(state) < OF_ONE_STEP) return undefined;
  return { effect: common(one.cause.effect, other.cause.effect), where: [state, rule] };
}

const isOfResets = ({ members }: Group): boolean => members.every((look) => has(look, 'RST'));

/** The cause of a group with special traits, when all results of the other group have these traits, too. */
function contained(one: Group, other: Group, { bits }: Against): Shared | undefined {
  if (isOfResets(one) !== isOfResets(other)) return undefined;
  for (const [whole, part] of [
    [one, other],
    [other, one],
  ] as const) {
    const { where, effect } = whole.cause;
    const said = where.filter((mark) => !isRule(mark)).reduce((sum, mark) => sum + bits(mark), 0);
    if (said < SPECIAL) continue;
    if (!part.members.every((look) => where.every((mark) => has(look, mark)))) continue;
    const both = common(effect, part.cause.effect);
    return { effect: whole.members.length >= part.members.length ? effect : both, where };
  }
  return undefined;
}

/** How much information a trait gives about a stimulus, in bits. */
function information(looks: readonly Look[]): (mark: Mark) => number {
  const known = new Map<string, number>();
  return (mark) => {
    const bits =
      known.get(mark) ??
      -Math.log2((looks.filter((look) => has(look, mark)).length + 1) / (looks.length + 1));
    known.set(mark, bits);
    return bits;
  };
}

// A result outside a cause may join its group when it has at least this share of the cause's traits, by information.
const NEAR = 0.5;
const NEARER = 0.9;

/** The group for a result that no cause covers: that of the same case over the other family, or that with the nearest stimuli. */
function nearest(look: Look, groups: readonly Group[], bits: (mark: Mark) => number): Group | undefined {
  const effect = look.effect ?? {};
  const same = groups.find(({ members }) => members.some(({ id }) => id === look.id));
  if (same) return same;
  const alike = ({ members }: Group): number => members.filter((one) => endsAs(one, look)).length;
  const most = groups.toSorted((a, b) => alike(b) - alike(a))[0];
  if (most && alike(most) > 0) return most;
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const near = groups
    .map((group) => {
      const { where, effect: due } = group.cause;
      // Of several steps, only the rules are known.
      if (look.traits.length === 0) {
        const close = sum(look.rules.map((rule) => bits(rule) * shareOf(group, rule)));
        return { group, met: (due.form ?? due.extra ?? (close > 0 && due.reply)) ? 1 + close : 0 };
      }
      const known = where.filter((mark) => has(look, mark));
      return { group, met: sum(known.map(bits)) / (sum(where.map(bits)) || 1) };
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
          ...(answer
            ? { reply: met > NEARER && look.traits.length > 0 ? { seen: answer.seen } : answer }
            : {}),
        });
      }
      return members.some((one) => includes(one.effect ?? {}, effect));
    })
    .sort((a, b) => b.met - a.met);
  return near[0]?.group;
}

/** Whether a scenario of several steps begins in the same state, and ends in the same wrong one; and nothing else is wrong. */
const endsAs = (one: Look, { state, traits, effect, after }: Look): boolean =>
  one.state === state &&
  traits.length === 0 &&
  after !== undefined &&
  JSON.stringify([one.after, one.effect?.reply, one.effect?.form]) ===
    JSON.stringify([after, effect?.reply, effect?.form]);

const shareOf = ({ members }: Group, mark: Mark): number =>
  members.filter((look) => has(look, mark)).length / members.length;

const KINDS_OF_STIMULUS: readonly Trait[] = ['RST', 'SYN', 'no ACK', 'FIN', 'text', 'ACK'];

/** Groups the results that no cause explains: by the same effect, and the same state, rule or kind of stimulus. */
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

const kindOf = ({ traits, rules }: Look): Mark | undefined =>
  KINDS_OF_STIMULUS.find((trait) => traits.includes(trait)) ?? rules[0];

/** What the target did, whatever it should have done. Silence alone tells nothing: it is one deed for each reply that is missing. */
function deedOf({ effect: { reply, form, state, extra } = {} }: Look): string | undefined {
  if (reply) return reply.seen === 'silence' ? `no ${reply.due}` : reply.seen;
  if (form) return form.of === 'RST' && form.field === 'ACK' ? 'ACK of RST' : form.of;
  return state ?? extra;
}

/** Whether the target does the same after stimuli of one kind in one state. */
const areClose = (one: Look, other: Look): boolean =>
  one.state === other.state &&
  kindOf(one) === kindOf(other) &&
  one.traits.length > 0 &&
  (deedOf(one) === deedOf(other) ||
    (one.effect?.form?.field !== undefined && one.effect.form.field === other.effect?.form?.field));

/** A cause that is about a place in the window does not hold elsewhere. */
const mayHold = ({ where }: Shared, look: Look): boolean =>
  where.every((mark) => has(look, mark) || !(PLACES as readonly Mark[]).includes(mark));

/** Whether they are of one kind or about one rule. One stimulus and several steps must also have begun in one state. */
const areNear = (one: Look, other: Look): boolean =>
  (one.traits.length > 0 === other.traits.length > 0 || one.state === other.state) &&
  (kindOf(one) === kindOf(other) || one.rules.some((rule) => other.rules.includes(rule)));

/** A name for what leftovers have in common. */
function sharedBy(members: readonly Look[]): readonly Mark[] {
  const [first] = members;
  const marks = first ? [kindOf(first), first.state, first.rules[0]] : [];
  const shared = marks.filter((mark) => mark !== undefined && members.every((look) => has(look, mark)));
  return shared.slice(0, 2) as Mark[];
}
