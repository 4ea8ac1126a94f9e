import type { CaseDeclaration, Outcome } from '../../../../lib/catalogue/case.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { afterReset, DROPPED, EMPTY_ACK, leftOpen, permitted } from './outcomes.ts';

/** Second: RST. Its ACK field is ignored. */
export const rstCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const gone: Outcome = { reply: 'silence', then: afterReset(origin) };
  // The first step already drops a reset outside the window, with no answer.
  const outside = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: DROPPED,
    rules: [
      'RFC 793 3.9 first',
      'RFC 793 3.4 RST validity',
      'RFC 5961 3.2',
      '3.10.7.4 first',
      '3.5.3 RST validity',
    ],
  });
  const inside = (
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
      'RFC 793 3.9 second',
      'RFC 793 3.4 RST processing',
      'RFC 1122 4.2.2.11',
      'RFC 5961 3.2',
      '3.10.7.4 second',
      '3.5.3 RST processing',
      'MUST-11',
    ],
  });
  // RFC 5961 3.2 first changes RFC 793 for synchronized states, and then words the outcome for all states but SYN-SENT. RFC 9293
  // makes no exception for SYN-RECEIVED.
  const notExact: CaseDeclaration['expect'] = {
    rfc793: gone,
    rfc5961: [EMPTY_ACK, leftOpen('RST check before a connection', permitted(gone))],
    rfc9293: [
      { ...EMPTY_ACK, when: { check: 'rst', adopted: true } },
      { ...gone, when: { check: 'rst', adopted: false } },
    ],
  };
  return [
    outside('rst.one-before', 'RST one octet before the window', '<SEQ=RCV.NXT-1><CTL=RST>'),
    outside(
      'rst.at-right-edge',
      'RST at the right edge, the first number outside the window',
      '<SEQ=RCV.NXT+RCV.WND><CTL=RST>',
    ),
    outside('rst.beyond', 'RST far beyond the window', '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=RST>'),
    inside('rst.at-rcv-nxt', 'RST at RCV.NXT', '<SEQ=RCV.NXT><CTL=RST>', gone),
    inside('rst.middle', 'RST in the middle of the window', '<SEQ=RCV.NXT+RCV.WND/2><CTL=RST>', notExact),
    inside(
      'rst.last-in-window',
      'RST at the last number of the window',
      '<SEQ=RCV.NXT+RCV.WND-1><CTL=RST>',
      notExact,
    ),
    inside(
      'rst-ack.at-rcv-nxt',
      'RST that acknowledges octets never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=RST,ACK>',
      gone,
    ),
    inside(
      'rst-ack.good',
      "RST that acknowledges the target's SYN: the peer refuses the connection",
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>',
      gone,
    ),
    inside('rst-ack.snd-una', 'RST with an ACK of ISS', '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=RST,ACK>', gone),
    inside(
      'rst-ack.before-snd-una',
      'RST with an ACK one octet before ISS',
      '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=RST,ACK>',
      gone,
    ),
    inside(
      'rst-ack.far-before-snd-una',
      'RST with an ACK far before ISS',
      '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=RST,ACK>',
      gone,
    ),
    inside(
      'rst-ack.far-beyond-snd-nxt',
      'RST with an ACK far beyond anything sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=RST,ACK>',
      gone,
    ),
    {
      ...inside('rst.text', 'RST with text', '<SEQ=RCV.NXT><CTL=RST><DATA=10>', {
        // RFC 793 makes no exception for text. In RFC 1122, accepting such a reset is a SHOULD.
        rfc793: gone,
        rfc1122: [{ ...gone, level: 'recommended' }, permitted(DROPPED)],
      }),
      rules: ['RFC 793 3.9 second', 'RFC 1122 4.2.2.12', '3.10.7.4 second', '3.5.3 RST processing', 'SHLD-2'],
    },
  ];
};
