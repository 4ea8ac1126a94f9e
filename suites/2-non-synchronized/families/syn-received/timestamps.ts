/**
 * SYN-RECEIVED when both SYNs had timestamps. A TCP that negotiated them follows RFC 7323 from then on, under every profile.
 * It acknowledges a segment with an old timestamp before any other check; a RST never. That is appendix D. Section 5.3 is
 * about synchronized connections and TCPs that use PAWS: without PAWS the segment is processed.
 */
import type { CaseDeclaration, Condition, Outcome } from '../../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../../lib/standard/rules.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { afterReset, EMPTY_ACK, ESTABLISHED, leftOpen, permitted } from './outcomes.ts';

const OLDER: Condition = 'old-timestamp';
const NONE: Condition = 'no-timestamp';

export const timestamps = (origin: Origin): readonly CaseDeclaration[] => {
  const refused = (stimulus: string, title: string, send: string, counts: Outcome): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    condition: OLDER,
    send,
    expect: [EMPTY_ACK, leftOpen('PAWS', permitted(counts))],
    rules: ['RFC 7323 5.3 R1'],
  });
  const taken = (stimulus: string, title: string, condition: Condition, rule: RuleId): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    condition,
    send: '<SEQ=RCV.NXT><CTL=RST>',
    expect: { reply: 'silence', then: afterReset(origin) },
    rules: [rule, 'RFC 793 3.9 second', '3.10.7.4 second', '3.5.3 RST processing', 'MUST-11'],
  });
  return [
    refused(
      'paws.ack',
      "ACK of the target's SYN with an old timestamp",
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      ESTABLISHED,
    ),
    refused(
      'paws.text',
      "text that acknowledges the target's SYN, with an old timestamp",
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
    ),
    taken('paws.rst', 'RST at RCV.NXT with an old timestamp', OLDER, 'RFC 7323 5.3 R1'),
    taken('no-timestamp.rst', 'RST at RCV.NXT without the negotiated timestamp', NONE, 'RFC 7323 3.2'),
  ];
};
