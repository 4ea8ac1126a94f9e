import { isRule } from '../standard/rules.ts';
import { Bits } from './cover.ts';
import { couldHave, type Effect, includes } from './effect.ts';
import type { Look, Mark } from './looks.ts';
import { PLACES, TRAITS } from './traits.ts';

/** What a cause may be: an effect on the stimuli that have these traits. */
export interface Cause {
  readonly effect: Effect;
  readonly where: readonly Mark[];
  readonly covers: Bits;
  readonly cost: number;
}

// The gain for each result that a cause explains, and the price of each conformant result that has its traits.
const WORTH = 2;
const FALSE = 2;
const OF_A_CAUSE = 3;
const OF_A_TRAIT = 1;
const OF_A_RULE = 1.5;
const OF_ANY_EFFECT = 3;
const OF_A_WIDE_EFFECT = 1;

/** Each description of an effect: the whole, one part of it, or none. */
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
  readonly where: readonly Mark[];
  readonly cost: number;
  readonly failed: Bits;
  readonly passed: Bits;
}

/** Sets of up to three traits or rules. Of sets that cover the same results, only the cheapest. */
function extentsOf(failed: readonly Look[], passed: readonly Look[]): readonly Extent[] {
  const having = (looks: readonly Look[], mark: Mark): Bits => {
    const bits = new Bits(looks.length);
    for (const [at, { traits, rules }] of looks.entries()) {
      if ((traits as readonly string[]).includes(mark) || (rules as readonly string[]).includes(mark))
        bits.add(at);
    }
    return bits;
  };
  const marks = new Set<Mark>(TRAITS);
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
      const spared = extent.passed.size;
      if (extent.failed.size < 2 || spared === 0) return [];
      return atoms.flatMap((atom) => {
        // A trait that all of these results have says nothing. Most pairs end here, before anything is made of them.
        if (!extent.failed.meets(atom.failed) || extent.passed.shared(atom.passed) === spared) return [];
        if (extent.where.includes(atom.where[0] as Mark)) return [];
        const both: Extent = {
          where: [...extent.where, ...atom.where],
          cost: extent.cost + atom.cost,
          failed: extent.failed.and(atom.failed),
          passed: extent.passed.and(atom.passed),
        };
        return keep(both) ? [both] : [];
      });
    });
  }
  return [...known.values()];
}

/** The best cause, then the best for what it does not explain, and so on; and what none explains. */
export function explained(failed: readonly Look[], passed: readonly Look[]) {
  const left = all(failed);
  const causes = causesOf(failed, passed);
  const found: { readonly cause: Cause; readonly members: Look[] }[] = [];
  for (;;) {
    let best: Cause | undefined;
    let most = 0;
    for (const cause of causes) {
      const worth = WORTH * cause.covers.shared(left) - cause.cost;
      if (worth > most) [best, most] = [cause, worth];
    }
    if (!best) break;
    const { covers } = best;
    found.push({ cause: best, members: failed.filter((_, at) => covers.has(at) && left.has(at)) });
    left.remove(covers);
  }
  return { found, rest: failed.filter((_, at) => left.has(at)) };
}

/** The causes that may pay off: each effect with each set of traits, and its price. */
function causesOf(failed: readonly Look[], passed: readonly Look[]): readonly Cause[] {
  const extents = extentsOf(failed, passed);
  return effectsOf(failed).flatMap((effect) => {
    const those = new Bits(failed.length);
    for (const [at, look] of failed.entries()) if (includes(look.effect ?? {}, effect)) those.add(at);
    const could = new Bits(passed.length);
    for (const [at, { due, state }] of passed.entries())
      if (due && couldHave(effect, due, state)) could.add(at);
    const isWide = (effect.reply && !effect.reply.due) || (effect.form && !effect.form.field);
    const isAny = Object.keys(effect).length === 0;
    const own = isAny ? OF_ANY_EFFECT : isWide ? OF_A_WIDE_EFFECT : 0;
    return extents.flatMap(({ where, cost, failed: there, passed: spared }): Cause[] => {
      if (isAny && !where.some((mark) => (PLACES as readonly Mark[]).includes(mark))) return [];
      const most = WORTH * those.shared(there);
      const price = OF_A_CAUSE + cost + own;
      if (most <= price) return [];
      const whole = price + FALSE * spared.shared(could);
      return most > whole ? [{ effect, where, covers: those.and(there), cost: whole }] : [];
    });
  });
}

function all(list: readonly unknown[]): Bits {
  const bits = new Bits(list.length);
  for (const index of list.keys()) bits.add(index);
  return bits;
}
