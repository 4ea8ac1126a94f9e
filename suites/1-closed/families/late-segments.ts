import type { CaseDeclaration, ClosedBy } from '../../../lib/catalogue/case.ts';

/**
 * Late segments of a connection that is gone. Variables are those of its last TCB. The target has forgotten them, so the
 * same two bits decide as for a connection that never existed.
 */
export const lateSegments = (prefix: string, closedBy: ClosedBy): readonly CaseDeclaration[] => {
  const late =
    (reply: string) =>
    (stimulus: string, title: string, send: string): CaseDeclaration => ({
      id: `${prefix}.${stimulus}`,
      title,
      closedBy,
      send,
      expect: { reply, then: 'CLOSED' },
      rules: ['RFC 793 3.9 CLOSED', 'RFC 793 3.4 group 1', '3.5.2 group 1', '3.10.7.1'],
    });
  const discarded = late('silence');
  const resetFromSeq = late('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>');
  const resetFromAck = late('<SEQ=SEG.ACK><CTL=RST>');

  return [
    discarded('rst', 'RST at the last RCV.NXT', '<SEQ=RCV.NXT><CTL=RST>'),
    discarded('rst-ack', 'RST that acknowledges everything sent', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>'),

    resetFromSeq('no-flags', 'no flags, no text', '<SEQ=RCV.NXT>'),
    resetFromSeq('no-ack-text', 'text without ACK', '<SEQ=RCV.NXT><CTL=PSH><DATA=10>'),
    resetFromSeq('fin', 'FIN without ACK', '<SEQ=RCV.NXT><CTL=FIN>'),
    resetFromSeq(
      'syn-old-duplicate',
      "SYN with the sequence number of the old connection's SYN",
      '<SEQ=IRS><CTL=SYN>',
    ),
    resetFromSeq('syn', 'SYN of a new connection', '<SEQ=ANY><CTL=SYN>'),
    resetFromSeq('syn-text', 'SYN of a new connection, with text', '<SEQ=ANY><CTL=SYN><DATA=10>'),

    resetFromAck('ack', 'ACK of everything sent', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'),
    resetFromAck('ack-old-duplicate', 'ACK of the handshake, again', '<SEQ=IRS+1><ACK=ISS+1><CTL=ACK>'),
    resetFromAck('text', 'text', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>'),
    resetFromAck('syn-ack', 'SYN,ACK with the numbers of the handshake', '<SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK>'),
    resetFromAck(
      'fin-ack-beyond-snd-nxt',
      'FIN that acknowledges an octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK>',
    ),
    resetFromAck(
      'fin-ack-beyond-snd-nxt-text',
      'text and FIN that acknowledge an octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK,PSH><DATA=10>',
    ),
    resetFromAck(
      'text-ack-beyond-snd-nxt',
      'text that acknowledges an octet never sent',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
    ),
    resetFromAck('fin-ack', 'FIN at the last RCV.NXT', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'),
  ];
};
