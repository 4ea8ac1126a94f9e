import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import type { Segment } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { finReceived } from '../../lib/standard/queues.ts';
import {
  all,
  answer,
  caughtBy,
  faulty,
  has,
  ignore,
  inState,
  isReset,
  isSynAck,
  type Mutant,
  replying,
  withBits,
  without,
} from './tools.ts';

const isSyn = ({ ctl }: Segment): boolean => ctl.has('SYN') && !ctl.has('ACK');

/** A fault of every segment of a kind, the first time as well as when a timer sends it again. */
const sending = (
  name: string,
  what: string,
  isOne: (segment: Segment) => boolean,
  make: (segment: Segment) => Segment | 'silence',
): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { outgoing: (segment) => (isOne(segment) ? make(segment) : segment) },
});

/** The same fault over IPv6 only. */
const overIpv6 = ({ name, what, behaviour, ...rest }: Mutant): Mutant => ({
  ...rest,
  name: `${name}-over-ipv6`,
  what: `over IPv6, ${what}`,
  behaviour: { ...behaviour, over: [6] } satisfies Behaviour,
  family: 6,
});

const CLOSED_SILENT: Mutant = caughtBy(
  'closed.syn.empty',
  faulty('closed-silent', 'closed ports say nothing', inState('CLOSED'), ignore),
);

const SYN_ACK_OF_IRS: Mutant = caughtBy(
  'listen.syn.empty',
  sending(
    'syn-ack-acknowledges-irs',
    "every SYN,ACK acknowledges the SYN's own number, not the next",
    isSynAck,
    (segment) => ({ ...segment, ack: add(segment.ack, -1) }),
  ),
);

const CLOSED_WITHOUT_RST: Mutant = caughtBy(
  'closed.syn.empty',
  faulty(
    'closed-answers-without-rst-bit',
    'the resets of closed ports have no RST bit',
    inState('CLOSED'),
    replying((reply) => without(reply, 'RST')),
  ),
);

/** Faults that nothing gets past: the handshake, and the answers of closed ports. */
export const HANDSHAKE: readonly Mutant[] = [
  CLOSED_SILENT,
  CLOSED_WITHOUT_RST,
  caughtBy(
    'closed.syn.empty',
    faulty(
      'closed-acknowledges-one-less',
      'the resets of closed ports acknowledge one octet too few',
      inState('CLOSED'),
      replying((reply) => (reply.ctl.has('ACK') ? { ...reply, ack: add(reply.ack, -1) } : reply)),
    ),
  ),
  caughtBy(
    'closed.ack.empty',
    faulty(
      'closed-seq-one-more',
      'the resets of closed ports have a number one too high',
      inState('CLOSED'),
      replying((reply) => ({ ...reply, seq: add(reply.seq, 1) })),
    ),
  ),
  caughtBy(
    'closed.syn.empty',
    faulty(
      'closed-resets-with-syn-bit',
      'the resets of closed ports carry SYN',
      inState('CLOSED'),
      replying((reply) => (isReset(reply) ? withBits(reply, 'SYN') : reply)),
    ),
  ),
  caughtBy(
    'closed.rst.empty',
    faulty(
      'rst-is-reset-everywhere',
      'a reset is answered by a reset in CLOSED and LISTEN',
      all(inState('CLOSED', 'LISTEN'), has('RST')),
      answer((tcb, segment) => resetFor(tcb, segment)),
    ),
  ),
  caughtBy(
    'closed.rst.empty',
    faulty(
      'rst-is-acknowledged-in-closed',
      'a reset to a closed port is answered by an ACK',
      all(inState('CLOSED'), has('RST')),
      answer(emptyAck),
    ),
  ),
  SYN_ACK_OF_IRS,
  caughtBy(
    'listen.syn.empty',
    sending(
      'syn-ack-acknowledges-two',
      'every SYN,ACK acknowledges an octet that was not sent',
      isSynAck,
      (segment) => ({ ...segment, ack: add(segment.ack, 1) }),
    ),
  ),
  caughtBy(
    'listen.syn.empty',
    sending('syn-ack-without-ack-bit', 'every SYN,ACK lacks the ACK bit', isSynAck, (segment) =>
      without(segment, 'ACK'),
    ),
  ),
  caughtBy(
    'listen.syn.empty',
    sending('syn-ack-without-syn-bit', 'every SYN,ACK lacks the SYN bit', isSynAck, (segment) =>
      without(segment, 'SYN'),
    ),
  ),
  caughtBy(
    'listen.syn.empty',
    sending('syn-ack-missing', 'no SYN,ACK is ever sent', isSynAck, () => 'silence'),
  ),
  caughtBy(
    'listen.syn.empty',
    faulty(
      'listen-resets-syn',
      'LISTEN resets a SYN',
      all(inState('LISTEN'), (_tcb, segment) => isSyn(segment)),
      answer(resetFor),
    ),
  ),
  {
    name: 'fin-left-out-of-acknowledgments',
    what: 'the acknowledgment of a FIN is one octet short',
    base: 'rfc9293',
    behaviour: {
      outgoing: (segment, tcb) =>
        finReceived(tcb) && segment.ctl.has('ACK') && !isReset(segment)
          ? { ...segment, ack: add(segment.ack, -1) }
          : segment,
    },
    caughtBy: 'established.fin.in-order',
  },
  overIpv6(CLOSED_SILENT),
  overIpv6(CLOSED_WITHOUT_RST),
  overIpv6(SYN_ACK_OF_IRS),
];
