import { gt } from '../../wire/seq.ts';
import type { Profile } from '../profile.ts';
import { finReceived } from '../queues.ts';
import type { Segment, Tcb } from '../tcb.ts';
import type { CallError, Told } from './call.ts';
import { outstanding } from './reaction.ts';

/**
 * What the user may be told of a segment: one list or several that are equally right (RFC 793 pages 67-75, RFC 9293 sections
 * 3.10.7.3 and 3.10.7.4). RECEIVEs that wait when the peer closes are told when they are served. The acknowledgment of a SEND is
 * not among them: RFC 9293 section 3.9.1.2 lets SEND return "ok" at once.
 */
export function toldOf(
  before: Tcb,
  after: Tcb,
  reply: Segment | 'silence',
  segment: Segment,
  profile: Profile,
): readonly (readonly Told[])[] {
  if (after.state === 'CLOSED') return toldOfTheEnd(before, reply, segment);
  const closing: readonly Told[] =
    finReceived(after) && !finReceived(before) ? [{ to: 'user', says: 'connection closing' }] : [];
  const urgent: readonly Told[] = [{ to: 'user', says: 'urgent data' }];
  return urgencyTold(before, after, profile).map((told) => [...(told ? urgent : []), ...closing]);
}

function toldOfTheEnd(
  before: Tcb,
  reply: Segment | 'silence',
  segment: Segment,
): readonly (readonly Told[])[] {
  const { state } = before;
  const reset = segment.ctl.has('RST');
  // The ACK of our FIN ends LAST-ACK without a word. A user that is gone hears nothing.
  if (state === 'CLOSED' || before.userGone || (!reset && reply === 'silence')) return [[]];
  // Here the second step does not ask for a word about the reset. It would be true.
  if (reset && ['CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state))
    return [[], [{ to: 'user', says: 'connection reset' }]];
  const says: CallError = reset && state === 'SYN-RECEIVED' ? 'connection refused' : 'connection reset';
  const calls =
    reset && (state === 'SYN-SENT' || state === 'SYN-RECEIVED')
      ? []
      : outstanding(before, 'connection reset');
  return [[{ to: 'user', says }, ...calls]];
}

/**
 * Whether the user is told of urgent data. While it is in urgent mode the sixth step tells it nothing more; RFC 1122 section
 * 4.2.2.4 has it told whenever the urgent pointer advances, and RFC 9293 says both (section 3.8.5).
 */
function urgencyTold(before: Tcb, after: Tcb, profile: Profile): readonly boolean[] {
  const consumed = after.rcvUser;
  if (!gt(after.rcvUp, before.rcvUp) || before.irs !== after.irs || !gt(after.rcvUp, consumed))
    return [false];
  if (!gt(before.rcvUp, consumed)) return [true];
  if (profile === 'rfc793') return [false];
  return profile === 'rfc9293' ? [true, false] : [true];
}
