import { Bits } from './cover.ts';
import { couldHave, type Effect, includes } from './effect.ts';
import { all, extentsOf } from './extents.ts';
import type { Look, Mark } from './looks.ts';
import { PLACES } from './traits.ts';

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
  const placed = extents.filter(({ where }) =>
    where.some((mark) => (PLACES as readonly Mark[]).includes(mark)),
  );
  return effectsOf(failed).flatMap((effect) => {
    const those = new Bits(failed.length);
    for (const [at, look] of failed.entries()) if (includes(look.effect ?? {}, effect)) those.add(at);
    const could = new Bits(passed.length);
    for (const [at, { due, state }] of passed.entries())
      if (due && couldHave(effect, due, state)) could.add(at);
    const isWide = (effect.reply && !effect.reply.due) || (effect.form && !effect.form.field);
    const isAny = Object.keys(effect).length === 0;
    const own = isAny ? OF_ANY_EFFECT : isWide ? OF_A_WIDE_EFFECT : 0;
    const count = those.size;
    const worthwhile: Cause[] = [];
    for (const { where, cost, failed: there, passed: spared } of isAny ? placed : extents) {
      const price = OF_A_CAUSE + cost + own;
      if (WORTH * count <= price) continue;
      const most = WORTH * those.shared(there);
      if (most <= price) continue;
      const whole = price + FALSE * spared.shared(could);
      if (most > whole) worthwhile.push({ effect, where, covers: those.and(there), cost: whole });
    }
    return worthwhile;
  });
}
