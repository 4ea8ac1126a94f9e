import type { CaseDeclaration } from '../../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../../lib/standard/rules.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { EMPTY_ACK, permitted, RESET_FROM_ACK } from './outcomes.ts';

const UNACCEPTABLE: readonly RuleId[] = [
  'RFC 793 3.3 acceptability',
  'RFC 793 3.9 first',
  '3.4 acceptability',
  '3.10.7.4 first',
];

/** First: the sequence number. When it is wrong, other faults of the segment do not matter. */
export const sequenceCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const unacceptable = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: EMPTY_ACK,
    rules: UNACCEPTABLE,
  });
  return [
    unacceptable(
      'ack.one-before',
      'ACK one octet before the window',
      '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable(
      'ack.at-right-edge',
      'ACK at the right edge, the first number outside the window',
      '<SEQ=RCV.NXT+RCV.WND><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable(
      'ack.beyond',
      'ACK far beyond the window',
      '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable('ack.far-before', 'ACK far before the window', '<SEQ=RCV.NXT-2^30><ACK=SND.NXT><CTL=ACK>'),
    unacceptable(
      'ack.text-before',
      'text that ends just before the window',
      '<SEQ=RCV.NXT-10><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    ),
    {
      ...unacceptable(
        'ack.one-before-beyond-snd-nxt',
        'ACK of octets never sent, one octet before the window',
        '<SEQ=RCV.NXT-1><ACK=SND.NXT+1><CTL=ACK>',
      ),
      // By the order of the steps the sequence number is checked first: an empty ACK. Group 2 resets every segment that
      // acknowledges octets never sent, whatever its sequence number is.
      expect: [EMPTY_ACK, RESET_FROM_ACK],
      rules: [...UNACCEPTABLE, 'RFC 793 3.4 group 2', '3.5.2 group 2'],
    },
    unacceptable('no-flags.one-before', 'no flags, one octet before the window', '<SEQ=RCV.NXT-1>'),
    {
      ...unacceptable('syn.duplicate', "the peer's SYN again", '<SEQ=IRS><CTL=SYN>'),
      // The step asks for an empty ACK. A SYN,ACK acknowledges the same, and repeats a SYN that is still unacknowledged. A TCP
      // that takes the peer's SYN as a sign that its SYN,ACK was lost differs in detail, not in substance (RFC 793 3.9,
      // introduction).
      expect: [EMPTY_ACK, permitted({ reply: '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', then: 'SYN-RECEIVED' })],
      rules: [...UNACCEPTABLE, 'RFC 793 3.9 introduction', 'RFC 9293 3.10'],
    },
    unacceptable(
      'syn.at-right-edge',
      'SYN at the right edge, the first number outside the window',
      '<SEQ=RCV.NXT+RCV.WND><CTL=SYN>',
    ),
    unacceptable('syn.far-before', 'SYN far before the window', '<SEQ=RCV.NXT-2^30><CTL=SYN>'),
    unacceptable(
      'syn-ack.beyond',
      "SYN,ACK far beyond the window, which acknowledges the target's SYN",
      '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=SYN,ACK>',
    ),
    unacceptable(
      'fin.beyond',
      'FIN without ACK far beyond the window',
      '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=FIN>',
    ),
    unacceptable(
      'fin-ack.beyond',
      "FIN far beyond the window, which acknowledges the target's SYN",
      '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=FIN,ACK>',
    ),
    unacceptable(
      'psh.beyond',
      "text far beyond the window, which acknowledges the target's SYN",
      '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    ),
  ];
};
