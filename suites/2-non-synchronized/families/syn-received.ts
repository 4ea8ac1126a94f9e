/**
 * SYN-RECEIVED, step by step, for both ways into it. SND.UNA is ISS, SND.NXT is ISS+1, RCV.NXT is IRS+1.
 *
 * The ways differ in where a reset leads: a passive open goes back to LISTEN, an active one was refused and is CLOSED
 * (RFC 1122 4.2.2.11).
 */
import type { CaseDeclaration, Expectation, Outcome } from '../../../lib/spec/case.ts';
import type { Origin, State } from '../../../lib/spec/state.ts';

const RESET_FROM_ACK: Outcome = { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'SYN-RECEIVED' };
const RESET_FROM_SEQ: Outcome = { reply: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', then: 'SYN-RECEIVED' };
const EMPTY_ACK: Outcome = { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'SYN-RECEIVED' };
const DROPPED: Outcome = { reply: 'silence', then: 'SYN-RECEIVED' };
const ESTABLISHED: Outcome = { reply: 'silence', then: 'ESTABLISHED' };
const ESTABLISHED_WITH_ACK: Outcome = { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'ESTABLISHED' };

const afterReset = (origin: Origin): State => (origin === 'passive' ? 'LISTEN' : 'CLOSED');

const permitted = (outcome: Outcome): Outcome => ({ ...outcome, level: 'permitted' });

/** First: the sequence number. What is wrong with it hides every other fault of the segment. */
export const sequenceCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const unacceptable = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: EMPTY_ACK,
    cite: ['RFC 793 3.9 first', 'RFC 9293 3.10.7.4 first'],
    requirements: ['3.10.7.4 first', '3.4 acceptability'],
  });
  return [
    unacceptable(
      'ack.one-before',
      'ACK one octet before the window',
      '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable(
      'ack.at-right-edge',
      'ACK at the first number behind the window',
      '<SEQ=RCV.NXT+RCV.WND><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable(
      'ack.beyond',
      'ACK far behind the window',
      '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=ACK>',
    ),
    unacceptable('ack.far-before', 'ACK far before the window', '<SEQ=RCV.NXT-2^30><ACK=SND.NXT><CTL=ACK>'),
    unacceptable(
      'ack.text-before',
      'text that ends just before the window',
      '<SEQ=RCV.NXT-10><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    ),
    unacceptable(
      'ack.one-before-beyond-snd-nxt',
      'ACK of octets never sent, one octet before the window: its number is judged first',
      '<SEQ=RCV.NXT-1><ACK=SND.NXT+1><CTL=ACK>',
    ),
    unacceptable('no-flags.one-before', 'no flags, one octet before the window', '<SEQ=RCV.NXT-1>'),
    {
      ...unacceptable('syn.duplicate', 'the SYN that brought the target here, again', '<SEQ=IRS><CTL=SYN>'),
      // By the letter an empty ACK. A SYN,ACK acknowledges the same, and repeats a SYN that is still unacknowledged: a
      // TCP that takes this for the sign that its SYN,ACK was lost differs in detail, not in substance (RFC 793 3.9,
      // introduction).
      expect: [EMPTY_ACK, permitted({ reply: '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', then: 'SYN-RECEIVED' })],
      cite: ['RFC 793 3.9 first', 'RFC 793 3.9 introduction', 'RFC 9293 3.10.7.4 first', 'RFC 9293 3.10'],
    },
    unacceptable(
      'syn.at-right-edge',
      'SYN at the first number behind the window',
      '<SEQ=RCV.NXT+RCV.WND><CTL=SYN>',
    ),
    unacceptable('syn.far-before', 'SYN far before the window', '<SEQ=RCV.NXT-2^30><CTL=SYN>'),
  ];
};

/** Second: RST. Its ACK field plays no part. */
export const rstCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const gone: Outcome = { reply: 'silence', then: afterReset(origin) };
  // Outside the window a reset ends at the first step already, unanswered.
  const outside = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: DROPPED,
    cite: ['RFC 793 3.9 first', 'RFC 793 3.4 reset processing', 'RFC 9293 3.10.7.4 first', 'RFC 9293 3.5.3'],
    requirements: ['3.10.7.4 first', '3.5.3 RST validity', 'RFC 5961 3.2'],
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
    cite: [
      'RFC 793 3.9 second',
      'RFC 793 3.4 reset processing',
      'RFC 5961 3.2',
      'RFC 9293 3.10.7.4 second',
      'RFC 9293 3.5.3',
    ],
    requirements: ['3.10.7.4 second', '3.5.3 RST processing', 'MUST-11', 'RFC 1122 4.2.2.11', 'RFC 5961 3.2'],
  });
  // RFC 5961 3.2 replaces what RFC 793 does in synchronized states, then words the outcome for all but SYN-SENT; RFC 9293
  // makes no exception for SYN-RECEIVED.
  const notExact: CaseDeclaration['expect'] = {
    rfc793: gone,
    rfc5961: [EMPTY_ACK, permitted(gone)],
    rfc9293: [
      { ...EMPTY_ACK, when: 'adopted' },
      { ...gone, when: 'not adopted' },
    ],
  };
  return [
    outside('rst.one-before', 'RST one octet before the window', '<SEQ=RCV.NXT-1><CTL=RST>'),
    outside(
      'rst.at-right-edge',
      'RST at the first number behind the window',
      '<SEQ=RCV.NXT+RCV.WND><CTL=RST>',
    ),
    outside('rst.beyond', 'RST far behind the window', '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=RST>'),
    inside('rst.at-rcv-nxt', 'RST where the next octet is due', '<SEQ=RCV.NXT><CTL=RST>', gone),
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
    {
      ...inside('rst.text', 'RST with text', '<SEQ=RCV.NXT><CTL=RST><DATA=10>', {
        // RFC 793 makes no exception for text. RFC 1122 turns to take such a reset into a SHOULD.
        rfc793: gone,
        rfc1122: [{ ...gone, level: 'recommended' }, permitted(DROPPED)],
      }),
      cite: ['RFC 793 3.9 second', 'RFC 1122 4.2.2.12', 'RFC 9293 3.10.7.4 second', 'RFC 9293 3.5.3'],
      requirements: ['3.10.7.4 second', '3.5.3 RST processing', 'SHLD-2', 'RFC 1122 4.2.2.12'],
    },
  ];
};

/** Third: security, and precedence until RFC 2873. A mismatch is reset, and the connection stays as it is (group 2). */
export const securityCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const OPTION = 'IPv4 security option differs from the connection';
  const CITE = [
    'RFC 793 3.9 third',
    'RFC 793 3.4 group 2',
    'RFC 9293 3.10.7.4 third',
    'RFC 9293 3.5.2 group 2',
    'RFC 9293 A.1.2',
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
    cite: ['RFC 793 3.9 third', 'RFC 793 3.4 group 2', 'RFC 2873 4', 'RFC 9293 A.1.1'],
    requirements: ['RFC 793 3.4 precedence', 'RFC 793 3.9 precedence', 'RFC 2873 4', 'A.1.1'],
  });
  return [
    {
      id: `syn-received.${origin}.ack.security-option`,
      title: 'ACK of our SYN with a security option',
      condition: OPTION,
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      expect: { rfc793: RESET_FROM_ACK, rfc9293: [RESET_FROM_ACK, permitted(ESTABLISHED)] },
      cite: CITE,
      requirements: ['3.10.7.4 third', 'RFC 793 3.4 security', 'A.1.2'],
    },
    {
      id: `syn-received.${origin}.no-flags.security-option`,
      title: 'no flags, with a security option',
      condition: OPTION,
      send: '<SEQ=RCV.NXT>',
      expect: { rfc793: RESET_FROM_SEQ, rfc9293: [RESET_FROM_SEQ, permitted(DROPPED)] },
      cite: CITE,
      requirements: ['3.10.7.4 third', 'RFC 793 3.4 security', 'A.1.2'],
    },
    {
      id: `syn-received.${origin}.ack.one-before-security-option`,
      title: 'ACK one octet before the window with a security option: its number is judged first',
      condition: OPTION,
      send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>',
      expect: EMPTY_ACK,
      cite: ['RFC 793 3.9 first', 'RFC 793 3.9 third', 'RFC 9293 3.10.7.4 first', 'RFC 9293 3.10.7.4 third'],
      requirements: ['3.10.7.4 first', '3.10.7.4 third'],
    },
    {
      id: `syn-received.${origin}.rst.security-option`,
      title: 'RST with a security option: RST is judged first',
      condition: OPTION,
      send: '<SEQ=RCV.NXT><CTL=RST>',
      expect: { reply: 'silence', then: afterReset(origin) },
      cite: ['RFC 793 3.9 second', 'RFC 9293 3.10.7.4 second', 'RFC 9293 3.5.3'],
      requirements: ['3.10.7.4 second', '3.5.3 RST processing', 'MUST-11'],
    },
    precedence(
      'IPv4 precedence higher, target not allowed to raise it',
      'precedence-higher-not-raised',
      'ACK of our SYN of a higher precedence',
    ),
    precedence('IPv4 precedence lower', 'precedence-lower', 'ACK of our SYN of a lower precedence'),
  ];
};

type Reset = Pick<Outcome, 'reply' | 'level'>;

/** Fourth: a SYN inside the window. */
export const synCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const syn = (stimulus: string, title: string, send: string, resets: readonly Reset[]): CaseDeclaration => {
    const killed = resets.map((reset): Outcome => ({ ...reset, then: 'CLOSED' }));
    const passive: CaseDeclaration['expect'] = {
      rfc793: killed,
      rfc1122: { reply: 'silence', then: 'LISTEN' },
    };
    // RFC 5961 4.2 speaks of synchronized states, which this is not, so that RFC 793 goes on; RFC 9293 treats an
    // active open like a synchronized state, and so hands it to RFC 5961 where that is adopted.
    const active: CaseDeclaration['expect'] = {
      rfc793: killed,
      rfc5961: [...killed, permitted(EMPTY_ACK)],
      rfc9293: [
        { ...EMPTY_ACK, when: 'adopted' },
        ...killed.map((outcome): Outcome => ({ ...outcome, when: 'not adopted' })),
      ],
    };
    return {
      id: `syn-received.${origin}.${stimulus}`,
      title,
      send,
      expect: origin === 'passive' ? passive : active,
      cite: [
        'RFC 793 3.9 fourth',
        'RFC 1122 4.2.2.20(e)',
        ...(origin === 'passive' ? [] : ['RFC 5961 4.2']),
        'RFC 9293 3.10.7.4 fourth',
      ],
      requirements: [
        '3.10.7.4 fourth',
        'MUST-11',
        ...(origin === 'passive' ? ['RFC 1122 4.2.2.20 e'] : ['RFC 5961 4.2']),
      ],
    };
  };
  // RFC 793 says "send a reset" and no more: the form of 3.4, and one numbered SND.NXT, with or without ACK. SEQ=0 is
  // made for segments without ACK, yet no text rules it out for the others.
  const FROM_ZERO = '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>';
  const NUMBERED_SND_NXT = [
    { reply: '<SEQ=SND.NXT><CTL=RST>' },
    { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>' },
  ];
  const withoutAck: readonly Reset[] = [{ reply: FROM_ZERO }, ...NUMBERED_SND_NXT];
  // SEG.ACK is SND.NXT here.
  const withAck: readonly Reset[] = [...NUMBERED_SND_NXT, { reply: FROM_ZERO, level: 'permitted' }];
  return [
    syn('syn.at-rcv-nxt', 'SYN where the next octet is due', '<SEQ=RCV.NXT><CTL=SYN>', withoutAck),
    syn(
      'syn.last-in-window',
      'SYN at the last number of the window',
      '<SEQ=RCV.NXT+RCV.WND-1><CTL=SYN>',
      withoutAck,
    ),
    syn(
      'syn-ack.at-rcv-nxt',
      'SYN,ACK where the next octet is due: the SYN is judged before the ACK',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>',
      withAck,
    ),
  ];
};

/** Fifth: the ACK. */
export const ackCheck = (origin: Origin): readonly CaseDeclaration[] => {
  const without = (stimulus: string, title: string, send: string): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect: DROPPED,
    cite: ['RFC 793 3.9 fifth', 'RFC 9293 3.10.7.4 fifth'],
    requirements: ['3.10.7.4 fifth'],
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
    cite: [
      'RFC 793 3.9 fifth',
      'RFC 793 3.4 group 2',
      'RFC 5961 5.2',
      'RFC 9293 3.10.7.4 fifth',
      'RFC 9293 3.5.2 group 2',
    ],
    requirements: ['3.10.7.4 fifth', '3.5.2 group 2', 'MAY-12'],
  });
  // RFC 5961 5.2 checks the range of the ACK before anything is made of it, in every state, and answers an empty ACK;
  // group 2 resets what acknowledges something not yet sent. The check is a MAY of its own, so that a TCP without the
  // other checks may have it.
  const outOfRange: CaseDeclaration['expect'] = {
    rfc793: RESET_FROM_ACK,
    rfc5961: [RESET_FROM_ACK, EMPTY_ACK],
    rfc9293: [
      RESET_FROM_ACK,
      { ...EMPTY_ACK, when: 'adopted' },
      { ...permitted(EMPTY_ACK), when: 'not adopted' },
    ],
  };
  return [
    without('no-flags.at-rcv-nxt', 'no flags, no text', '<SEQ=RCV.NXT>'),
    without('psh.text', 'text without ACK', '<SEQ=RCV.NXT><CTL=PSH><DATA=10>'),
    without('fin.at-rcv-nxt', 'FIN without ACK', '<SEQ=RCV.NXT><CTL=FIN>'),
    without('urg.at-rcv-nxt', 'URG alone', '<SEQ=RCV.NXT><CTL=URG>'),
    {
      ...bad('ack.snd-una', 'acknowledges nothing', '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>', {
        // Printed with =<, this ACK would establish; erratum 3301 corrects the same page to <, as RFC 9293 has it.
        rfc793: [ESTABLISHED, RESET_FROM_ACK],
        rfc9293: RESET_FROM_ACK,
      }),
      cite: ['RFC 793 3.9 fifth', 'RFC 793 erratum 3301', 'RFC 9293 3.10.7.4 fifth'],
      requirements: ['3.10.7.4 fifth'],
    },
    bad(
      'ack.before-snd-una',
      'acknowledges what came before our SYN',
      // Never older than SND.UNA-MAX.SND.WND, as long as the tester has offered any window at all.
      '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=ACK>',
      RESET_FROM_ACK,
    ),
    {
      ...bad(
        'ack.far-before-snd-una',
        'acknowledges what is long past',
        '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=ACK>',
        outOfRange,
      ),
      requirements: ['3.10.7.4 fifth', 'MAY-12', 'RFC 5961 5.2'],
    },
    bad(
      'ack.beyond-snd-nxt',
      'acknowledges one octet too many',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
      outOfRange,
    ),
    bad(
      'ack.far-beyond-snd-nxt',
      'acknowledges far too much',
      '<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=ACK>',
      outOfRange,
    ),
    bad(
      'ack.beyond-snd-nxt-text',
      'acknowledges one octet too many, with text',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
      outOfRange,
    ),
    bad(
      'fin-ack.beyond-snd-nxt',
      'acknowledges one octet too many, with FIN',
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK>',
      outOfRange,
    ),
  ];
};

/** The ACK that completes the handshake, and what the later steps do with the rest of its segment. */
export const establishing = (origin: Origin): readonly CaseDeclaration[] => {
  const completing = (
    stimulus: string,
    title: string,
    send: string,
    expect: Expectation,
    steps: readonly string[],
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    send,
    expect,
    cite: steps.flatMap((step) => [`RFC 793 3.9 ${step}`, `RFC 9293 3.10.7.4 ${step}`]),
    requirements: steps.map((step) => `3.10.7.4 ${step}`),
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
      'the completing ACK with text',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
      ['fifth', 'seventh'],
    ),
    completing(
      'fin-ack.snd-nxt',
      'the completing ACK with FIN',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      ['fifth', 'eighth'],
    ),
    completing(
      'fin-ack.snd-nxt-text',
      'the completing ACK with text and FIN',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>',
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+11><CTL=ACK>', then: 'CLOSE-WAIT' },
      ['fifth', 'seventh', 'eighth'],
    ),
    {
      ...completing(
        'ack.last-in-window',
        'ACK of our SYN at the last number of the window',
        '<SEQ=RCV.NXT+RCV.WND-1><ACK=SND.NXT><CTL=ACK>',
        // It is acceptable, so its ACK counts. Whether an ACK answers what is not at the left edge RFC 793 leaves open
        // and RFC 1122 to the TCP. A TCP that goes by the idealized segment holds it back until it begins at RCV.NXT.
        [ESTABLISHED, permitted(ESTABLISHED_WITH_ACK), permitted(DROPPED), permitted(EMPTY_ACK)],
        ['first', 'fifth'],
      ),
      cite: ['RFC 793 3.9 first', 'RFC 793 3.9 fifth', 'RFC 1122 4.2.2.21', 'RFC 9293 3.10.7.4 fifth'],
      requirements: ['3.10.7.4 fifth', 'MAY-13', 'RFC 1122 4.2.2.21'],
    },
  ];
};

/** With RCV.WND = 0 only an empty segment at RCV.NXT is acceptable; the first step looks at nothing else. */
export const zeroWindow = (origin: Origin): readonly CaseDeclaration[] => {
  const zero = (
    stimulus: string,
    title: string,
    send: string,
    expect: Expectation,
    requirements: readonly string[],
  ): CaseDeclaration => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    condition: 'zero receive window',
    send,
    expect,
    cite: [
      'RFC 793 3.9 first',
      'RFC 793 3.3',
      'RFC 793 3.7 managing the window',
      'RFC 9293 3.10.7.4 first',
      'RFC 9293 3.4',
      'RFC 9293 3.8.6.1',
    ],
    requirements,
  });
  return [
    zero(
      'ack.zero-window',
      'the completing ACK, with the window closed',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
      // Nothing in it asks for a reply; but section 3.7 wants whatever arrives at a closed window acknowledged.
      [ESTABLISHED, permitted(ESTABLISHED_WITH_ACK)],
      ['3.10.7.4 first', '3.10.7.4 fifth'],
    ),
    zero(
      'ack.zero-window-text',
      'the completing ACK with text, with the window closed',
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      // Not acceptable, so it is answered and dropped; but valid ACKs should be accepted all the same.
      [EMPTY_ACK, { ...ESTABLISHED_WITH_ACK, level: 'recommended' }],
      ['3.10.7.4 first'],
    ),
    zero(
      'rst.zero-window-at-rcv-nxt',
      'RST where the next octet is due, with the window closed',
      '<SEQ=RCV.NXT><CTL=RST>',
      { reply: 'silence', then: afterReset(origin) },
      ['3.10.7.4 first', '3.10.7.4 second', 'MUST-11', 'MUST-66'],
    ),
    zero(
      'rst.zero-window-beyond',
      'RST one number behind, with the window closed',
      '<SEQ=RCV.NXT+1><CTL=RST>',
      DROPPED,
      ['3.10.7.4 first', '3.5.3 RST validity'],
    ),
  ];
};
