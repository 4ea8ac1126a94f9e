import { deleted } from '../../lib/standard/arrives/arrival.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import type { Behaviour, Emission } from '../../lib/lab/reference/behaviour.ts';
import { emptyAck, resets } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import {
  all,
  answer,
  has,
  inState,
  isEmptyAck,
  isReset,
  isSynAck,
  lacks,
  type Mutant,
  outsideWindow,
  synchronized,
  type Test,
  unseen,
  when,
  without,
} from './tools.ts';

type When = (reply: Segment, tcb: Tcb) => boolean;

const SOON = 200;
const TOO_LATE = 1000;

const emitting = (
  name: string,
  what: string,
  emit: (reply: Segment, tcb: Tcb) => readonly Emission[],
): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { emit },
});
const again = (name: string, what: string, which: When, after: number): Mutant =>
  emitting(name, what, (segment, tcb) => [
    { segment, after: 0 },
    ...(which(segment, tcb) ? [{ segment, after }] : []),
  ]);
const late = (name: string, what: string, which: When): Mutant =>
  emitting(name, what, (segment, tcb) => [{ segment, after: which(segment, tcb) ? TOO_LATE : 0 }]);
const hasSyn: When = ({ ctl }) => ctl.has('SYN');

/** What each synchronized state drops without a word: a segment in the window that lacks the ACK bit. */
const isToBeDropped: Test = all(synchronized, acceptable, lacks('ACK', 'RST', 'SYN'));

type Late = Omit<Emission, 'segment'>;

/** A reply where silence is due, and not at once. */
const lateTo = (which: Test, reset: boolean, name: string, what: string, late: Late): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: {
    arrive: when(
      which,
      answer((tcb) => (reset ? { ...emptyAck(tcb), ctl: new Set(['RST'] as const) } : emptyAck(tcb))),
    ),
    emit: (segment, tcb, stimulus) => [{ segment, ...(which(tcb, stimulus) ? late : { after: 0 }) }],
  },
});

/** What a timer sends for a segment that is to draw nothing, in three ways. */
const lateAfter = (after: number, which: Test, name: string, what: string): Mutant[] => [
  lateTo(which, false, `${name}-acknowledged-after-${after}-ms`, `${what} draws an ACK after ${after} ms`, {
    after,
  }),
  lateTo(
    which,
    true,
    `${name}-reset-after-${after}-ms`,
    `${what} draws a reset after ${after} ms, if the connection is still there`,
    { after, unless: 'gone' },
  ),
  lateTo(
    which,
    false,
    `${name}-acknowledged-within-${after}-ms`,
    `${what} draws an ACK after ${after} ms, which goes with another segment`,
    { after, unless: 'another went out' },
  ),
];

const LATE = [50, 200, 500].flatMap((after) => [
  ...lateAfter(after, isToBeDropped, 'dropped', 'what is to be dropped'),
  ...lateAfter(
    after,
    all(synchronized, outsideWindow, has('RST')),
    'old-reset',
    'a reset outside the window',
  ),
  lateTo(
    all(inState('CLOSED', 'LISTEN'), has('RST')),
    true,
    `reset-of-nobody-reset-after-${after}-ms`,
    `a reset in CLOSED or LISTEN draws a reset after ${after} ms`,
    { after },
  ),
]);

/** In these states the timer of a segment runs out, and nothing is sent. */
const silentTimer =
  (which: (state: State) => boolean): NonNullable<Behaviour['expire']> =>
  (tcb, timer, next) => {
    const reaction = next(tcb, timer);
    return timer.name === 'retransmission' && which(tcb.state) ? { ...reaction, sent: [] } : reaction;
  };

/** Replies that come twice, or too late, and timers that do not run. */
export const TIMING: readonly Mutant[] = [
  ...LATE,
  again('reset-twice', 'every reset is sent twice', isReset, 0),
  again('reset-again', 'every reset is sent again after 200 ms', isReset, SOON),
  again('empty-ack-twice', 'every empty ACK is sent twice', isEmptyAck, 0),
  again('empty-ack-again', 'every empty ACK is sent again after 200 ms', isEmptyAck, SOON),
  again('syn-ack-twice', 'every SYN,ACK is sent twice at once', hasSyn, 0),
  late(
    'reset-of-connection-late',
    'the reset of what meets a connection comes after a second',
    (reply, { state }) => isReset(reply) && state !== 'CLOSED',
  ),
  late(
    'text-acknowledged-late',
    'text is acknowledged after a second, where 500 ms are the most',
    (reply, { rcvNxt }) => isEmptyAck(reply) && reply.ack !== rcvNxt,
  ),
  emitting('empty-ack-then-reset', 'an empty ACK is followed by a reset', (segment) => [
    { segment, after: 0 },
    ...(isEmptyAck(segment)
      ? [{ segment: { ...segment, ctl: new Set(['RST'] as const) }, after: SOON }]
      : []),
  ]),
  {
    name: 'fin-never-again',
    what: 'a FIN is not sent again',
    base: 'rfc9293',
    behaviour: { expire: silentTimer((state) => state !== 'SYN-SENT' && state !== 'SYN-RECEIVED') },
  },
  {
    name: 'syn-ack-never-again',
    what: 'a SYN,ACK is not sent again',
    base: 'rfc9293',
    behaviour: { expire: silentTimer((state) => state === 'SYN-RECEIVED') },
  },
  {
    name: 'syn-ack-again-without-ack',
    what: 'a SYN,ACK that is sent again has lost its ACK: <SEQ=ISS><CTL=SYN>',
    base: 'rfc9293',
    behaviour: {
      expire: (tcb, timer, next) => {
        const reaction = next(tcb, timer);
        return {
          ...reaction,
          sent: reaction.sent.map((one) => (isSynAck(one) ? without(one, 'ACK') : one)),
        };
      },
    },
  },
  {
    name: 'unread-text-told-by-reset',
    what: 'CLOSE with text unread resets the connection, where RFC 793 knows only the FIN',
    base: 'rfc793',
    behaviour: {
      call: (tcb, call, next) =>
        call.name === 'CLOSE' && call.goesOn === false && tcb.unread > 0
          ? { ...next(tcb, call), sent: [resets(tcb)[1]], tcb: deleted(tcb) }
          : next(tcb, call),
    },
    caughtBy: 'ladder.unread-text.close',
  },
  unseen(
    {
      name: 'unread-text-not-told',
      what: 'CLOSE with text unread sends a FIN',
      base: 'rfc9293',
      behaviour: {
        call: (tcb, call, next) => next(call.name === 'CLOSE' ? { ...tcb, unread: 0 } : tcb, call),
      },
    },
    'RFC 9293 SHLD-3 is a SHOULD: the verdict is `permitted`',
  ),
];
