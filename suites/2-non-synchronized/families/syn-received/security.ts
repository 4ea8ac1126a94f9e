import type { CaseDeclaration } from '../../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../../lib/standard/rules.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import {
  afterReset,
  DROPPED,
  EMPTY_ACK,
  ESTABLISHED,
  leftOpen,
  permitted,
  RESET_FROM_ACK,
  RESET_FROM_SEQ,
} from './outcomes.ts';

/** Third: security, and precedence until RFC 2873. Another one gets a reset, and the state stays (group 2). */
export const securityCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const OPTION = 'other-security';
  const SECURITY: readonly RuleId[] = [
    'RFC 793 3.9 third',
    'RFC 793 3.4 group 2 security',
    '3.10.7.4 third',
    '3.5.2 group 2',
    'A.1.2',
  ];
  const precedence = (
    condition: NonNullable<CaseDeclaration['condition']>,
    qualifier: string,
    title: string,
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.ack.${qualifier}`,
    title,
    condition,
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    expect: { rfc793: RESET_FROM_ACK, rfc5961: ESTABLISHED },
    rules: ['RFC 793 3.9 third precedence', 'RFC 793 3.4 group 2 precedence', 'RFC 2873 4', 'A.1.1'],
  });
  return [
    {
      id: `syn-received.${origin}.ack.security-option`,
      title: "ACK of the target's SYN with a security option",
      condition: OPTION,
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      expect: {
        rfc793: RESET_FROM_ACK,
        rfc9293: [RESET_FROM_ACK, leftOpen('levels of security', permitted(ESTABLISHED))],
      },
      rules: SECURITY,
    },
    {
      id: `syn-received.${origin}.no-flags.security-option`,
      title: 'no flags, with a security option',
      condition: OPTION,
      send: '<SEQ=RCV.NXT>',
      expect: {
        rfc793: RESET_FROM_SEQ,
        rfc9293: [RESET_FROM_SEQ, leftOpen('levels of security', permitted(DROPPED))],
      },
      rules: SECURITY,
    },
    {
      id: `syn-received.${origin}.ack.one-before-security-option`,
      title: 'ACK one octet before the window with a security option: the sequence number is checked first',
      condition: OPTION,
      send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>',
      expect: EMPTY_ACK,
      rules: ['RFC 793 3.9 first', 'RFC 793 3.9 third', '3.10.7.4 first', '3.10.7.4 third'],
    },
    {
      id: `syn-received.${origin}.rst.security-option`,
      title: 'RST with a security option: the RST is checked first',
      condition: OPTION,
      send: '<SEQ=RCV.NXT><CTL=RST>',
      expect: { reply: 'silence', then: afterReset(origin) },
      rules: ['RFC 793 3.9 second', '3.10.7.4 second', '3.5.3 RST processing', 'MUST-11'],
    },
    precedence(
      'higher-precedence',
      'precedence-higher-not-raised',
      "ACK of the target's SYN of a higher precedence",
    ),
    precedence('lower-precedence', 'precedence-lower', "ACK of the target's SYN of a lower precedence"),
  ];
};
