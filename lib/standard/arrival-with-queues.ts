import type { Adoption } from './adoption.ts';
import { deleted, enter } from './calls/reaction.ts';
import type { Profile } from './profile.ts';
import { received, type TcbWithQueues } from './queues.ts';
import { type Arrival, segmentArrives } from './segment-arrives.ts';
import type { State } from './state.ts';
import type { Segment, Tcb } from './tcb.ts';

/** An arrival, and the queues after it. */
export interface ArrivalWithQueues extends Arrival {
  readonly tcb: TcbWithQueues;
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

/** SEGMENT ARRIVES for a TCB with queues. What waits is kept, and given up with the connection. */
export function segmentArrivesWithQueues(
  tcb: TcbWithQueues,
  segment: Segment,
  profile: Profile,
  adoption?: Adoption,
): ArrivalWithQueues[] {
  const before = tcb.closing ? BEFORE_CLOSE[tcb.state] : undefined;
  const seen = before ? enter(tcb, before) : tcb;
  return segmentArrives(seen, segment, profile, adoption).map((arrival) => {
    const { tcb: next } = arrival;
    const after = before && AFTER_CLOSE[next.state];
    const queues = queuesAfter(tcb, after ? { ...next, state: after } : next);
    const took = received(queues) !== received(tcb) && queues.irs === tcb.irs;
    const pushes = took && (segment.ctl.has('PSH') || segment.ctl.has('FIN'));
    return { ...arrival, tcb: pushes ? { ...queues, pushed: received(queues) } : queues };
  });
}

function queuesAfter(tcb: TcbWithQueues, next: Tcb): TcbWithQueues {
  const whole = { ...tcb, ...next };
  // Only SYN-RECEIVED remembers where it came from.
  const { origin: _, ...rest } = whole;
  const kept: TcbWithQueues = next.origin === undefined ? rest : whole;
  if (next.state === 'CLOSED') return deleted(kept);
  // A passive opener that listens again has flushed its queues; a SYN begins the peer's text anew.
  if (next.state === 'LISTEN') return { ...deleted(kept), state: 'LISTEN', receives: tcb.receives };
  const begins = tcb.state === 'LISTEN' || tcb.state === 'SYN-SENT' || next.irs !== tcb.irs;
  return begins ? { ...kept, read: 0, pushed: 0 } : kept;
}
