import type { CaseDeclaration, Expectation } from '../../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../../lib/standard/rules.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { afterReset, DROPPED, EMPTY_ACK, ESTABLISHED, ESTABLISHED_WITH_ACK, leftOpen } from './outcomes.ts';

const CLOSED_WINDOW: readonly RuleId[] = [
  'RFC 793 3.3 acceptability',
  'RFC 793 3.9 first',
  'RFC 793 3.7 managing the window',
  '3.4 acceptability',
  '3.10.7.4 first',
  'RFC 9293 3.8.6.1',
];

/** With RCV.WND = 0 only an empty segment at RCV.NXT is acceptable. The first step checks nothing else. */
export const zeroWindow = (origin: Origin): readonly CaseDeclaration[] => {
  const zero = (
    stimulus: string,
    title: string,
    send: string,
    expect: Expectation,
    rules: readonly RuleId[],
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    condition: 'zero-window',
    send,
    expect,
    rules: [...CLOSED_WINDOW, ...rules],
  });
  return [
    zero(
      'ack.zero-window',
      'handshake ACK while the window is closed',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      // The fifth step gives no answer. Section 3.7 acknowledges any segment that arrives at a closed window.
      [ESTABLISHED, leftOpen('closed window', ESTABLISHED_WITH_ACK)],
      ['3.10.7.4 fifth'],
    ),
    zero(
      'ack.zero-window-text',
      'handshake ACK with text while the window is closed',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      // It is not acceptable, so it is answered and dropped. But valid ACKs should be accepted nevertheless.
      [EMPTY_ACK, { ...ESTABLISHED_WITH_ACK, level: 'recommended' }],
      [],
    ),
    zero(
      'urg.zero-window',
      'handshake ACK whose urgent pointer announces text, while the window is closed',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,URG><URG=1>',
      [ESTABLISHED, leftOpen('closed window', ESTABLISHED_WITH_ACK)],
      ['3.10.7.4 fifth', '3.10.7.4 sixth', 'MUST-66'],
    ),
    zero(
      'rst.zero-window-at-rcv-nxt',
      'RST at RCV.NXT while the window is closed',
      '<SEQ=RCV.NXT><CTL=RST>',
      { reply: 'silence', then: afterReset(origin) },
      ['3.10.7.4 second', 'MUST-11', 'MUST-66'],
    ),
    zero(
      'rst.zero-window-beyond',
      'RST one octet beyond RCV.NXT while the window is closed',
      '<SEQ=RCV.NXT+1><CTL=RST>',
      DROPPED,
      ['3.5.3 RST validity'],
    ),
  ];
};
