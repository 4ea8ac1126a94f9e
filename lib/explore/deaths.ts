import type { Played } from './played.ts';
import type { Sequence } from './sequence.ts';
import { shrink } from './shrink.ts';

/** What notices that the target is gone, and brings it back where that is possible. */
export interface Watch {
  /** Rises with every absence. */
  readonly epoch: number;
  /** Why the target was given up; absent while it is not. */
  readonly lost?: unknown;
  readonly deaths: readonly unknown[];
  check(): Promise<void>;
}

/** A sequence that ends the target. */
export interface Deadly {
  readonly sequence: Sequence;
  /** The last time that it was played. */
  readonly played: Played;
  readonly tries: number;
  readonly confirmed: { readonly times: number; readonly of: number };
}

// Each death takes a restart.
const MOST_TRIES = 40;
const CONFIRMATIONS = 2;
const TOGETHER = 8;

/**
 * Finds the sequence that has ended the target, among those that were on the wire, and shrinks it. Nothing else may be on the wire
 * meanwhile.
 *
 * @param suspects the most suspicious first
 */
export async function findDeadly(
  suspects: readonly Sequence[],
  watch: Watch,
  play: (sequence: Sequence) => Promise<Played>,
): Promise<Deadly | undefined> {
  let last: Played | undefined;
  const kill = async (sequences: readonly Sequence[]): Promise<boolean> => {
    const before = watch.deaths.length;
    const played = await Promise.all(sequences.map(play));
    await watch.check();
    const isDead = watch.deaths.length > before;
    const one = played.at(-1);
    // Of one that ended early, nobody knows the last stimulus.
    if (isDead && one?.trace.steps.length === sequences.at(-1)?.steps.length) last = one;
    return isDead;
  };
  const kills = async (sequence: Sequence): Promise<boolean> => !watch.lost && (await kill([sequence]));
  for (let at = 0; at < suspects.length && !watch.lost; at += TOGETHER) {
    const some = suspects.slice(at, at + TOGETHER);
    if (!(await kill(some))) continue;
    for (const one of some) {
      if (!(await kills(one))) continue;
      const { sequence, tries } = await shrink(one, kills, MOST_TRIES, 1);
      last = undefined;
      let times = 0;
      for (let time = 0; time < CONFIRMATIONS; time += 1) if (await kills(sequence)) times += 1;
      if (times < CONFIRMATIONS || !last) return undefined;
      return { sequence, played: last, tries, confirmed: { times, of: CONFIRMATIONS } };
    }
  }
  return undefined;
}
