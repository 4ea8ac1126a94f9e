import { type ConcreteSegment, segmentOf } from '../lib/notation/index.ts';
import type { State } from '../lib/standard/state.ts';
import type { Segment, Tcb } from '../lib/standard/tcb.ts';
import { type Exchanged, type OptionFault, optionFaults } from '../lib/verdict/reply-options.ts';
import { add } from '../lib/wire/seq.ts';
import type { Behaviour } from '../lib/lab/reference/behaviour.ts';
import { optionsFor } from '../lib/lab/reference/connection.ts';

/** What the recipe of a case comes to: the TCB before its stimulus. */
interface Before {
  readonly state: State;
  readonly tcb: Tcb;
  readonly stimulus: ConcreteSegment;
}

/** A size of segments, as both sides announce it. */
const MSS = 1460;

/** What is wrong with the options of the replies, by what the handshake of the state has negotiated. */
export function forecastOptionFaults(
  before: Before,
  replies: readonly Segment[],
  after: Tcb,
  { options = (right) => right }: Behaviour,
): readonly OptionFault[] {
  const exchanged = [...handshake(before), { from: 'tester', segment: before.stimulus } as const];
  return replies.flatMap((reply) => {
    const sent = { ...reply, ...options(optionsFor(after, reply, MSS), reply) };
    return optionFaults(sent, exchanged);
  });
}

/** The SYNs of both sides. */
function handshake({ state, tcb }: Before): readonly Exchanged[] {
  if (state === 'CLOSED' || state === 'LISTEN') return [];
  const options = { mss: MSS, ...(tcb.timestamps ? { tsval: 1, tsecr: 0 } : {}) };
  const syn = (seq: number) => segmentOf({ seq, ctl: ['SYN'], ...options });
  if (state === 'SYN-SENT') return [{ from: 'target', segment: syn(tcb.iss) }];
  return [
    { from: 'tester', segment: syn(tcb.irs) },
    {
      from: 'target',
      segment: segmentOf({ seq: tcb.iss, ack: add(tcb.irs, 1), ctl: ['SYN', 'ACK'], ...options }),
    },
  ];
}
