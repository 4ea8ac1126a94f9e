import { add, sub } from '../wire/seq.ts';
import type { Adoption } from './adoption.ts';
import type { Told } from './calls/call.ts';
import { deleted, enter } from './calls/reaction.ts';
import { toldOf } from './calls/told.ts';
import type { Profile } from './profile.ts';
import { finReceived, received, type TcbWithQueues, unread } from './queues.ts';
import { type Arrival, segmentArrives } from './segment-arrives.ts';
import type { State } from './state.ts';
import type { Segment, Tcb } from './tcb.ts';

/** An arrival, the queues after it, and what the user is told of it. */
export interface ArrivalWithQueues extends Arrival {
  readonly tcb: TcbWithQueues;
  readonly told: readonly Told[];
}

/**
 * SEGMENT ARRIVES takes the FIN of these states as sent. While CLOSE waits behind text it is not, and what is acknowledged cannot
 * be the FIN: until then the connection does what it did before the CLOSE.
 */
const BEFORE_CLOSE: { readonly [state in State]?: State } = {
  'FIN-WAIT-1': 'ESTABLISHED',
  CLOSING: 'CLOSE-WAIT',
};
const AFTER_CLOSE: { readonly [state in State]?: State } = {
  ESTABLISHED: 'FIN-WAIT-1',
  'CLOSE-WAIT': 'CLOSING',
};

/**
 * SEGMENT ARRIVES for a TCB with queues. What waits is kept, and given up with the connection. Text that is taken waits for the
 * user in the buffer: the right edge of the window stays where it is, until a RECEIVE makes room.
 */
export function segmentArrivesWithQueues(
  tcb: TcbWithQueues,
  segment: Segment,
  profile: Profile,
  adoption?: Adoption,
): ArrivalWithQueues[] {
  const before = tcb.closing ? BEFORE_CLOSE[tcb.state] : undefined;
  const seen = before ? enter(tcb, before) : tcb;
  return segmentArrives(seen, segment, profile, adoption).flatMap((arrival) => {
    const { tcb: next } = arrival;
    const state = (before && AFTER_CLOSE[next.state]) ?? next.state;
    const queues = queuesAfter(tcb, { ...next, state });
    const had = begins(tcb, next) ? 0 : unread(tcb);
    const taken = unread(queues) - (queues.state === 'CLOSED' || queues.state === 'LISTEN' ? 0 : had);
    const pushes = taken > 0 && (segment.ctl.has('PSH') || segment.ctl.has('FIN'));
    const rcvWnd = Math.max(0, tcb.rcvWnd - taken);
    const pushed = pushes ? received(queues) : queues.pushed;
    const reply = withWindow(arrival.reply, rcvWnd);
    const after = { ...queues, rcvWnd, pushed };
    return toldOf(tcb, after, reply, segment, profile).map((told) => ({
      ...arrival,
      reply,
      tcb: after,
      told,
    }));
  });
}

/** Whether a SYN has begun the peer's text anew. */
const begins = (tcb: Tcb, next: Tcb): boolean =>
  next.irs !== tcb.irs || (isOpening(tcb) && !isOpening(next) && next.state !== 'CLOSED');

const isOpening = ({ state }: Tcb): boolean => state === 'LISTEN' || state === 'SYN-SENT';

const withWindow = (reply: Arrival['reply'], wnd: number): Arrival['reply'] =>
  reply === 'silence' ? reply : { ...reply, wnd };

function queuesAfter(tcb: TcbWithQueues, next: Tcb): TcbWithQueues {
  const whole = { ...tcb, ...next };
  // Only SYN-RECEIVED remembers where it came from.
  const { origin: _, ...rest } = whole;
  const kept: TcbWithQueues = next.origin === undefined ? rest : whole;
  if (next.state === 'CLOSED') return deleted(kept);
  // A passive opener that listens again has flushed its queues.
  if (next.state === 'LISTEN') return { ...deleted(kept), state: 'LISTEN', receives: tcb.receives };
  if (begins(tcb, next)) return { ...kept, read: 0, pushed: 0 };
  // By the letter of the eighth step another FIN at RCV.NXT moves it once more; that is no text.
  const over = finReceived(tcb) ? sub(received(kept), received(tcb)) : 0;
  return { ...kept, read: add(kept.read, over), pushed: add(kept.pushed, over) };
}
