import { type Demands, demandsOf } from '../catalogue/conditions.ts';
import type { Place } from '../catalogue/scenario.ts';
import { type ConcreteSegment, fieldsOf, optionsOf } from '../notation/index.ts';
import { headerForm } from '../standard/header.ts';
import { withQueues } from '../standard/queues.ts';
import { FIN_RECEIVED, SYNCHRONIZED } from '../standard/state.ts';
import type { Numbers, Segment, Tcb } from '../standard/tcb.ts';
import { ASKED_PRECEDENCE } from '../target/driver.ts';
import { add, sub } from '../wire/seq.ts';

// As in the packets that the tester makes.
const OTHER_SECURITY = 1;
const PRECEDENCE = { higher: 5, lower: 0 } as const;

/** What is known of a connection when a sequence begins: the target's variables, as the recipe has left them. */
export interface Known {
  readonly iss: number;
  readonly irs: number;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  readonly maxSndWnd: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly timestamps: boolean;
  readonly tsRecent: number;
  /** SEQ and ACK of the tester's last segment. */
  readonly last?: { readonly seq: number; readonly ack: number };
}

/** Of the numbers that nothing has told: a LISTEN, and a target without a connection, have none. */
const UNKNOWN: Known = {
  ...{ iss: 0, irs: 0, sndUna: 0, sndNxt: 0, sndWnd: 0, maxSndWnd: 0, rcvNxt: 0, rcvWnd: 65_535 },
  ...{ timestamps: true, tsRecent: 0 },
};

/** The TCB in a place that a recipe has led to. */
export function tcbIn({ state, origin, conditions }: Place, known: Known = UNKNOWN): Tcb {
  const { user } = demandsOf(conditions);
  const { last, ...numbers } = known;
  const isOver = state === 'CLOSED' || state === 'LISTEN';
  const isFresh = isOver || state === 'SYN-SENT';
  const asked = user.precedence === 'asked' ? ASKED_PRECEDENCE : 0;
  const all: Numbers = {
    ...(isOver ? UNKNOWN : numbers),
    ...(isFresh ? { timestamps: true, rcvNxt: 0, irs: 0, rcvWnd: UNKNOWN.rcvWnd } : {}),
    ...(state === 'SYN-SENT' ? { sndWnd: 0, maxSndWnd: 0 } : {}),
    state,
    ...(origin ? { origin } : {}),
    ...{ sndWl1: last?.seq ?? known.irs, sndWl2: last?.ack ?? known.iss, rcvUp: known.rcvNxt },
    ...{ security: 0, precedence: asked, mayRaisePrecedence: user.precedence === 'may be raised' },
    userGone: user.closed === true,
  };
  const fin = FIN_RECEIVED.includes(state) ? 1 : 0;
  const unread =
    user.receives === false && SYNCHRONIZED.includes(state) ? sub(all.rcvNxt, add(all.irs, 1 + fin)) : 0;
  return withQueues(all, {
    sndMss: 1460,
    ...(unread > 0 ? { unread, pushed: unread, rcvUser: add(all.irs, 1) } : {}),
    rcvBuff: all.rcvWnd + unread,
  });
}

/** Whether the user takes what arrives there. */
export const isReadingIn = ({ conditions }: Place): boolean =>
  !conditions.includes('zero-window') && !conditions.includes('text-unread');

/** How the packets of a place differ from ordinary ones. */
type OfPacket = Pick<Segment, 'security' | 'precedence' | 'checksumValid' | 'unicast'>;

const packetOf = ({ packet, user }: Demands): OfPacket => ({
  security: packet.security ? OTHER_SECURITY : 0,
  precedence: packet.precedence
    ? PRECEDENCE[packet.precedence]
    : user.precedence === 'asked'
      ? ASKED_PRECEDENCE
      : 0,
  checksumValid: packet.checksum !== 'wrong',
  unicast: packet.destination === undefined,
});

/** A segment of the tester's as SEGMENT ARRIVES wants it. @param window the window of those that write none */
export function arriving(segment: ConcreteSegment, { conditions }: Place, window: number): Segment {
  const { seq, ack, ctl, data, urg, wnd = window, checksum, opt } = segment;
  // Where they are written as octets, those are all of the options.
  const { mss, tsval, tsecr } = opt === undefined ? segment : fieldsOf(optionsOf({ opt }));
  const packet = packetOf(demandsOf(conditions));
  return {
    ...{ seq, ack, ctl, data, urg, wnd },
    ...(mss === undefined ? {} : { mss }),
    ...(tsval === undefined ? {} : { tsval }),
    ...(tsecr === undefined ? {} : { tsecr }),
    ...packet,
    checksumValid: packet.checksumValid && checksum === undefined,
    ...headerForm(segment),
  };
}

/** A segment of the target's. */
export const observed = ({ seq, ack, ctl, data, urg, wnd = 0, mss, tsval }: ConcreteSegment): Segment => ({
  ...{ seq, ack, ctl, data, urg, wnd },
  ...(mss === undefined ? {} : { mss }),
  ...(tsval === undefined ? {} : { tsval }),
  ...{ security: 0, precedence: 0, checksumValid: true, unicast: true },
});
