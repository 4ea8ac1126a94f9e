import type { Level } from '../../lib/standard/profile.ts';
import { type Queues, type TcbWithQueues, withQueues } from '../../lib/standard/queues.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import type { Reaction } from '../../lib/standard/user-calls.ts';
import { tcbIn } from './arrivals.ts';

/** The TCB of `tcbIn`, with queues: nothing waits unless it is given. */
export const whole = (state: State, tcb: Partial<Tcb> = {}, queues: Partial<Queues> = {}): TcbWithQueues =>
  withQueues(tcbIn(state, tcb), queues);

/** With octets of text that were received and not read; the peer's FIN, in states that follow it, lies behind them. */
export const withUnread = (state: State, octets: number, queues: Partial<Queues> = {}): TcbWithQueues => {
  const fin = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state) ? 1 : 0;
  return whole(state, { rcvNxt: 301 + octets + fin }, { read: 0, pushed: 0, ...queues });
};

export const segmentText = ({ seq, ack, ctl, data, urg }: Segment): string =>
  [
    `<SEQ=${seq}>`,
    ctl.has('ACK') ? `<ACK=${ack}>` : '',
    ctl.has('URG') ? `<URG=${urg}>` : '',
    data > 0 ? `<DATA=${data}>` : '',
    `<CTL=${[...ctl].sort().join(',')}>`,
  ].join('');

const toldText = (told: Reaction['told'][number]): string =>
  `${told.to}: ${told.says === 'state' ? `state = ${told.state}` : told.says}`;

const WORD: Readonly<Record<Level, string>> = { required: 'must', recommended: 'should', permitted: 'may' };

/** A reaction as text: `must <SEQ=...>... STATE, waits, SENDs: closing`. Only what differs from the ordinary is named. */
export function reactionText({ level, sent, tcb, delivered, told }: Reaction): string {
  const segments = sent.length === 0 ? 'silence' : sent.map(segmentText).join(' ');
  const facts = [
    ...delivered.map(
      ({ seq, octets, push, urgent }) =>
        `gives ${octets} from ${seq}${push ? ' PUSH' : ''}${urgent ? ' URGENT' : ''}`,
    ),
    ...told.map(toldText),
    ...(tcb.userGone ? ['user gone'] : []),
    ...(tcb.closing ? ['CLOSE waits'] : []),
    ...(tcb.sends.length > 0 ? [`SEND ${tcb.sends.map(({ octets }) => octets).join('+')} waits`] : []),
    ...(tcb.receives.length > 0 ? [`RECEIVE ${tcb.receives.join('+')} waits`] : []),
  ];
  return [`${WORD[level]} ${segments} ${tcb.state}`, ...facts].join(', ');
}

export const reactionTexts = (reactions: readonly Reaction[]): string[] => reactions.map(reactionText);
