import { expect } from 'chai';
import { type Level, PROFILES, type Profile } from '../../lib/standard/profile.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Queues, Segment, Tcb } from '../../lib/standard/tcb.ts';
import type { Reaction } from '../../lib/standard/user-calls.ts';
import { add } from '../../lib/wire/seq.ts';
import { tcbIn } from './arrivals.ts';

/** With octets of text that were received and not read; the peer's FIN, in states that follow it, lies behind them. */
export const withUnread = (state: State, octets: number, queues: Partial<Queues> = {}): Tcb => {
  const fin = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state) ? 1 : 0;
  return tcbIn(state, { rcvNxt: 301 + octets + fin }, { unread: octets, rcvUser: 301, ...queues });
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

/** For all profiles, or by profile. A profile that is absent is like the one before it. */
export type Expected =
  | readonly string[]
  | ({ rfc793: readonly string[] } & Partial<Record<Profile, readonly string[]>>);

/** A test for each profile: the reactions, as texts, are those that are expected. */
export function itReacts(
  what: string,
  reactionsUnder: (profile: Profile) => readonly Reaction[],
  expected: Expected,
): void {
  const by: Partial<Record<Profile, readonly string[]>> =
    'rfc793' in expected ? expected : { rfc793: expected as readonly string[] };
  let outcomes: readonly string[] = [];
  for (const profile of PROFILES) {
    outcomes = by[profile] ?? outcomes;
    const anticipated = outcomes;
    it(`${what} (${profile})`, () => {
      expect(reactionTexts(reactionsUnder(profile))).to.have.members([...anticipated]);
    });
  }
}

/** The same segment of the TCB's own where the numbers of both sides start elsewhere. */
export const movedSegment = (segment: Segment, ours: number, theirs: number): Segment => ({
  ...segment,
  seq: add(segment.seq, ours),
  ack: segment.ctl.has('ACK') ? add(segment.ack, theirs) : 0,
});

/** The same TCB where the numbers of both sides start elsewhere. */
export function moved(tcb: Tcb, ours: number, theirs: number): Tcb {
  const { urgent, former } = tcb;
  // An active OPEN has received nothing.
  const known = tcb.rcvNxt === 0 && tcb.irs === 0 ? 0 : theirs;
  return {
    ...tcb,
    ...(urgent ? { urgent: { pointer: add(urgent.pointer, ours), end: add(urgent.end, ours) } } : {}),
    ...(former ? { former: moved(former, ours, theirs) } : {}),
    ...{ iss: add(tcb.iss, ours), sndUna: add(tcb.sndUna, ours), sndNxt: add(tcb.sndNxt, ours) },
    ...{ sndWl2: add(tcb.sndWl2, ours), sndWl1: add(tcb.sndWl1, theirs) },
    ...{ irs: add(tcb.irs, known), rcvNxt: add(tcb.rcvNxt, known), rcvUp: add(tcb.rcvUp, known) },
    rcvUser: add(tcb.rcvUser, known),
    sent: tcb.sent.map((segment) => movedSegment(segment, ours, known)),
    ahead: tcb.ahead.map((text) => ({ ...text, seq: add(text.seq, theirs) })),
  };
}
