import type { CaseDeclaration } from '../../../../lib/catalogue/case.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { DROPPED, EMPTY_ACK, ESTABLISHED, leftOpen, RESET_FROM_ACK } from './outcomes.ts';

/** Fifth: the ACK. */
export const ackCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const without = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: DROPPED,
    rules: ['RFC 793 3.9 fifth', '3.10.7.4 fifth'],
  });
  const bad = (
    stimulus: string,
    title: string,
    send: string,
    expect: CaseDeclaration['expect'],
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect,
    rules: [
      'RFC 793 3.9 fifth',
      'RFC 793 3.4 group 2',
      'RFC 5961 5.2',
      '3.10.7.4 fifth',
      '3.5.2 group 2',
      'MAY-12',
    ],
  });
  // RFC 5961 5.2 checks the range of the ACK first, in every state, and answers by an empty ACK. Group 2 resets a segment that
  // acknowledges octets never sent. A TCP that has adopted the check may do either.
  const outOfRange: CaseDeclaration['expect'] = {
    rfc793: RESET_FROM_ACK,
    rfc5961: [RESET_FROM_ACK, EMPTY_ACK],
    rfc9293: [RESET_FROM_ACK, { ...EMPTY_ACK, when: { check: 'ack', adopted: true } }],
  };
  return [
    without('no-flags.at-rcv-nxt', 'no flags, no text', '<SEQ=RCV.NXT>'),
    without('psh.text', 'text without ACK', '<SEQ=RCV.NXT><CTL=PSH><DATA=10>'),
    without('fin.at-rcv-nxt', 'FIN without ACK', '<SEQ=RCV.NXT><CTL=FIN>'),
    without('urg.at-rcv-nxt', 'only URG', '<SEQ=RCV.NXT><CTL=URG>'),
    {
      ...bad('ack.snd-una', 'ACK of ISS, which acknowledges nothing', '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>', {
        // RFC 793 prints =<, by which this ACK establishes the connection. Erratum 3301 corrects that to <, as in RFC 9293.
        rfc793: [leftOpen('ACK of SND.UNA', ESTABLISHED), RESET_FROM_ACK],
        rfc9293: RESET_FROM_ACK,
      }),
      rules: ['RFC 793 3.9 fifth', 'RFC 793 erratum 3301', '3.10.7.4 fifth'],
    },
    bad(
      'ack.before-snd-una',
      'ACK one octet before ISS',
      // This is never older than SND.UNA-MAX.SND.WND, because the tester has offered a window.
      '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=ACK>',
      RESET_FROM_ACK,
    ),
    bad(
      'ack.far-before-snd-una',
      'ACK far before ISS',
      '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=ACK>',
      outOfRange,
    ),
    bad(
      'ack.beyond-snd-nxt',
      'ACK of one octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
      outOfRange,
    ),
    bad(
      'ack.far-beyond-snd-nxt',
      'ACK far beyond anything sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=ACK>',
      outOfRange,
    ),
    bad(
      'ack.beyond-snd-nxt-text',
      'text with an ACK of one octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
      outOfRange,
    ),
    bad(
      'fin-ack.beyond-snd-nxt',
      'FIN with an ACK of one octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK>',
      outOfRange,
    ),
  ];
};
