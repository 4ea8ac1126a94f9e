import { deleted } from '../../standard/arrives/arrival.ts';
import { type Segment, segLen, type Tcb } from '../../standard/tcb.ts';
import { add } from '../../wire/seq.ts';
import { type Lasts, type Lingering, relistened, type Terms, type World } from './world.ts';

// MSL may be any (RFC 9293 section 3.4.2), but it is the life of a packet, which RFC 791 section 3.2 counts in whole seconds.
const LEAST = 2000;
// Of four minutes, where MSL is as the RFCs have it.
const MOST = 240_000;
// Timers may have ticks of half a second, and the segment that begins 2 MSL was on its way.
const TICK = 500;
const LATE = 1000;

/** @param twoMsl as it is known of the target, in milliseconds; absent: any that is possible */
export const lasting = (twoMsl?: number): Lasts => ({
  atLeast: (twoMsl ?? LEAST) - (twoMsl === undefined ? TICK / 2 : TICK),
  atMost: (twoMsl ?? MOST) + LATE,
});

/** What time has made of a world that was in TIME-WAIT: it is there, or the connection is gone, or it may be either. */
export function passed(world: World, now: number, terms: Terms): readonly World[] {
  const { tcb, lingering } = world;
  if (tcb.state !== 'TIME-WAIT' || !lingering) return [world];
  const { lingering: _, ...rest } = world;
  const gone: World = { ...rest, tcb: relistened(tcb, deleted(tcb), terms) };
  if (now - lingering.to > terms.timeWait.atMost) return [gone];
  return now - lingering.from < terms.timeWait.atLeast ? [world] : [world, gone];
}

/**
 * Since when 2 MSL run after a segment has come. The peer's FIN begins them anew (RFC 9293 section 3.10.7.4, eighth). Any other segment
 * that is answered may be taken for that FIN (fifth).
 */
export function lingeringAfter(
  { lingering }: World,
  before: Tcb,
  { state, rcvNxt, former }: Tcb,
  segment: Segment,
  now: number,
): { readonly lingering?: Lingering } {
  // What reopens the connection may turn out to be a duplicate.
  if (state !== 'TIME-WAIT') return former && lingering ? { lingering } : {};
  if (before.former && lingering) return { lingering: { ...lingering, to: now } };
  const isFinAgain = segment.ctl.has('FIN') && add(segment.seq, segLen(segment)) === rcvNxt;
  if (before.state !== 'TIME-WAIT' || isFinAgain) return { lingering: { from: now, to: now } };
  return lingering ? { lingering: { ...lingering, to: now } } : {};
}
