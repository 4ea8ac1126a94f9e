import type { CaseDeclaration, Outcome } from '../../../../lib/catalogue/case.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { EMPTY_ACK, permitted } from './outcomes.ts';

type Reset = Pick<Outcome, 'reply' | 'level'>;

/** Fourth: a SYN inside the window. */
export const synCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const syn = (stimulus: string, title: string, send: string, resets: readonly Reset[]): CaseDeclaration => {
    const killed = resets.map((reset): Outcome => ({ ...reset, then: 'CLOSED' }));
    const passive: CaseDeclaration['expect'] = {
      rfc793: killed,
      rfc1122: { reply: 'silence', then: 'LISTEN' },
    };
    // RFC 5961 4.2 is about synchronized states. SYN-RECEIVED is not one, so RFC 793 still holds. RFC 9293 treats an active open
    // like a synchronized state, so RFC 5961 holds where it is adopted.
    const active: CaseDeclaration['expect'] = {
      rfc793: killed,
      rfc5961: [...killed, permitted(EMPTY_ACK)],
      rfc9293: [
        { ...EMPTY_ACK, when: { check: 'syn', adopted: true } },
        ...killed.map((outcome): Outcome => ({ ...outcome, when: { check: 'syn', adopted: false } })),
      ],
    };
    return {
      id: `syn-received.${origin}.${stimulus}`,
      title,
      send,
      expect: origin === 'passive' ? passive : active,
      rules: [
        'RFC 793 3.9 fourth',
        'RFC 1122 4.2.2.20 e',
        ...(origin === 'passive' ? [] : (['RFC 5961 4.2'] as const)),
        '3.10.7.4 fourth',
        'MUST-11',
      ],
    };
  };
  // RFC 793 only says "send a reset": the form of section 3.4, or SEQ=SND.NXT with or without ACK.
  const NUMBERED_SND_NXT = [
    { reply: '<SEQ=SND.NXT><CTL=RST>' },
    { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>' },
  ];
  const withoutAck: readonly Reset[] = [
    { reply: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>' },
    ...NUMBERED_SND_NXT,
  ];
  return [
    syn('syn.at-rcv-nxt', 'SYN at RCV.NXT', '<SEQ=RCV.NXT><CTL=SYN>', withoutAck),
    syn(
      'syn.last-in-window',
      'SYN at the last number of the window',
      '<SEQ=RCV.NXT+RCV.WND-1><CTL=SYN>',
      withoutAck,
    ),
    syn('syn-fin.at-rcv-nxt', 'SYN,FIN at RCV.NXT', '<SEQ=RCV.NXT><CTL=SYN,FIN>', withoutAck),
    syn(
      'syn-ack.at-rcv-nxt',
      'SYN,ACK at RCV.NXT: the SYN is checked before the ACK',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>',
      // The form of 3.4 takes its SEQ from SEG.ACK, which is SND.NXT here.
      NUMBERED_SND_NXT,
    ),
  ];
};
