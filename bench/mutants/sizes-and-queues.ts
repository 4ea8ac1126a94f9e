import { gt } from '../../lib/wire/seq.ts';
import type { SentOptions } from '../../lib/lab/reference/behaviour.ts';
import {
  all,
  caughtBy,
  connected,
  type Fault,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  leaving,
  type Mutant,
  outsideWindow,
  taken,
  type Test,
  unseen,
} from './tools.ts';

const stamped: Test = ({ timestamps }) => timestamps;
const OPENING_SYN = all(inState('LISTEN', 'SYN-SENT'), has('SYN'));
const isUnread: Test = ({ unread }) => unread > 0;
const isInFlight: Test = ({ state, sent }) => state === 'ESTABLISHED' && sent.length > 0;

const ANSWERED_AGAIN_AFTER = 1000;

/** A second answer within a second is left out. A connection is known by its numbers. */
function oncePerSecond(): Fault {
  const answered = new Map<string, number>();
  return (tcb, segment, next) => {
    const key = `${tcb.iss} ${tcb.irs}`;
    const now = Date.now();
    if (now - (answered.get(key) ?? 0) < ANSWERED_AGAIN_AFTER) return ignore(tcb, segment, next);
    answered.set(key, now);
    return next(tcb, segment);
  };
}

/** A segment moves TS.Recent by other rules. */
const timestampTaken =
  (isMoved: (before: number, tsval: number) => boolean): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    const { tsval } = segment;
    if (tsval === undefined || !tcb.timestamps) return arrival;
    const tsRecent = isMoved(tcb.tsRecent, tsval) ? tsval : tcb.tsRecent;
    return { ...arrival, tcb: { ...arrival.tcb, tsRecent } };
  };

const withoutEcho = (right: SentOptions): SentOptions =>
  right.tsecr === undefined ? right : { ...right, tsecr: 0 };

const LATE_ACK = 1000;

/** Faults that more than one segment, or another connection, shows. */
export const SIZES_AND_QUEUES: readonly Mutant[] = [
  caughtBy(
    'ladder.twice.old-text-established',
    faulty(
      'second-answer-missing',
      'a connection answers unacceptable segments once a second',
      all(connected, outsideWindow, lacks('RST', 'SYN')),
      oncePerSecond(),
    ),
  ),
  caughtBy('ladder.timestamps.text', {
    name: 'timestamps-not-echoed',
    what: 'TSecr is always 0',
    base: 'rfc9293',
    behaviour: { options: withoutEcho },
  }),
  caughtBy(
    'ladder.timestamps.text',
    faulty(
      'ts-recent-stays',
      'TS.Recent stays that of the SYN',
      stamped,
      timestampTaken(() => false),
    ),
  ),
  caughtBy(
    'ladder.timestamps.beyond-window',
    faulty(
      'ts-recent-of-any-segment',
      'any segment with a newer timestamp moves TS.Recent',
      stamped,
      timestampTaken((before, tsval) => gt(tsval, before)),
    ),
  ),
  caughtBy(
    'ladder.segment-sizes.mss-200-of-syn',
    faulty(
      'mss-ignored',
      'the MSS of a SYN is ignored',
      OPENING_SYN,
      taken((segment) => ({ ...segment, mss: 1460 })),
    ),
  ),
  caughtBy(
    'ladder.segment-sizes.no-mss-in-syn-over-ipv4',
    faulty(
      'mss-of-link-assumed',
      'without an MSS in the SYN, segments are as large as the link takes',
      OPENING_SYN,
      taken((segment) => ({ mss: 1460, ...segment })),
    ),
  ),
  caughtBy(
    'ladder.queues.unread-rst-established',
    faulty(
      'reset-waits-for-reader',
      'a reset is ignored while text is unread',
      all(has('RST'), isUnread),
      ignore,
    ),
  ),
  caughtBy(
    'ladder.queues.unread-fin-established',
    faulty(
      'fin-waits-for-reader',
      'a FIN is ignored while text is unread',
      all(has('FIN'), isUnread),
      ignore,
    ),
  ),
  caughtBy(
    'ladder.queues.in-flight-rst',
    faulty(
      'reset-waits-for-ack',
      'a reset is ignored while text is in flight',
      all(has('RST'), isInFlight),
      ignore,
    ),
  ),
  caughtBy(
    'ladder.queues.in-flight-fin',
    faulty(
      'fin-waits-for-ack',
      'a FIN is ignored while text is in flight',
      all(has('FIN'), isInFlight),
      ignore,
    ),
  ),
  caughtBy(
    'ladder.queues.unread-with-fin-received-later',
    faulty(
      'fin-takes-unread-text',
      'text that comes with a FIN is acknowledged, and lost where the user does not wait for it',
      all(inState('ESTABLISHED'), has('FIN'), hasText),
      leaving((after, before) => ({ ...after, unread: before.unread })),
    ),
  ),
  caughtBy('ladder.queues.close-all-read', {
    name: 'close-always-resets',
    what: 'CLOSE of both ways sends a reset, whether text is unread or not',
    base: 'rfc9293',
    behaviour: {
      call: (tcb, call, next) =>
        next(call.name === 'CLOSE' && !call.goesOn ? { ...tcb, unread: Math.max(1, tcb.unread) } : tcb, call),
    },
  }),
  unseen(
    {
      name: 'close-never-resets',
      what: 'CLOSE of both ways sends a FIN, also when text is unread',
      base: 'rfc9293',
      behaviour: {
        call: (tcb, call, next) => next(call.name === 'CLOSE' ? { ...tcb, unread: 0 } : tcb, call),
      },
    },
    'RFC 9293 SHLD-3 is a SHOULD: the verdict is `permitted`',
  ),
  caughtBy('ladder.queues.acknowledged-in-time', {
    name: 'delayed-ack-late',
    what: `the ACK of text in order comes after ${LATE_ACK} ms`,
    base: 'rfc9293',
    behaviour: {
      emit: (reply, { rcvNxt }, { data, seq }) => [
        { segment: reply, after: data > 0 && seq === rcvNxt ? LATE_ACK : 0, unless: 'gone' },
      ],
    },
  }),
  caughtBy('figure-7.three-way-handshake.tcp-a', {
    name: 'checksum-of-text-wrong',
    what: 'text goes out with a wrong checksum',
    base: 'rfc9293',
    behaviour: { options: (right, { data }) => (data > 0 ? { ...right, checksum: 0x1234 } : right) },
  }),
  caughtBy('ladder.side-by-side.three-half-open', {
    name: 'two-half-open',
    what: 'no more than two connections may be half open',
    base: 'rfc9293',
    behaviour: { backlog: { room: 2, beyond: 'silence' } },
  }),
  caughtBy('ladder.side-by-side.window-closed', {
    name: 'one-window-for-all',
    what: 'the window that one peer offers is that of all connections of the port',
    base: 'rfc9293',
    behaviour: { sharesWindow: true },
  }),
];
