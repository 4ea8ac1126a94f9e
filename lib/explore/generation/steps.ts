import type { Place, UserCall } from '../../catalogue/scenario.ts';
import { evaluateSegment, parseSegment, type SegmentNotation } from '../../notation/index.ts';
import { STRENGTH } from '../../standard/profile.ts';
import { segmentArrives } from '../../standard/segment-arrives.ts';
import { SYNCHRONIZED } from '../../standard/state.ts';
import type { Tcb } from '../../standard/tcb.ts';
import { type Call, userCalls } from '../../standard/user-calls.ts';
import { tcbVariables } from '../../standard/variables.ts';
import { TESTER_WINDOW } from '../../states/index.ts';
import { codesOf, ICMP_ERROR_NAMES, type IcmpErrorName } from '../../wire/icmp.ts';
import { type Pair, pairOfCall, pairOfIcmp, pairOfSegment } from '../coverage.ts';
import { arriving } from '../model.ts';
import type { SequenceStep } from '../sequence.ts';
import type { Choice } from './choice.ts';
import { ordinary, segment } from './segments.ts';

/** A step, and what it makes of a TCP that does what is asked for most. */
export interface Simulated {
  readonly step: SequenceStep;
  readonly pair: Pair;
  readonly after: () => Tcb;
}

export function simulated(
  choice: Choice,
  place: Place,
  tcb: Tcb,
  family: 4 | 6,
  met: Pair | undefined,
): Simulated {
  const canCall = SYNCHRONIZED.includes(tcb.state) || tcb.state === 'SYN-SENT' || tcb.origin === 'active';
  if (canCall && choice.percent(22)) {
    const user = call(choice);
    return { step: { user }, pair: pairOfCall(tcb, user), after: () => afterCall(tcb, user) };
  }
  if (choice.percent(3)) {
    const otherPort = choice.weighted([
      [4, undefined],
      [1, 'target'],
      [1, 'tester'],
    ] as const);
    const about = { icmp: choice.of(ICMP[family]), about: choice.of(ABOUT) };
    const step = otherPort ? { ...about, otherPort } : about;
    return { step, pair: pairOfIcmp(tcb, step), after: () => tcb };
  }
  if (choice.percent(1)) {
    // What comes late comes after something.
    const pair = { state: tcb.state, step: 'wait', kind: `after ${met?.step ?? 'nothing'}` };
    return { step: { wait: choice.of([20, 60, 250]) }, pair, after: () => tcb };
  }
  const notation = choice.percent(40)
    ? ordinary(choice, tcb)
    : segment(choice, tcb.timestamps && SYNCHRONIZED.includes(tcb.state));
  return arrivalOf(notation, choice, place, tcb);
}

export function arrivalOf(notation: SegmentNotation, choice: Choice, place: Place, tcb: Tcb): Simulated {
  const concrete = evaluateSegment(notation, tcbVariables(tcb), () => choice.below(2 ** 32));
  const arrived = arriving(concrete, place, TESTER_WINDOW);
  const after = (): Tcb => strongest(segmentArrives(tcb, arrived, 'rfc9293')).tcb;
  return { step: { send: [notation] as const }, pair: pairOfSegment(tcb, arrived), after };
}

const strongest = <T extends { readonly level: keyof typeof STRENGTH }>(all: readonly T[]): T =>
  all.reduce((best, one) => (STRENGTH[one.level] > STRENGTH[best.level] ? one : best));

export function afterCall(tcb: Tcb, user: UserCall): Tcb {
  const calls: Partial<Record<UserCall['call'], Call>> = {
    CLOSE: { name: 'CLOSE', goesOn: true },
    'CLOSE BOTH WAYS': { name: 'CLOSE', goesOn: false },
    ABORT: { name: 'ABORT' },
    ...('octets' in user ? { SEND: { name: 'SEND', octets: user.octets } } : {}),
  };
  const made = calls[user.call];
  return made ? strongest(userCalls(tcb, made, 'rfc9293')).tcb : tcb;
}

/** Values that no user has who does not ask for them. */
export const choiceOfHeader = (choice: Choice, call: 'TTL' | 'DIFFSERV'): UserCall => ({
  call,
  value: choice.of(call === 'TTL' ? [33, 77, 200] : [9, 32, 46]),
});

function call(choice: Choice): UserCall {
  const name = choice.weighted([
    [30, 'SEND'],
    [14, 'CLOSE'],
    [3, 'CLOSE BOTH WAYS'],
    [3, 'ABORT'],
    [5, 'STOP RECEIVING'],
    [5, 'RECEIVE'],
    [3, 'TTL'],
    [3, 'DIFFSERV'],
    [2, 'NAGLE OFF'],
  ] as const);
  if (name === 'TTL' || name === 'DIFFSERV') return choiceOfHeader(choice, name);
  if (name !== 'SEND') return { call: name };
  const octets = choice.of([1, 10, 10, 100, 1000, 3000]);
  const isUrgent = choice.percent(8) && octets <= MOST_URGENT;
  return { call: 'SEND', octets, ...(isUrgent ? { mark: 'URGENT' as const } : {}) };
}

/** Of longer text a program that uses sockets marks only the end: the upper tester sends that by a call of its own. */
const MOST_URGENT = 512;

const ICMP = { 4: icmpErrorsOver(4), 6: icmpErrorsOver(6) } as const;

function icmpErrorsOver(family: 4 | 6): readonly IcmpErrorName[] {
  return ICMP_ERROR_NAMES.filter((name) => codesOf(name)[family] !== undefined);
}

/** Segments of the target's: the last one, one that was never sent, and an old one. */
const ABOUT: readonly SegmentNotation[] = [
  '<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=SND.UNA-1000><ACK=RCV.NXT><CTL=ACK>',
].map(parseSegment);
