import { emptyAck, resetAtAck, synAck } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { segLen, type Tcb } from '../../lib/standard/tcb.ts';
import { add, lt } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  beforeRcvNxt,
  caughtBy,
  enter,
  type Fault,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  leaving,
  leavingClosed,
  type Mutant,
  not,
  outcome,
  type Test,
  toClosed,
  unseen,
  vanish,
} from './tools.ts';

const timeWait = inState('TIME-WAIT');
const syn = all(timeWait, has('SYN'), lacks('ACK', 'RST'));
const ordinary = all(timeWait, lacks('SYN', 'RST'));
const finAgain: Test = all(
  ordinary,
  has('FIN'),
  ({ rcvNxt }, segment) => add(segment.seq, segLen(segment)) === rcvNxt,
);
/** A connection opens anew, out of TIME-WAIT. */
const reopen: Fault = (tcb, segment) => {
  const after = {
    ...enter(tcb, 'SYN-RECEIVED', 'passive'),
    irs: segment.seq,
    rcvNxt: add(segment.seq, 1),
    timestamps: false,
    sndUna: tcb.iss,
    sndNxt: add(tcb.iss, 1),
  };
  return { reply: synAck(after), tcb: after, level: 'required', why: 'a fault', freeSeq: true };
};
/** A connection that opens anew begins with a number of the old one. */
const reopenedFrom =
  (choose: (old: Tcb) => number): Fault =>
  (tcb, segment, next) => {
    const { freeSeq, ...arrival } = next(tcb, segment);
    if (!freeSeq || arrival.reply === 'silence') return arrival;
    const iss = choose(tcb);
    const anew = { ...arrival.tcb, iss, sndUna: iss, sndNxt: add(iss, 1) };
    return { ...arrival, reply: { ...arrival.reply, seq: iss }, tcb: anew };
  };

/** TIME-WAIT answers no FIN again where it was entered from CLOSING. A connection is known by its ISS. */
function silentAfterClosing(): Fault {
  const closed = new Set<number>();
  return (tcb, segment, next) => {
    if (finAgain(tcb, segment) && closed.has(tcb.iss)) return outcome('silence', tcb);
    const arrival = next(tcb, segment);
    if (tcb.state === 'CLOSING' && arrival.tcb.state === 'TIME-WAIT') closed.add(tcb.iss);
    return arrival;
  };
}

/** TIME-WAIT: killed, reopened, not restarted. */
export const TIME_WAIT: readonly Mutant[] = [
  faulty(
    'time-wait-killed-by-ack',
    'TIME-WAIT ends with an ACK',
    all(ordinary, has('ACK'), acceptable),
    leavingClosed,
  ),
  faulty('time-wait-killed-by-fin', 'TIME-WAIT ends with the FIN that comes again', finAgain, leavingClosed),
  faulty(
    'time-wait-killed-by-old-text',
    'TIME-WAIT ends with an old duplicate of text',
    all(ordinary, beforeRcvNxt, hasText),
    leavingClosed,
  ),
  caughtBy(
    'ladder.time-wait.fin-again-after-closing',
    faulty(
      'time-wait-after-closing-silent',
      'the FIN that comes again is not acknowledged after a simultaneous close',
      inState('CLOSING', 'TIME-WAIT'),
      silentAfterClosing(),
    ),
  ),
  caughtBy('ladder.time-wait.over-after-fin-wait-2', {
    name: 'time-wait-without-end',
    what: 'TIME-WAIT lasts for hours',
    base: 'rfc9293',
    behaviour: { timers: { timeWait: 10_000_000 } },
  }),
  faulty('time-wait-killed-by-syn', 'TIME-WAIT ends with a SYN, without a word', syn, vanish),
  faulty(
    'time-wait-killed-by-outside-rst',
    'TIME-WAIT ends with a reset anywhere (RFC 1337)',
    all(timeWait, has('RST')),
    vanish,
  ),
  faulty('time-wait-resets', 'TIME-WAIT answers like CLOSED', all(ordinary, has('ACK')), answer(resetAtAck)),
  faulty(
    'time-wait-resets-text',
    'TIME-WAIT resets text',
    all(ordinary, has('ACK'), hasText),
    answer(resetAtAck),
  ),
  faulty(
    'time-wait-silent',
    'TIME-WAIT answers nothing that lies outside the window',
    all(ordinary, not(acceptable)),
    ignore,
  ),
  faulty(
    'time-wait-silent-beyond',
    'TIME-WAIT answers old segments only',
    all(ordinary, not(acceptable), not(beforeRcvNxt)),
    ignore,
  ),
  faulty(
    'time-wait-reopened-by-older-syn',
    'a SYN older than the connection opens it anew',
    all(syn, beforeRcvNxt),
    reopen,
  ),
  faulty('time-wait-reopened-by-any-syn', 'any SYN opens the connection anew', syn, reopen, 'rfc793'),
  faulty(
    'time-wait-reopened-by-syn-ack',
    'a SYN,ACK opens the connection anew',
    all(timeWait, has('SYN', 'ACK'), lacks('RST')),
    reopen,
  ),
  faulty(
    'time-wait-reopened-by-old-timestamp',
    'a SYN with a timestamp from the past opens the connection anew',
    all(
      syn,
      ({ timestamps, tsRecent }, { tsval }) => timestamps && tsval !== undefined && lt(tsval, tsRecent),
    ),
    reopen,
  ),
  faulty(
    'time-wait-reopened-wrong-ack',
    'the SYN,ACK of a connection that opens anew acknowledges RCV.NXT',
    all(syn, not(beforeRcvNxt)),
    (tcb, segment, next) => {
      const { reply, ...rest } = reopen(tcb, segment, next);
      return { ...rest, reply: reply === 'silence' ? reply : { ...reply, ack: tcb.rcvNxt } };
    },
  ),
  faulty(
    'time-wait-reopened-by-ack',
    'a SYN that may open anew is answered with an ACK and forgets the connection',
    syn,
    answer(emptyAck, toClosed),
  ),
  faulty(
    'time-wait-reopened-with-old-iss',
    'a connection that opens anew begins with the ISS of the old one',
    syn,
    reopenedFrom(({ iss }) => iss),
  ),
  faulty(
    'time-wait-reopened-with-smaller-iss',
    'a connection that opens anew begins with an ISS before the old one',
    syn,
    reopenedFrom(({ iss }) => add(iss, -100_000)),
  ),
  caughtBy(
    'time-wait.syn.first-timestamp',
    faulty(
      'time-wait-reopened-with-last-number',
      'a connection that opens anew begins with the last number that the old one used',
      syn,
      reopenedFrom(({ sndNxt }) => add(sndNxt, -1)),
    ),
  ),
  {
    name: 'time-wait-not-returned-to',
    what: 'a reset of what reopened the connection does not lead back to TIME-WAIT',
    base: 'rfc9293',
    behaviour: { arrive: leaving((after) => enter(after, after.state, after.origin)) },
  },
  caughtBy('ladder.time-wait.begun-anew', {
    name: 'time-wait-not-restarted',
    what: 'the FIN that comes again does not begin 2 MSL anew',
    base: 'rfc9293',
    behaviour: { restartsTimeWait: false },
  }),
  {
    name: 'time-wait-too-short',
    what: 'TIME-WAIT lasts for a quarter of a second',
    base: 'rfc9293',
    behaviour: { timers: { timeWait: 250 } },
  },
  {
    name: 'time-wait-left-out',
    what: 'there is no TIME-WAIT',
    base: 'rfc9293',
    behaviour: { timers: { timeWait: 0 } },
  },
  unseen(
    faulty('time-wait-never-reopened', 'no SYN opens the connection anew', syn, (tcb, segment, next) => {
      const { freeSeq, ...arrival } = next(tcb, segment);
      return freeSeq ? outcome(emptyAck(tcb), tcb) : arrival;
    }),
    'RFC 6191 is a SHOULD (SHLD-4): the verdict is `permitted`',
  ),
];
