import type { CaseDeclaration, Expectation } from '../../../../lib/catalogue/case.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { DROPPED, EMPTY_ACK, ESTABLISHED, ESTABLISHED_WITH_ACK, leftOpen, permitted } from './outcomes.ts';

/** The ACK that completes the handshake, and the later steps for the rest of its segment. */
export const establishing = (origin: Origin): readonly CaseDeclaration[] => {
  const completing = (
    stimulus: string,
    title: string,
    send: string,
    expect: Expectation,
    steps: readonly ('first' | 'fifth' | 'sixth' | 'seventh' | 'eighth')[],
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect,
    rules: steps.flatMap((step) => [`RFC 793 3.9 ${step}`, `3.10.7.4 ${step}`] as const),
  });
  return [
    completing(
      'ack.snd-nxt',
      'the ACK that completes the handshake',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      ESTABLISHED,
      ['fifth'],
    ),
    completing(
      'ack.snd-nxt-text',
      'handshake ACK with text',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
      ['fifth', 'seventh'],
    ),
    completing(
      'ack.snd-nxt-text-straddles',
      'handshake ACK with text that begins before the window and reaches into it',
      '<SEQ=RCV.NXT-4><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+6><CTL=ACK>', then: 'ESTABLISHED' },
      ['first', 'fifth', 'seventh'],
    ),
    ...[
      {
        name: 'inside-text',
        title: 'handshake ACK and text with the urgent pointer inside the text',
        urg: 5,
      },
      {
        name: 'at-end-of-text',
        title: 'handshake ACK and text with the urgent pointer at the end of the text',
        urg: 10,
      },
      {
        name: 'beyond-text',
        title: 'handshake ACK and text with the urgent pointer beyond the text',
        urg: 20,
      },
    ].map(({ name, title, urg }) =>
      completing(
        `urg.${name}`,
        title,
        `<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,URG><DATA=10><URG=${urg}>`,
        { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
        ['fifth', 'sixth', 'seventh'],
      ),
    ),
    completing(
      'fin-ack.snd-nxt',
      'handshake ACK with FIN',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      ['fifth', 'eighth'],
    ),
    completing(
      'fin-ack.snd-nxt-text',
      'handshake ACK with text and FIN',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+11><CTL=ACK>', then: 'CLOSE-WAIT' },
      ['fifth', 'seventh', 'eighth'],
    ),
    {
      ...completing(
        'ack.last-in-window',
        "ACK of the target's SYN at the last number of the window",
        '<SEQ=RCV.NXT+RCV.WND-1><ACK=SND.NXT><CTL=ACK>',
        // It is acceptable, so its ACK is processed. RFC 793 does not say whether to answer a segment beyond the left edge, and
        // RFC 1122 lets the TCP choose. A TCP that follows the idealized segment holds it until it begins at RCV.NXT.
        [
          ESTABLISHED,
          leftOpen('begins further on', permitted(ESTABLISHED_WITH_ACK)),
          leftOpen('held for later', permitted(DROPPED)),
          leftOpen('held for later', permitted(EMPTY_ACK)),
        ],
        ['first', 'fifth'],
      ),
      rules: ['RFC 793 3.9 first', 'RFC 793 3.9 fifth', 'RFC 1122 4.2.2.21', '3.10.7.4 fifth', 'MAY-13'],
    },
  ];
};
