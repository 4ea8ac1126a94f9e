import type { Behaviour, Timers } from '../../lib/lab/reference/behaviour.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import { add, sub } from '../../lib/wire/seq.ts';
import { caughtBy, isEmptyAck, type Mutant, unseen } from './tools.ts';

const SHOULD = 'RFC 9293 makes it a SHOULD: the verdict is `permitted`';

const behaving = (name: string, what: string, behaviour: Behaviour): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour,
});

const clocked = (name: string, what: string, timers: Partial<Timers>): Mutant =>
  behaving(name, what, { timers });

const ladder = (name: string, mutant: Mutant): Mutant => caughtBy(`ladder.${name}`, mutant);

/** Every segment that a timer sends again is another one. */
const sendingAgain = (name: string, what: string, change: (segment: Segment, tcb: Tcb) => Segment): Mutant =>
  behaving(name, what, {
    expire: (tcb, timer, next) => {
      const reaction = next(tcb, timer);
      if (timer.name !== 'retransmission') return reaction;
      return { ...reaction, sent: reaction.sent.map((segment) => change(segment, tcb)) };
    },
  });

const isAckOfText = (reply: Segment, { rcvNxt }: Tcb): boolean => isEmptyAck(reply) && reply.ack !== rcvNxt;

const delayedBy = (after: number): Behaviour => ({
  emit: (segment, tcb) => [{ segment, after: isAckOfText(segment, tcb) ? after : 0 }],
});

const FULL = 1440;

/** The ACK of a full-sized segment waits for the fourth, or for 400 ms. */
const everyFourth: Behaviour = {
  emit: (segment, tcb) => {
    if (!isAckOfText(segment, tcb)) return [{ segment, after: 0 }];
    const waiting = Math.floor(sub(segment.ack, tcb.irs) / FULL) % 4;
    // The last that waits is the first to go out.
    return [
      waiting === 0
        ? { segment, after: 0 }
        : { segment, after: 430 - 10 * waiting, unless: 'another went out' },
    ];
  },
};

const LARGE = 0x1000_0000;

/** How long a TCP waits, how often it tries, and what it sends then. */
export const TIMERS: readonly Mutant[] = [
  ladder(
    'retransmission.text-established',
    clocked('rto-constant', 'what is sent again is so after the same interval each time', { backOff: 1 }),
  ),
  ladder(
    'retransmission.fin-wait-1',
    clocked('rto-shrinking', 'what is sent again is so after half the interval each time', { backOff: 0.5 }),
  ),
  ladder(
    'retransmission.syn',
    behaving('rto-of-syn-constant', 'a SYN is sent again after the same interval each time', {
      timers: { syn: 1000, backOff: 1 },
    }),
  ),
  ladder(
    'retransmission.text-established-goes-on',
    clocked('rto-grows-slowly', 'each interval is a quarter longer than the one before', { backOff: 1.25 }),
  ),
  unseen(clocked('rto-short', 'text is sent again after 300 ms', { text: 300 }), SHOULD),
  unseen(clocked('rto-of-syn-short', 'a SYN is sent again after 300 ms', { syn: 300 }), SHOULD),
  ladder(
    'retransmission.text-after-syn-ack-again',
    clocked('rto-after-syn-again', 'text after a SYN that was sent again is sent again after a second', {
      afterSynAgain: 1000,
    }),
  ),
  ladder(
    'retransmission.text-after-text-again',
    behaving('rto-collapses', 'any acknowledgment resets RTO, also that of what was sent twice', {
      keepsRto: false,
    }),
  ),
  unseen(
    clocked('probes-constant', 'a closed window is probed after the same interval each time', {
      probeBackOff: 1,
    }),
    SHOULD,
  ),
  ladder(
    'retransmission.fin-wait-1',
    sendingAgain('fin-again-elsewhere', 'a FIN that is sent again has a number more', (segment) =>
      segment.ctl.has('FIN') && segment.data === 0 ? { ...segment, seq: add(segment.seq, 1) } : segment,
    ),
  ),
  ladder(
    'retransmission.text-established',
    sendingAgain('text-again-shorter', 'text that is sent again lacks its first octet', (segment) =>
      segment.data > 1 ? { ...segment, seq: add(segment.seq, 1), data: segment.data - 1 } : segment,
    ),
  ),
  ladder(
    'retransmission.syn-ack',
    sendingAgain('syn-ack-again-of-nothing', 'a SYN,ACK that is sent again acknowledges IRS', (segment) =>
      segment.ctl.has('SYN') && segment.ctl.has('ACK') ? { ...segment, ack: add(segment.ack, -1) } : segment,
    ),
  ),
  sendingAgain(
    'again-with-old-ack',
    'text that is sent again has the first acknowledgment',
    (segment, tcb) => (segment.data > 0 ? { ...segment, ack: add(tcb.irs, 1) } : segment),
  ),
  ladder(
    'retransmission.syn-not-given-up',
    behaving('syn-given-up', 'an open is given up when its SYN was sent again once', {
      expire: (tcb, timer, next) =>
        next(tcb, timer.name === 'retransmission' && tcb.state === 'SYN-SENT' ? { name: 'user' } : timer),
    }),
  ),
  ladder(
    'retransmission.syn',
    clocked('r2-of-two-seconds', 'a connection is given up after three seconds', { mostTries: 1 }),
  ),
  ladder(
    'queues.acknowledged-in-time',
    behaving('ack-delayed-700-ms', 'an ACK of text comes after 700 ms', delayedBy(700)),
  ),
  unseen(
    behaving('ack-of-every-fourth', 'every fourth segment is acknowledged, or after 400 ms', everyFourth),
    'RFC 9293 SHLD-19 is a SHOULD: the verdict is `permitted`',
  ),
  ladder(
    'idle.established',
    behaving('keep-alive-unasked', 'an idle connection is probed after five seconds', {
      timers: { keepAlive: 5000 },
      expire: (tcb, timer, next) => next({ ...tcb, keepAlive: true }, timer),
    }),
  ),
  ladder('isn.passive', behaving('isn-constant', 'every ISS is the same', { iss: () => LARGE })),
  ladder(
    'isn.active',
    behaving('isn-repeated', 'two ISSs are taken in turn', { iss: (nth) => LARGE + (nth % 2) * 1000 }),
  ),
];
