import { type Segment, segLen, type Tcb } from '../standard/tcb.ts';
import { add } from '../wire/seq.ts';
import { effectIn, isSameEffect } from './cause.ts';
import { pairOfSegment, stimulusOfPair } from './coverage.ts';
import { type Habit, isSilentMove } from './habits.ts';
import { takenAsValid } from './oracle/as-valid.ts';
import { behind, moved } from './oracle/behind.ts';
import { segmentComes } from './oracle/events.ts';
import { mustSend, segmentSeen } from './oracle/sightings.ts';
import { distinct, type Terms, type World } from './oracle/world.ts';

/** A segment that has arrived, and what came of it. */
export interface Met {
  /** The worlds that it met. */
  readonly before: readonly World[];
  readonly arrived: Segment;
  /** In milliseconds of `performance.now()`. */
  readonly at: number;
  readonly seen: readonly Segment[];
}

type HabitsAt = (stimulus: string, before: readonly World[]) => readonly Habit[];

/**
 * The ways that a target may have gone that is known to deviate in some of the worlds that a segment has met. What came may be right in
 * others of them, or silence where a rate limiter may have held back what is due: then nothing has failed, but these ways stay open.
 */
export const knownWays = ({ before, ...met }: Met, habitsAt: HabitsAt, terms: Terms): readonly World[] =>
  distinct(
    before.flatMap((world) =>
      readingsOf(world.tcb, met.arrived).flatMap((arrived) =>
        waysOf(world, { ...met, arrived }, habitsAt, terms),
      ),
    ),
  );

/** A TCP may mind a security option or the form of a header, or may not. */
function readingsOf({ security }: Tcb, segment: Segment): readonly Segment[] {
  if (segment.security === security && !segment.malformed) return [segment];
  const { malformed: _, ...formed } = segment;
  return [segment, { ...formed, security }];
}

function waysOf(
  world: World,
  { arrived, at, seen }: Omit<Met, 'before'>,
  habitsAt: HabitsAt,
  terms: Terms,
): readonly World[] {
  const habits = habitsAt(stimulusOfPair(pairOfSegment(world.tcb, arrived)), [world]);
  if (habits.length === 0) return [];
  const met = segmentComes([world], arrived, terms, at);
  const { left, wrong } = sighted(met, seen, world, terms);
  const own = wrong && effectIn(met, wrong, terms);
  return habits.flatMap((habit): readonly World[] => {
    const { after, effect } = habit;
    // What it takes although it should not, it may acknowledge later: after another answer, or where none is due.
    const isLate = effect.seen === 'ACK>' || (effect.seen === 'ACK' && effect.due.includes('silence'));
    if (isLate && (!own || seen.length === 0))
      return [
        ...takenAsValid(world, arrived, undefined, at, terms),
        ...(after ? moved([owing(world, arrived, at)], after, terms) : []),
      ];
    if (!own) {
      if (!after || !isSilentMove(habit)) return [];
      return [
        ...moved([world, ...left], after, terms),
        ...takenAsValid(world, arrived, seen.at(-1), at, terms),
      ];
    }
    if (!isSameEffect(own, habit.effect)) return [];
    const last = wrong === 'silence' ? undefined : wrong;
    return [
      ...behind(
        { before: [world], met: left, ...(last ? { seen: last } : {}), ...(after ? { after } : {}) },
        terms,
      ),
      ...takenAsValid(world, arrived, last, at, terms),
    ];
  });
}

/** All of a segment was taken, and is not acknowledged yet. */
const owing = (world: World, segment: Segment, since: number): World => ({
  ...world,
  tcb: { ...world.tcb, rcvNxt: add(world.tcb.rcvNxt, segLen(segment)) },
  owesAckSince: world.owesAckSince ?? since,
});

/** What is left of the worlds of one, and the first that none of them explains. Of an acknowledgment that may be delayed, silence is wrong here. */
function sighted(
  met: readonly World[],
  seen: readonly Segment[],
  before: World,
  terms: Terms,
): { readonly left: readonly World[]; readonly wrong?: Segment | 'silence' } {
  let left = met;
  for (const segment of seen) {
    const next = segmentSeen(left, segment, terms);
    if (next.length === 0) return { left, wrong: segment };
    left = next;
  }
  const isSilent = ({ due, tcb, owesAckSince }: World): boolean =>
    due.length === 0 &&
    !mustSend(tcb, terms) &&
    (owesAckSince === undefined || before.owesAckSince !== undefined);
  return left.some(isSilent) ? { left } : { left, wrong: 'silence' };
}
