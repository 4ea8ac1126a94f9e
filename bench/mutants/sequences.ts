import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { resets } from '../../lib/standard/segments.ts';
import { segLen, type Segment, type Tcb } from '../../lib/standard/tcb.ts';
import type { Reaction } from '../../lib/standard/user-calls.ts';
import { add, gt, leq, lt } from '../../lib/wire/seq.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import {
  afterRcvNxt,
  all,
  atRcvNxt,
  type Fault,
  faulty,
  has,
  hasText,
  inReceivingState,
  inState,
  lacks,
  leaving,
  type Mutant,
  not,
  replying,
  synchronized,
  synchronizedAck,
  taken,
  type Test,
} from './tools.ts';

const caught = (which: string, mutant: Mutant): Mutant => ({ ...mutant, caughtBy: `ladder.${which}` });

const acknowledgesNew: Test = (tcb, { ctl, ack }) =>
  ctl.has('ACK') && gt(ack, tcb.sndUna) && leq(ack, tcb.sndNxt);
const outside: Test = all(synchronized, not(acceptable));

/** SND.UNA stays, and what is in flight is sent again. */
const unacknowledged: Fault = leaving((after, { sndUna, sent }) => ({ ...after, sndUna, sent }));
/** What the segment acknowledges is acknowledged, whatever becomes of the segment. */
const acknowledged: Fault = leaving((after, _, { ack }) => ({
  ...after,
  sndUna: ack,
  sent: after.sent.filter((one) => gt(add(one.seq, segLen(one)), ack)),
}));
const windowTaken: Fault = leaving((after, _, { wnd, seq, ack }) => ({
  ...after,
  ...{ sndWnd: wnd, sndWl1: seq, sndWl2: ack },
}));
const windowLeft: Fault = leaving((after, { sndWnd, sndWl1, sndWl2 }) => ({
  ...after,
  ...{ sndWnd, sndWl1, sndWl2 },
}));

const calling = (name: string, what: string, call: NonNullable<Behaviour['call']>): Mutant => ({
  ...{ name, what, base: 'rfc9293', behaviour: { call } },
});
/** What ABORT sends is another thing. */
const aborting = (
  name: string,
  what: string,
  sends: (tcb: Tcb, sent: readonly Segment[]) => readonly Segment[],
) =>
  calling(name, what, (tcb, call, next): Reaction => {
    const reaction = next(tcb, call);
    return call.name === 'ABORT' ? { ...reaction, sent: sends(tcb, reaction.sent) } : reaction;
  });

/** Faults that show in what comes after: what is sent again, what waits, what is delivered. */
export const SEQUENCES: readonly Mutant[] = [
  caught(
    'ack-counts.fin',
    faulty(
      'ack-of-fin-not-counted',
      'a FIN acknowledges nothing',
      all(synchronizedAck, has('FIN'), acknowledgesNew),
      unacknowledged,
    ),
  ),
  caught(
    'ack-counts.text',
    faulty(
      'ack-of-text-not-counted',
      'text acknowledges nothing',
      all(synchronizedAck, hasText, lacks('FIN', 'URG')),
      unacknowledged,
    ),
  ),
  caught(
    'ack-counts.urgent',
    faulty(
      'ack-of-urgent-not-counted',
      'urgent text acknowledges nothing',
      all(synchronizedAck, has('URG')),
      unacknowledged,
    ),
  ),
  caught(
    'ack-counts.before-window',
    faulty(
      'ack-of-dropped-counted',
      'what lies outside the window acknowledges',
      all(outside, acknowledgesNew, lacks('RST')),
      acknowledged,
    ),
  ),
  caught(
    'ack-counts.rst-before-window',
    faulty(
      'ack-of-reset-counted',
      'a reset that is ignored acknowledges',
      all(outside, acknowledgesNew, has('RST')),
      acknowledged,
    ),
  ),
  caught(
    'ack-counts.without-ack-bit',
    faulty(
      'ack-without-bit-counted',
      'an ACK field without the ACK bit acknowledges',
      all(
        synchronized,
        lacks('ACK', 'RST', 'SYN'),
        (tcb, { ack }) => gt(ack, tcb.sndUna) && leq(ack, tcb.sndNxt),
      ),
      acknowledged,
    ),
  ),

  caught(
    'window.closed',
    faulty(
      'window-of-duplicate-not-taken',
      'a duplicate ACK closes no window',
      all(synchronizedAck, ({ sndUna, sndWnd }, { ack, wnd }) => ack === sndUna && wnd < sndWnd),
      windowLeft,
    ),
  ),
  caught(
    'window.opened-before-send',
    faulty(
      'window-update-not-taken',
      'an ACK that only opens the window is ignored',
      all(synchronizedAck, ({ sndUna, sndWnd }, { ack, wnd }) => ack === sndUna && wnd > sndWnd),
      windowLeft,
    ),
  ),
  caught(
    'window.old-ack',
    faulty(
      'window-of-old-ack-taken',
      'an old ACK moves the window',
      all(synchronizedAck, ({ sndUna }, { ack }) => lt(ack, sndUna)),
      windowTaken,
    ),
  ),
  caught(
    'window.outside',
    faulty(
      'window-of-dropped-taken',
      'what lies outside the window moves it',
      all(outside, has('ACK'), lacks('RST')),
      windowTaken,
    ),
  ),
  caught(
    'window.ack-beyond-snd-nxt',
    faulty(
      'window-of-ack-beyond-taken',
      'an ACK of what was never sent moves the window',
      all(synchronizedAck, ({ sndNxt }, { ack }) => gt(ack, sndNxt)),
      windowTaken,
    ),
  ),
  caught(
    'window.unsigned',
    faulty(
      'send-window-signed',
      'a window above 32767 is a negative number',
      has('ACK'),
      taken((segment) => (segment.wnd > 32_767 ? { ...segment, wnd: segment.wnd - 65_536 } : segment)),
    ),
  ),
  caught('window.closed-by-ack-of-text', {
    ...calling('window-overrun', 'text goes out whatever the window is', (tcb, call, next) => {
      const { sndWnd } = tcb;
      const reaction = next(call.name === 'SEND' ? { ...tcb, sndWnd: 65_535 } : tcb, call);
      return call.name === 'SEND' ? { ...reaction, tcb: { ...reaction.tcb, sndWnd } } : reaction;
    }),
  }),
  caught('window.probed', {
    name: 'window-never-probed',
    what: 'a closed window is not probed',
    base: 'rfc9293',
    behaviour: {
      expire: (tcb, timer, next) =>
        timer.name === 'zero window' ? { ...next(tcb, timer), sent: [], tcb } : next(tcb, timer),
    },
  }),

  caught(
    'reassembly.overlap-left',
    faulty(
      'overlap-delivered-twice',
      'what overlaps held text is delivered with it',
      all(inReceivingState, synchronizedAck, hasText, atRcvNxt, ({ ahead }) => ahead.length > 0),
      leaving((after, { rcvNxt, ahead }, { data }) => {
        const [held] = ahead;
        const twice = held && lt(held.seq, add(rcvNxt, data)) ? 5 : 0;
        return { ...after, unread: after.unread + twice };
      }),
    ),
  ),
  caught(
    'reassembly.fin-beyond-gap',
    faulty(
      'fin-beyond-gap-taken-early',
      'a FIN beyond a gap is taken with the first text',
      all(inState('ESTABLISHED'), synchronizedAck, hasText, atRcvNxt, ({ ahead }) =>
        ahead.some(({ ctl }) => ctl.has('FIN')),
      ),
      leaving((after) => ({ ...after, state: 'CLOSE-WAIT', ahead: [] })),
    ),
  ),
  caught(
    'reassembly.gap-filled',
    faulty(
      'held-text-not-delivered',
      'text that was held is acknowledged and not delivered',
      all(inReceivingState, synchronizedAck, atRcvNxt, ({ ahead }) => ahead.length > 0),
      leaving((after, before, { data }) => ({
        ...after,
        unread: Math.min(after.unread, before.unread + data),
      })),
    ),
  ),
  caught('reassembly.gap-filled', {
    name: 'held-text-given-first',
    what: 'the user is given text that was held before the text that fills the gap',
    base: 'rfc9293',
    behaviour: { hands: (text) => (text.length > 10 ? [...text.slice(10), ...text.slice(0, 10)] : text) },
  }),
  caught(
    'reassembly.overlap-two-gaps',
    faulty(
      'second-gap-overlooked',
      'all that is held is taken when the first gap is filled',
      all(inReceivingState, synchronizedAck, hasText, atRcvNxt, ({ ahead }) => ahead.length > 1),
      (tcb, segment, next) => {
        const arrival = next(tcb, segment);
        const [left] = arrival.tcb.ahead;
        if (!left || arrival.reply === 'silence') return arrival;
        const rcvNxt = add(left.seq, left.data);
        return {
          ...arrival,
          tcb: { ...arrival.tcb, rcvNxt, ahead: [] },
          reply: { ...arrival.reply, ack: rcvNxt },
        };
      },
    ),
  ),
  caught(
    'reassembly.order-23451',
    faulty(
      'gap-acknowledged',
      'text beyond a gap is acknowledged as if there were none',
      all(inReceivingState, synchronizedAck, hasText, afterRcvNxt, ({ ahead }) => ahead.length > 2),
      replying((reply, _, segment) => ({ ...reply, ack: add(segment.seq, segLen(segment)) })),
    ),
  ),

  caught(
    'abort.established-text-in-flight',
    aborting('abort-at-snd-una', 'the reset of ABORT has SEQ=SND.UNA', ({ sndUna }, sent) =>
      sent.map((one) => ({ ...one, seq: sndUna })),
    ),
  ),
  caught(
    'abort.fin-wait-2',
    aborting('abort-silent', 'ABORT sends nothing', () => []),
  ),
  caught(
    'abort.closing',
    aborting('abort-in-closing-resets', 'ABORT sends a reset in CLOSING', (tcb, sent) =>
      tcb.state === 'CLOSING' ? [resets(tcb)[0]] : sent,
    ),
  ),
  caught(
    'abort.syn-sent',
    aborting('abort-in-syn-sent-resets', 'ABORT sends a reset in SYN-SENT', (tcb, sent) =>
      tcb.state === 'SYN-SENT' ? [resets(tcb)[0]] : sent,
    ),
  ),
  caught(
    'close.twice-established',
    calling('closes-again', 'a second CLOSE sends a second FIN', (tcb, call, next) => {
      const reaction = next(tcb, call);
      if (call.name !== 'CLOSE' || tcb.state !== 'FIN-WAIT-1') return reaction;
      const [fin] = next({ ...tcb, state: 'ESTABLISHED' }, call).sent;
      return fin ? { ...reaction, sent: [fin] } : reaction;
    }),
  ),
];
