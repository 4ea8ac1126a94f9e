import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { deleted } from '../../lib/standard/arrives/arrival.ts';
import { inFlight, queued } from '../../lib/standard/queues.ts';
import { formed } from '../../lib/standard/segments.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import type { Reaction } from '../../lib/standard/user-calls.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  all,
  caughtBy,
  faulty,
  has,
  hasText,
  inReceivingState,
  inState,
  isEmptyAck,
  leaving,
  type Mutant,
  synchronized,
  unseen,
  without,
} from './tools.ts';

const behaving = (name: string, what: string, behaviour: Behaviour): Mutant => ({
  ...{ name, what, base: 'rfc9293', behaviour },
});

const SHOULD = 'what it leaves out is a SHOULD, or only recommended: the verdict is `permitted`';

/** How often the closed window of each connection was probed. */
function givesUpAfter(probes: number): NonNullable<Behaviour['expire']> {
  const sent = new Map<number, number>();
  return (tcb, timer, next) => {
    if (timer.name !== 'zero window') return next(tcb, timer);
    const before = sent.get(tcb.iss) ?? 0;
    sent.set(tcb.iss, before + 1);
    return before < probes ? next(tcb, timer) : { ...next(tcb, timer), sent: [], tcb: deleted(tcb) };
  };
}

/** Nothing goes out, and the TCB is this one. */
const unsent = (reaction: Reaction, tcb: Tcb): Reaction => ({ ...reaction, sent: [], tcb });

const withUrg =
  (urg: (octets: number) => number): NonNullable<Behaviour['outgoing']> =>
  (segment) =>
    segment.ctl.has('URG') ? { ...segment, urg: urg(segment.data) } : segment;

/** What the user asks of its text and of the header, what it is told, and how windows are used and offered. */
export const USERS: readonly Mutant[] = [
  caughtBy(
    'ladder.urgent.sent-established',
    behaving('urgent-pointer-at-last-octet', 'the urgent pointer names the last urgent octet', {
      outgoing: withUrg((octets) => octets - 1),
    }),
  ),
  caughtBy(
    'ladder.urgent.sent-close-wait',
    behaving('urgent-not-marked', 'urgent text goes out without URG', {
      outgoing: (segment) => (segment.ctl.has('URG') ? { ...without(segment, 'URG'), urg: 0 } : segment),
    }),
  ),
  caughtBy(
    'ladder.told.urgent-established',
    faulty('urgent-not-told', 'the user is not told of urgent text', has('URG'), (tcb, segment, next) => ({
      ...next(tcb, segment),
      told: [],
    })),
  ),
  caughtBy(
    'ladder.told.not-urgent-established',
    faulty(
      'any-pointer-is-urgent',
      'an urgent pointer counts without URG',
      (_tcb, { urg }) => urg > 0,
      (tcb, segment, next) => ({ ...next(tcb, segment), told: [{ to: 'user', says: 'urgent data' }] }),
    ),
  ),
  caughtBy(
    'ladder.told.reset-established',
    faulty(
      'reset-told-as-close',
      'the user is told that the peer has closed when it has reset',
      all(synchronized, has('RST')),
      (tcb, segment, next) => {
        const arrival = next(tcb, segment);
        return arrival.told ? { ...arrival, told: [{ to: 'user', says: 'connection closing' }] } : arrival;
      },
    ),
  ),
  caughtBy(
    'ladder.told.closed-fin-wait-2',
    faulty('close-not-told', 'the user is not told of the FIN', has('FIN'), (tcb, segment, next) => ({
      ...next(tcb, segment),
      told: [],
    })),
  ),
  caughtBy(
    'ladder.push.sent-established',
    behaving('push-not-set', 'text goes out without PSH', {
      outgoing: (segment) => (segment.data > 0 ? without(segment, 'PSH') : segment),
    }),
  ),
  unseen(
    behaving('pushes-not-collapsed', 'each SEND goes out in a segment of its own', {
      serve: (tcb, next) => {
        const reaction = next(tcb);
        const [first, ...others] = reaction.sent;
        const octets = tcb.sends[0]?.octets ?? 0;
        if (!first || octets === 0 || octets >= first.data) return reaction;
        const rest = { seq: add(first.seq, octets), data: first.data - octets, controls: ['PSH' as const] };
        return { ...reaction, sent: [{ ...first, data: octets }, formed(tcb, rest), ...others] };
      },
    }),
    SHOULD,
  ),
  caughtBy(
    'ladder.segment-sizes.nagle-off',
    behaving('nagle-always', 'Nagle cannot be turned off', {
      call: (tcb, call, next) =>
        next(call.name === 'SEND' && tcb.state === 'ESTABLISHED' ? { ...tcb, nagle: true } : tcb, call),
    }),
  ),
  caughtBy(
    'ladder.window.made-smaller',
    faulty(
      'window-not-made-smaller',
      'of two windows with the same numbers the larger counts, unless the newer is closed',
      synchronized,
      leaving((after, { sndWnd, sndWl1, sndWl2 }, { seq, ack, wnd }) =>
        wnd > 0 && wnd < sndWnd && seq === sndWl1 && ack === sndWl2 ? { ...after, sndWnd } : after,
      ),
    ),
  ),
  caughtBy(
    'ladder.segment-sizes.text-while-text-waits',
    behaving('ack-waits-with-text', 'while a small segment waits for Nagle, no ACK goes out', {
      call: (tcb, call, next) =>
        next(call.name === 'SEND' && tcb.state === 'ESTABLISHED' ? { ...tcb, nagle: true } : tcb, call),
      arrive: (tcb, segment, next) => {
        const arrival = next(tcb, segment);
        const waits = queued(arrival.tcb) > 0 && inFlight(arrival.tcb) > 0;
        return waits && arrival.reply !== 'silence' && isEmptyAck(arrival.reply)
          ? { ...arrival, reply: 'silence' }
          : arrival;
      },
    }),
  ),
  caughtBy(
    'ladder.header-of-user.diffserv',
    behaving('diffserv-ignored', "the user's Diffserv field is not used", {
      header: ({ diffserv: _, ...chosen }) => chosen,
    }),
  ),
  caughtBy(
    'ladder.header-of-user.diffserv',
    behaving('diffserv-changed', "half of the user's Diffserv field is sent", {
      header: (chosen) => (chosen.diffserv ? { ...chosen, diffserv: chosen.diffserv >>> 1 } : chosen),
    }),
  ),
  caughtBy(
    'ladder.header-of-user.ttl',
    behaving('ttl-fixed', 'the time to live is always 64', { header: ({ ttl: _, ...chosen }) => chosen }),
  ),

  caughtBy(
    'ladder.window.probed-on',
    behaving('gives-up-probing', 'a connection whose closed window was probed once is given up', {
      expire: givesUpAfter(1),
    }),
  ),
  unseen(
    behaving('probed-at-once', 'a closed window is probed without a wait', {
      call: (tcb, call, next) => {
        if (call.name !== 'SEND' || tcb.sndWnd > 0 || tcb.sent.length > 0) return next(tcb, call);
        const { tcb: after, ...reaction } = next({ ...tcb, sndWnd: 1, maxSndWnd: 1 }, call);
        return { ...reaction, tcb: { ...after, sndWnd: 0, maxSndWnd: tcb.maxSndWnd } };
      },
    }),
    SHOULD,
  ),
  caughtBy(
    'ladder.window.shrunk-to-zero',
    behaving('shrunk-window-not-probed', 'a window that was shrunk to zero is not probed', {
      expire: (tcb, timer, next) =>
        timer.name === 'zero window' && tcb.sndNxt !== tcb.sndUna
          ? { ...next(tcb, timer), sent: [], tcb }
          : next(tcb, timer),
    }),
  ),
  caughtBy(
    'ladder.window.shrunk-sent-again',
    behaving(
      'beyond-window-not-again',
      'what lies partly beyond a window that was shrunk is not sent again',
      {
        expire: (tcb, timer, next) =>
          timer.name === 'retransmission' && tcb.sndNxt - tcb.sndUna > tcb.sndWnd
            ? { ...next(tcb, timer), sent: [], tcb }
            : next(tcb, timer),
      },
    ),
  ),
  unseen(
    behaving('silly-window-sent', 'whatever fits a small window is sent at once', {
      call: (tcb, call, next) => next(call.name === 'SEND' ? { ...tcb, maxSndWnd: tcb.sndWnd } : tcb, call),
    }),
    SHOULD,
  ),
  unseen(
    faulty(
      'silly-window-offered',
      'each octet that the user takes is offered again at once',
      all(inReceivingState, hasText),
      leaving((after) => ({ ...after, rcvWnd: after.rcvBuff })),
    ),
    SHOULD,
  ),
  unseen(
    faulty(
      'window-shrunk',
      'the window that is offered shrinks by more than the text that has come',
      all(inState('ESTABLISHED'), hasText),
      leaving((after, { rcvWnd }, { data }) => ({ ...after, rcvWnd: Math.max(0, rcvWnd - 3 * data) })),
    ),
    SHOULD,
  ),
  ...(
    [
      ['fin-lost-behind-text', 'ladder.close.text-in-flight', 'ESTABLISHED'],
      ['last-fin-lost-behind-text', 'ladder.close.text-in-flight-in-close-wait', 'CLOSE-WAIT'],
    ] as const
  ).map(([name, id, state]) =>
    caughtBy(
      id,
      behaving(name, `a CLOSE in ${state} with text in flight sends no FIN, ever`, {
        call: (tcb, call, next) => {
          const reaction = next(tcb, call);
          if (call.name !== 'CLOSE' || tcb.state !== state || tcb.sent.length === 0) return reaction;
          return unsent(reaction, { ...tcb, state: reaction.tcb.state });
        },
      }),
    ),
  ),
  caughtBy(
    'ladder.segment-sizes.small-text-fills-segment',
    behaving('several-sends-wait-for-good', 'text of more than one SEND that has to wait never goes out', {
      call: (tcb, call, next) => {
        const sends = call.name === 'SEND' ? [...tcb.sends, { octets: call.octets, push: true }] : tcb.sends;
        const waits = sends.length > 1 || (call.name === 'SEND' && tcb.sent.length > 0);
        return waits ? unsent(next(tcb, call), { ...tcb, sends }) : next(tcb, call);
      },
      serve: (tcb, next) => (tcb.sends.length > 1 ? unsent(next(tcb), tcb) : next(tcb)),
      expire: (tcb, timer, next) =>
        timer.name === 'override' ? unsent(next(tcb, timer), tcb) : next(tcb, timer),
    }),
  ),
];
