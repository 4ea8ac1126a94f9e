import { lt, sub } from '../../wire/seq.ts';
import { emptyAck, synAck } from '../arrives/replies.ts';
import type { TcbWithQueues } from '../queues.ts';
import type { Control, Segment } from '../tcb.ts';

const LARGEST_URGENT_FIELD = 2 ** 16 - 1;

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> with additions. Text before the end of urgent text has URG. */
export const formed = (
  tcb: TcbWithQueues,
  { seq = tcb.sndNxt, data = 0, controls = [] }: { seq?: number; data?: number; controls?: Control[] },
): Segment => {
  const { urgent } = tcb;
  const isUrgent = urgent !== undefined && data > 0 && lt(seq, urgent.end);
  return {
    ...emptyAck(tcb),
    ...{ seq, data, ctl: new Set<Control>([...controls, 'ACK', ...(isUrgent ? (['URG'] as const) : [])]) },
    urg: isUrgent ? Math.min(sub(urgent.pointer, seq), LARGEST_URGENT_FIELD) : 0,
  };
};

/** <SEQ=ISS><CTL=SYN>. */
export const syn = (tcb: TcbWithQueues): Segment => ({
  ...synAck(tcb),
  ...{ ack: 0, ctl: new Set<Control>(['SYN']) },
});

/** <SEQ=SND.NXT><CTL=RST>, the reset of an ABORT, and the same with an ACK. */
export const resets = (tcb: TcbWithQueues): readonly [plain: Segment, withAck: Segment] => [
  { ...emptyAck(tcb), ...{ ack: 0, ctl: new Set<Control>(['RST']) } },
  { ...emptyAck(tcb), ctl: new Set<Control>(['RST', 'ACK']) },
];
