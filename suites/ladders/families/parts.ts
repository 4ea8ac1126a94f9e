/** What the ladders about text, windows and gaps are made of. */
import type { StepDeclaration, StepOutcome } from '../../../lib/catalogue/case.ts';
import type { State } from '../../../lib/standard/state.ts';

export const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

/** The ACK of so many octets more. */
export const ackOf = (octets: number): string => `<SEQ=SND.NXT><ACK=RCV.NXT+${octets}><CTL=ACK>`;

/** Text of the target's. Whether it is pushed depends on what its user's interface offers (RFC 9293 section 3.9.1.2). */
export const text = (octets: number | 'ANY', seq = 'SND.NXT'): readonly string[] =>
  ['ACK', 'ACK,PSH'].map((ctl) => `<SEQ=${seq}><ACK=RCV.NXT><CTL=${ctl}><DATA=${octets}>`);

/** The user sends ten octets, and they go out. */
export const SENDS_TEN: readonly StepDeclaration[] = [{ user: 'SEND 10' }, { expect: text(10) }];

/** The user sends ten octets and closes before they are sent again: the FIN follows them. */
export const sendsTenAndCloses = (...then: readonly State[]): readonly StepDeclaration[] => {
  const fin = '<SEQ=SND.NXT+10><ACK=RCV.NXT><CTL=FIN,ACK>';
  const replies = text(10).map((one) => [one, fin]);
  const outcomes = (states: readonly State[]): readonly StepOutcome[] =>
    states.flatMap((state) => replies.map((reply) => ({ reply, then: state })));
  return [
    { user: 'SEND 10' },
    { user: 'CLOSE' },
    { expect: { rfc793: outcomes(then), rfc1122: outcomes(then.slice(0, 1)) } },
  ];
};

/** The FIN comes again. PSH, which it implies, may have stayed from a segment that also had the text. */
export const FIN_AGAIN: StepDeclaration = {
  expect: ['FIN,ACK', 'FIN,ACK,PSH'].map((ctl) => `<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=${ctl}>`),
};

/** The peer has not acknowledged the ten octets before SND.NXT: they are sent again. */
export const TEN_AGAIN: StepDeclaration = { expect: text(10, 'SND.NXT-10') };

/** All that was sent is acknowledged: nothing is sent again. */
export const SETTLED: StepDeclaration = { expect: 'silence', settled: true };

/** The ACK for what lies beyond a gap, or silence: RFC 1122 section 4.2.2.21 lets a TCP choose. */
export const acknowledgedOrNot = (segments = 1): readonly StepOutcome[] => [
  ...Array.from({ length: segments }, (_, index) => ({
    reply: Array.from({ length: index + 1 }, () => ACK),
  })),
  { reply: 'silence', leftOpen: 'begins further on' },
];
