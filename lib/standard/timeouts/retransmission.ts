import { add, sub } from '../../wire/seq.ts';
import { type CallRules, may, must, type Reactions } from '../calls/reaction.ts';
import { largestSegment, synInFlight, unacknowledged } from '../queues.ts';
import { formed, syn, synAck } from '../segments.ts';
import type { Control, Segment, Tcb } from '../tcb.ts';

/** The segment at the front of the retransmission queue, as it was or repacketized, with the current acknowledgment. */
export function* sentAgain(tcb: Tcb, rules: CallRules): Reactions {
  const step = (what: string): string => rules.step(tcb, what);
  const [front, ...others] = unacknowledged(tcb);
  if (synInFlight(tcb)) return yield* synAgain(tcb, front, rules);
  if (front === undefined) return yield* must(step('the queue is empty'), tcb);
  yield* must(step('the front of the queue'), tcb, { sent: [refreshed(tcb, front)] });
  // By figure 13 and section 3.7 every segment has the current acknowledgment. Identical retransmissions are mentioned too.
  yield* may(`${rules.by('3.8.1', '4.2.2.15')}: it may be identical`, tcb, { sent: [front] });
  const full = largestSegment(tcb);
  const room = front.seq === tcb.sndUna && tcb.sndWnd > 0 ? tcb.sndWnd : full;
  for (const most of new Set([full, Math.min(room, full)])) {
    const packed = repacked(tcb, [front, ...others], most);
    yield* must('RFC 793 3.7: the queue may be repacketized', tcb, { sent: [packed] });
  }
}

/** The state gives the form of the SYN. In a simultaneous open it may also be the first form, without ACK. Its text may follow. */
function* synAgain(tcb: Tcb, text: Segment | undefined, rules: CallRules): Reactions {
  const forms = tcb.state === 'SYN-SENT' ? [syn(tcb)] : [synAck(tcb)];
  if (tcb.origin === 'active') forms.push(syn(tcb));
  for (const form of forms) {
    yield* must(rules.step(tcb, 'the SYN'), tcb, { sent: [form] });
    if (text === undefined || text.data === 0) continue;
    const ctl = new Set<Control>([...form.ctl, ...(text.ctl.has('PSH') ? (['PSH'] as const) : [])]);
    const whole = { ...form, data: text.data, ctl };
    yield* must(rules.step(tcb, 'the SYN with its text'), tcb, { sent: [whole] });
  }
}

/** The same octets and controls, with the current header fields. */
const refreshed = (tcb: Tcb, { seq, data, ctl }: Segment): Segment =>
  formed(tcb, { seq, data, controls: kept(ctl) });

const kept = (ctl: Segment['ctl']): Control[] =>
  (['PSH', 'FIN'] as const).filter((control) => ctl.has(control));

/** One unacknowledged segment from SND.UNA on, with at most so many octets of text. */
function repacked(tcb: Tcb, queue: readonly Segment[], most: number): Segment {
  const controls = new Set<Control>();
  let end = tcb.sndUna;
  for (const { seq, data, ctl } of queue) {
    const taken = Math.min(sub(add(seq, data), tcb.sndUna), most);
    end = add(tcb.sndUna, taken);
    if (taken < sub(add(seq, data), tcb.sndUna)) break;
    for (const control of kept(ctl)) controls.add(control);
  }
  return formed(tcb, { seq: tcb.sndUna, data: sub(end, tcb.sndUna), controls: [...controls] });
}
