import type { Segment } from '../../standard/tcb.ts';
import { type Event, happen } from './events.ts';
import { segmentSeen } from './sightings.ts';
import { distinct, type Terms, type World } from './world.ts';

/** What happened in a step, and what was seen in it. */
export interface Happened {
  readonly events: readonly Event[];
  readonly seen: readonly Segment[];
}

const see = (worlds: readonly World[], segments: readonly Segment[], terms: Terms): readonly World[] =>
  segments.reduce((all, segment) => segmentSeen(all, segment, terms), worlds);

/** The worlds in which some of what was seen had been sent before the target met what was done: by a timer, for one. */
export function crossed(
  before: readonly World[],
  { events, seen }: Happened,
  terms: Terms,
): readonly World[] {
  const [first] = seen;
  if (!first || segmentSeen(before, first, terms).length === 0) return [];
  const happening = (worlds: readonly World[]): readonly World[] =>
    events.reduce((all, event) => happen(all, event, terms), worlds);
  return distinct(
    seen.flatMap((_, index) =>
      see(happening(see(before, seen.slice(0, index + 1), terms)), seen.slice(index + 1), terms),
    ),
  );
}

/** What is left of the worlds that a step has met, when all of it was seen. @param after what the step has made of them */
export const leftOf = (
  before: readonly World[],
  after: readonly World[],
  happened: Happened,
  terms: Terms,
): readonly World[] => distinct([...see(after, happened.seen, terms), ...crossed(before, happened, terms)]);
