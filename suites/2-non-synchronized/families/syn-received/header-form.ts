import type { CaseDeclaration, Outcome } from '../../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../../lib/standard/rules.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { headerForm as headerFormOf } from '../header-form.ts';
import { afterReset, DROPPED, RESET_FROM_ACK } from './outcomes.ts';

const send = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>';
const ordinary: Outcome = { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' };

/** The form of the header of a handshake ACK with text. The target answers it when it accepts it. */
export const headerForm = (origin: Origin): readonly CaseDeclaration[] => {
  const then = afterReset(origin);
  const what = 'handshake ACK and text';
  const stray = (name: string, title: string, field: string, rules: readonly RuleId[]): CaseDeclaration => ({
    id: `syn-received.${origin}.option.${name}`,
    title: `${what} with ${title}`,
    send: send + field,
    expect: ordinary,
    rules,
  });
  return [
    ...headerFormOf({
      prefix: `syn-received.${origin}`,
      what,
      send,
      ordinary,
      dropped: DROPPED,
      reset: [
        { ...RESET_FROM_ACK, then },
        { reply: '<SEQ=SND.NXT><CTL=RST>', then },
        { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', then },
      ],
      refused: RESET_FROM_ACK,
    }),
    stray('mss', 'an MSS option, which belongs only in a SYN', '<MSS=536>', [
      'RFC 1122 4.2.2.5 any segment',
      'MUST-5',
      'MUST-65',
    ]),
    stray('window-scale', 'a window scale option, which belongs only in a SYN', '<WSCALE=7>', [
      'RFC 1122 4.2.2.5 unknown option',
      'RFC 7323 2.2',
    ]),
    stray('timestamps-not-negotiated', 'timestamps that were not negotiated', '<TSVAL=1><TSECR=0>', [
      'RFC 1122 4.2.2.5 unknown option',
      'RFC 7323 3.2 not negotiated',
    ]),
  ];
};
