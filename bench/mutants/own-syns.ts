import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import type { Control } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  always,
  caughtBy,
  faulty,
  has,
  isEmptyAck,
  isSynAck,
  type Mutant,
  replying,
  unseen,
  withBits,
} from './tools.ts';

const behaving = (name: string, what: string, behaviour: Behaviour, family?: 4): Mutant => ({
  ...{ name, what, base: 'rfc9293', behaviour },
  ...(family ? { family } : {}),
});

const withOptions = (mutant: Mutant, options: NonNullable<Behaviour['options']>): Mutant => ({
  ...mutant,
  behaviour: { ...mutant.behaviour, options },
});

const SHOULD = 'it is a SHOULD: the verdict is `permitted`';
/** Of no network that the lab has a route to: nothing comes back of what the tester's kernel makes of it. */
const ELSEWHERE = '198.51.100.9';
const BEYOND_IP = 65_530;
const SCALE = 7;

/** What a TCP's own SYNs say of it; from where its segments come, and how many there are. */
export const OWN_SYNS: readonly Mutant[] = [
  ...(
    [
      ['mss-beyond-ip-in-syn', 'syn', 'SYN', false],
      ['mss-beyond-ip-in-syn-ack', 'syn-ack', 'SYN,ACK', true],
    ] as const
  ).map(([name, id, what, answers]) =>
    caughtBy(
      `ladder.mss.${id}`,
      behaving(name, `the MSS option of a ${what} is more than IP can deliver`, {
        options: (right, { ctl }) =>
          right.mss !== undefined && ctl.has('ACK') === answers ? { ...right, mss: BEYOND_IP } : right,
      }),
    ),
  ),
  caughtBy(
    'ladder.window.not-scaled-simultaneous',
    withOptions(
      faulty(
        'window-scaled-unasked',
        'where SYNs cross its window is scaled, whatever the peer offers',
        ({ state, origin }) => state === 'SYN-RECEIVED' && origin === 'active',
        (tcb, segment, next) => {
          const reaction = next(tcb, segment);
          const { state, rcvWnd, rcvBuff } = reaction.tcb;
          if (state !== 'ESTABLISHED') return reaction;
          return {
            ...reaction,
            tcb: { ...reaction.tcb, rcvWnd: rcvWnd >>> SCALE, rcvBuff: rcvBuff >>> SCALE },
          };
        },
      ),
      (right, { ctl }) => (ctl.has('SYN') && !ctl.has('ACK') ? { ...right, wscale: SCALE } : right),
    ),
  ),
  unseen(
    behaving('mss-missing', 'SYNs have no MSS option', { options: ({ mss: _, ...others }) => others }),
    SHOULD,
  ),
  caughtBy(
    'ladder.mss.taken',
    faulty(
      'mss-not-taken',
      'text larger than 1400 octets is cut off, whatever the MSS option says',
      (_tcb, { data }) => data > 1400,
      (tcb, segment, next) => next(tcb, { ...segment, data: 1400 }),
    ),
  ),
  ...(
    [
      [
        'ecn-bits-reflected',
        'asked-for',
        'a SYN,ACK has the ECE and CWR of the SYN',
        has('ECE'),
        ['ECE', 'CWR'],
      ],
      ['ecn-uncalled-for', 'not-asked-for', 'every SYN,ACK has ECE', always, ['ECE']],
    ] as const
  ).map(([name, id, what, where, bits]) =>
    caughtBy(
      `ladder.ecn.${id}`,
      faulty(
        name,
        what,
        where,
        replying((reply) => (isSynAck(reply) ? withBits(reply, ...(bits as readonly Control[])) : reply)),
      ),
    ),
  ),
  unseen(
    behaving('iss-by-clock-alone', 'ISSs of all connections come from one clock', {
      iss: (nth) => add(1000, nth * 5000),
    }),
    SHOULD,
  ),
  unseen(
    behaving('iss-backwards', 'each ISS lies before the one before', {
      iss: (nth) => add(2 ** 31, -nth * 5000),
    }),
    SHOULD,
  ),
  caughtBy(
    'ladder.address.active',
    behaving(
      'syn-from-elsewhere',
      'a SYN has another source address',
      {
        header: (chosen, { ctl }) =>
          ctl.has('SYN') && !ctl.has('ACK') ? { ...chosen, source: ELSEWHERE } : chosen,
      },
      4,
    ),
  ),
  caughtBy(
    'ladder.address.passive',
    behaving(
      'address-changes',
      'text has another source address than the SYN',
      { header: (chosen, { data }) => (data > 0 ? { ...chosen, source: ELSEWHERE } : chosen) },
      4,
    ),
  ),
  caughtBy(
    'ladder.reassembly.order-54321',
    behaving(
      'acks-not-aggregated',
      'held text is acknowledged after what fills the gap, by an ACK of its own',
      {
        emit: (reply, { rcvNxt }, { seq, data }) => {
          const own = { ...reply, ack: add(seq, data) };
          const isFilling = isEmptyAck(reply) && data > 0 && seq === rcvNxt && own.ack !== reply.ack;
          return [...(isFilling ? [own] : []), reply].map((segment) => ({ segment, after: 0 }));
        },
      },
    ),
  ),
  caughtBy(
    'ladder.time-wait.lingers',
    behaving('time-wait-short', 'TIME-WAIT is over after half a second', { timers: { timeWait: 500 } }),
  ),
  caughtBy(
    'ladder.told.urgent-remains',
    behaving('urgent-left-not-told', 'the user cannot tell whether urgent text is left', {
      call: (tcb, call, next) => {
        const reaction = next(tcb, call);
        // The pointer stays ahead of what is read.
        return call.name === 'RECEIVE'
          ? { ...reaction, tcb: { ...reaction.tcb, rcvUp: add(reaction.tcb.rcvUser, 1) } }
          : reaction;
      },
    }),
  ),
  caughtBy(
    'ladder.pending.unaccepted',
    behaving(
      'unaccepted-swallowed',
      'a connection that nobody has accepted when its listener closes stays, and answers nothing any more',
      {
        call: (tcb, call, next) =>
          call.name === 'ABORT' && tcb.unread === 0
            ? { ...next(tcb, call), sent: [], tcb: { ...tcb, userGone: true } }
            : next(tcb, call),
        arrive: (tcb, segment, next) =>
          tcb.userGone && tcb.state === 'ESTABLISHED'
            ? { ...next(tcb, segment), reply: 'silence', tcb }
            : next(tcb, segment),
      },
    ),
  ),
  caughtBy(
    'ladder.open.again-established',
    behaving('opens-again', 'an OPEN of a connection that is there begins it anew', {
      call: (tcb, call, next) =>
        call.name === 'OPEN' && tcb.state !== 'CLOSED'
          ? next({ ...tcb, state: 'CLOSED' }, call)
          : next(tcb, call),
    }),
  ),
];
