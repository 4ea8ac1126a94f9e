import { deleted, enter } from '../../standard/arrives/arrival.ts';
import type { State } from '../../standard/state.ts';
import { type Segment, segLen } from '../../standard/tcb.ts';
import { mustSend, told } from './sightings.ts';
import { distinct, relistened, type Terms, type World } from './world.ts';

/** Where a target that deviates may be now. */
export interface Deviated {
  /** The worlds before the step. */
  readonly before: readonly World[];
  /** The worlds that met what came, or the silence. */
  readonly met: readonly World[];
  /** The segment that none of them explains; absent for silence. */
  readonly seen?: Segment;
  /** The state that it is known to lead to. */
  readonly after?: State;
}

/**
 * The worlds that a deviation leads to, as far as what was seen implies them: the target has dropped what came, or has taken it, or has
 * ended the connection. What it owed does not come any more.
 *
 * @returns none where too little is known to go on: of text out of turn, or of a connection that began where none was due
 */
export function behind({ before, met, seen, after }: Deviated, terms: Terms): readonly World[] {
  const isOpening = met.some(({ isFree }) => isFree);
  const stays = [...before, ...(isOpening ? [] : met)].map(settled);
  const there = after ? [...stays, ...moved(stays, after, terms)] : stays;
  // Nobody knows when what waits goes out.
  if (!seen) return met.some(({ tcb }) => mustSend(tcb, terms)) ? [] : distinct(there);
  if (seen.ctl.has('SYN') || segLen(seen) > 0) return [];
  if (seen.ctl.has('RST')) return distinct([...there, ...moved(there, 'CLOSED', terms)]);
  // It may have taken as much as it says, or say what is not so.
  const taken = there.map((world) => ({ ...world, tcb: { ...world.tcb, rcvNxt: seen.ack } }));
  return distinct([...there, ...taken].map((world) => told(world, seen)));
}

/** The same worlds in another state. */
export const moved = (worlds: readonly World[], state: State, terms: Terms): readonly World[] =>
  worlds.map((world) => ({
    ...world,
    tcb:
      state === 'CLOSED' || state === 'LISTEN'
        ? relistened(world.tcb, deleted(world.tcb), terms)
        : enter(world.tcb, state),
  }));

/** Nothing is owed any more. */
const settled = ({ owesAckSince: _, ...world }: World): World => ({ ...world, due: [], isFree: false });
