import { type Precondition, reach, Unreached } from '../states/index.ts';
import { Random } from '../runner/trial/random.ts';
import { NotCapable } from '../target/driver.ts';
import { type Ground, termsOf } from './ground.ts';
import type { Played, Trace } from './played.ts';
import { Playing } from './playing.ts';
import { type Sequence, waitsOf } from './sequence.ts';

// A tester that stood still for so many milliseconds has missed what the target's timers did.
const MOST_LAG = 5000;
// One that takes so many milliseconds more than its own waits may have outlasted 2 MSL.
const MOST_DELAY = 20_000;

/** Plays a sequence once, on a fresh connection. @param shift changes the sequence numbers, so that trials differ */
export async function play(sequence: Sequence, ground: Ground, shift = 0): Promise<Played> {
  const began = performance.now();
  const { environment, family, seed } = ground;
  const { tester } = environment;
  const losses = tester.losses() + tester.failures;
  const numbers = sequence.numbers ?? shift;
  const all = new Map<string, Playing>();
  try {
    // The first one last, so that no time passes before its first step.
    for (const [name, place] of [
      ...Object.entries(sequence.beside ?? {}),
      [FIRST, sequence.place] as const,
    ]) {
      const random = new Random(seed, `play ${numbers}${name}`);
      const { state, origin, closedBy, conditions } = place;
      const precondition: Precondition = {
        ...{ family, state, origin, closedBy, conditions, rcvNxt: random.sequenceNumber() },
      };
      const reached = await reach(environment, precondition);
      const steps = sequence.steps.filter(({ on = FIRST }) => on === name);
      const one = new Playing({ place, steps }, ground, reached, random);
      all.set(name, one);
      if (sequence.isRead) await one.beginsToRead();
    }
  } catch (error) {
    for (const one of all.values()) await one.release();
    const log = error instanceof Unreached ? error.log : [];
    const outcome = error instanceof NotCapable ? 'not able' : 'not reached';
    const took = performance.now() - began;
    const trace: Trace = { worlds: [], terms: termsOf(ground), steps: [] };
    const nothing = {
      log,
      start: log.length,
      numbers,
      trace,
      traces: { [FIRST]: trace },
      waited: took,
      took,
    };
    return { outcome, error: error as Error, ...nothing };
  }
  try {
    // Where the target has ended, its user does not answer any more: what was done until then counts all the same.
    const { on = FIRST, ...seen } = await playSteps(sequence, all).catch(
      (error: Error): Ended & Pick<Played, 'error'> => ({ outcome: 'disturbed', error }),
    );
    const isDisturbed =
      tester.losses() + tester.failures > losses ||
      [...all.values()].some(({ mailbox }) => mailbox.unsent.length > 0) ||
      tester.lag.worstSince(began) > MOST_LAG ||
      performance.now() - began > MOST_DELAY + waitsOf(sequence);
    const one = all.get(on) as Playing;
    return {
      // What was seen of a disturbed one says nothing.
      ...(isDisturbed ? { outcome: 'disturbed' } : seen),
      ...{ log: [...one.mailbox.log], start: one.start, numbers, trace: one.trace, on },
      traces: Object.fromEntries([...all].map(([name, { trace }]) => [name, trace])),
      waited: Math.max(...[...all.values()].map(({ waited }) => waited)),
      took: performance.now() - began,
    };
  } finally {
    for (const one of all.values()) await one.release().catch(() => {});
  }
}

/** The name of the first connection. */
export const FIRST = '';

type Ended = Pick<Played, 'outcome' | 'failure' | 'on'>;

/** Each step is done on one connection, and looked at on all: what happens to one changes no other. */
async function playSteps({ steps }: Sequence, all: ReadonlyMap<string, Playing>): Promise<Ended> {
  for (const [index, step] of steps.entries()) {
    const acting = all.get(step.on ?? FIRST);
    if (!acting) throw new RangeError(`no connection has the name ${step.on}`);
    for (const one of all.values()) one.begin();
    const outcome = await acting.take(step);
    if (outcome) return { outcome };
    const ends = await Promise.all(
      [...all].map(async ([on, one]): Promise<Ended | undefined> => {
        const end = await one.judge(index, index === steps.length - 1, acting);
        return end && { ...end, on };
      }),
    );
    const end = ends.find((one) => one?.failure) ?? ends.find((one) => one !== undefined);
    if (end) return end;
  }
  return { outcome: 'explained' };
}
