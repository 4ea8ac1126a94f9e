import { acceptable } from '../../lib/standard/arrives/window.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  all,
  caughtBy,
  type Fault,
  faulty,
  has,
  ignore,
  inReceivingState,
  inState,
  lacks,
  leaving,
  type Mutant,
  taken,
  type Test,
  without,
} from './tools.ts';

const urgent: Test = all(has('ACK', 'URG'), lacks('SYN', 'FIN', 'RST'));
const urgentText: Test = all(urgent, acceptable, ({ rcvNxt }, { data, seq }) => data > 0 && seq === rcvNxt);
const inside: Test = (_tcb, { urg, data }) => urg < data;
const beyond: Test = (_tcb, { urg, data }) => urg > data;

/** RCV.NXT and the acknowledgment come out otherwise, by so many octets. */
const offBy =
  (octets: (urg: number, data: number) => number): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    const { reply } = arrival;
    const more = octets(segment.urg, segment.data);
    const after = { ...arrival.tcb, rcvNxt: add(arrival.tcb.rcvNxt, more) };
    return { ...arrival, tcb: after, reply: reply === 'silence' ? reply : { ...reply, ack: after.rcvNxt } };
  };

/** Sixth step: the urgent pointer. */
export const URGENT: readonly Mutant[] = [
  caughtBy(
    'ladder.urgent.delivered',
    faulty(
      'urg-octet-not-delivered',
      'the user is not given the last octet of urgent text, which is acknowledged',
      all(inReceivingState, urgentText),
      leaving((after) => ({ ...after, unread: after.unread - 1 })),
    ),
  ),
  faulty(
    'urg-octet-not-counted',
    'the urgent octet is taken out of the text, and does not count',
    all(inReceivingState, urgentText),
    offBy(() => -1),
  ),
  faulty(
    'urg-cuts-text-at-pointer',
    'of urgent text only what lies before the pointer is taken',
    all(inReceivingState, urgentText, inside),
    offBy((urg, data) => urg - data),
  ),
  faulty(
    'urg-skips-to-pointer',
    'an urgent pointer beyond the text moves RCV.NXT up to it',
    all(inReceivingState, urgentText, beyond),
    offBy((urg, data) => urg - data),
  ),
  faulty('urg-text-ignored', 'urgent text is ignored', all(inReceivingState, urgentText), ignore),
  faulty(
    'urg-text-not-acknowledged',
    'urgent text is taken and not acknowledged',
    all(inReceivingState, urgentText),
    (tcb, segment, next) => ({
      ...next(tcb, segment),
      reply: 'silence',
    }),
  ),
  faulty(
    'urg-in-syn-received-drops-text',
    'urgent text with the ACK that completes the handshake is lost',
    all(inState('SYN-RECEIVED'), urgentText),
    taken((segment) => ({ ...without(segment, 'URG'), data: 0 })),
  ),
  faulty(
    'urg-ignored-at-closed-window',
    'urgent text at a closed window is ignored, not answered',
    all(urgent, ({ rcvWnd }, { data }) => rcvWnd === 0 && data > 0),
    ignore,
  ),
  faulty(
    'urg-taken-at-closed-window',
    'urgent text is taken though the window is closed',
    all(inReceivingState, urgent, ({ rcvWnd }, { data }) => rcvWnd === 0 && data > 0),
    offBy((_urg, data) => data),
  ),
];
