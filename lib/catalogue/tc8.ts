import type { Family } from '../wire/address.ts';

/** A TCP test of OPEN Alliance TC8: what it asks, and the ids of the cases that ask the same; or why there are none. */
export type Tc8Test = {
  readonly number: number;
  readonly asks: string;
} & (
  | { readonly cases: readonly string[] /** What it asks beyond these cases. */; readonly beyond?: string }
  | { readonly without: string }
);

/** As in the ids of its tests: `TCP_BASICS_01` is the first of `BASICS`. */
export interface Tc8Group {
  readonly group: string;
  readonly tests: readonly Tc8Test[];
}

export const tc8Id = ({ group }: Tc8Group, { number }: Tc8Test): string =>
  `TCP_${group}_${String(number).padStart(2, '0')}`;

const test = (number: number, asks: string, cases: readonly string[], beyond?: string): Tc8Test => ({
  ...{ number, asks, cases },
  ...(beyond === undefined ? {} : { beyond }),
});

const not = (number: number, asks: string, without: string): Tc8Test => ({ number, asks, without });

/** The same stimuli in each of these states. */
const inEach = (states: readonly string[], ...stimuli: readonly string[]): readonly string[] =>
  states.flatMap((state) => stimuli.map((stimulus) => `${state}.${stimulus}`));

/** Cases that hold for one family only. */
const overEach = (ladder: string): readonly string[] =>
  ([4, 6] satisfies readonly Family[]).map((family) => `${ladder}ipv${family}`);

const PASSIVE = 'syn-received.passive';
const RECEIVING = ['established', 'fin-wait-1', 'fin-wait-2'] as const;
const AFTER_FIN = ['close-wait', 'closing', 'last-ack', 'time-wait'] as const;

/** UNACCEPTABLE: text outside the window, and text that acknowledges octets never sent. */
const unacceptable = (number: number, state: string): Tc8Test =>
  test(
    number,
    `text with a wrong SEQ or a wrong ACK in ${state.toUpperCase()} gets an empty ACK`,
    inEach([state], 'text.beyond', 'text.ack-beyond-snd-nxt'),
  );

/** FLAGS_INVALID: SYN; SYN and ACK; ACK; FIN; PSH and ACK. */
const wrongSeqWithFlags = (number: number, state: string): Tc8Test =>
  test(
    number,
    `a wrong SEQ gets an empty ACK in ${state.toUpperCase()}, whatever flags it comes with`,
    inEach(
      [state],
      ...['syn.beyond', 'syn-ack.at-right-edge', 'ack.beyond', 'no-ack.fin-beyond', 'text.beyond'],
    ),
  );

const PROBES = ['ladder.window.probed', 'ladder.retransmission.probes'];
const RTO_BOUND =
  'the bound is twice an MSL of two minutes (RFC 1122 4.2.3.1), and an interval is as long only after eight minutes';

export const TC8_GROUPS: readonly Tc8Group[] = [
  {
    group: 'BASICS',
    tests: [
      test(1, 'a SYN in LISTEN gets a SYN,ACK', ['listen.syn.empty']),
      test(2, 'the ACK of its SYN leads from SYN-RECEIVED to ESTABLISHED', [`${PASSIVE}.ack.snd-nxt`]),
      test(3, 'a FIN in ESTABLISHED is acknowledged', ['established.fin.in-order']),
      test(4, 'in CLOSED, what has no ACK gets a reset with SEQ=0', [
        ...['closed.syn.empty', 'closed.fin.empty', 'closed.psh.text'],
      ]),
      test(5, 'in CLOSED, what has an ACK gets a reset with SEQ=SEG.ACK', [
        ...['closed.syn-ack.empty', 'closed.ack.empty'],
      ]),
      test(6, 'an active OPEN sends a SYN', ['figure-7.three-way-handshake.tcp-a']),
      test(7, 'a SYN,ACK in SYN-SENT is acknowledged, and leads to ESTABLISHED', ['syn-sent.syn-ack.good']),
      test(8, 'CLOSE in ESTABLISHED and in CLOSE-WAIT sends a FIN', [
        ...['figure-13.normal-close.tcp-a', 'figure-13.normal-close.tcp-b'],
      ]),
      test(9, 'the ACK of its FIN leads from LAST-ACK to CLOSED, where a segment gets a reset', [
        ...['last-ack.ack.of-our-fin', 'closed.after-fins.ack'],
      ]),
      test(10, 'a FIN in FIN-WAIT-1 and in FIN-WAIT-2 is acknowledged', [
        ...['fin-wait-1.fin.in-order', 'fin-wait-2.fin.in-order'],
      ]),
      test(11, 'TIME-WAIT after FIN-WAIT-2 is over after 2 MSL', ['ladder.time-wait.over-after-fin-wait-2']),
      test(12, 'TIME-WAIT after CLOSING is over after 2 MSL', ['ladder.time-wait.over-after-closing']),
      test(13, 'a FIN that comes again in TIME-WAIT is acknowledged', [
        ...['time-wait.fin.one-before', 'ladder.time-wait.from-fin-wait-2'],
      ]),
      test(14, 'the same where TIME-WAIT was entered from CLOSING', [
        'ladder.time-wait.fin-again-after-closing',
      ]),
      test(17, 'simultaneous open leads to ESTABLISHED', [
        ...['figure-8.simultaneous-open.tcp-a', 'figure-8.simultaneous-open.tcp-b'],
      ]),
    ],
  },
  {
    group: 'CHECKSUM',
    tests: [
      test(1, 'text with a right checksum is acknowledged', ['established.text.in-order']),
      test(2, 'text with a wrong checksum is not', ['established.text.in-order-wrong-checksum']),
      test(3, 'text goes out with a right checksum', ['figure-7.three-way-handshake.tcp-a']),
      test(
        4,
        'a second SYN has a larger ISS than the first',
        ['ladder.isn.active'],
        'that it is larger: from one pair of ports to another it need not be (RFC 9293 3.4.1), so another one will do',
      ),
    ],
  },
  {
    group: 'UNACCEPTABLE',
    tests: [
      test(1, 'a reset in SYN-RECEIVED gets no reply', [`${PASSIVE}.rst.at-rcv-nxt`]),
      test(
        2,
        'a reset outside the window in SYN-RECEIVED gets no reply',
        inEach([PASSIVE], 'rst.one-before', 'rst.beyond'),
      ),
      test(
        3,
        'a wrong ACK in SYN-RECEIVED gets a reset',
        inEach([PASSIVE], 'ack.before-snd-una', 'ack.beyond-snd-nxt'),
      ),
      unacceptable(4, 'established'),
      test(5, 'an ACK in LISTEN gets a reset, with SYN or without', [
        ...['listen.syn-ack.empty', 'listen.ack.empty'],
      ]),
      test(
        6,
        'a SYN outside the window in ESTABLISHED gets an empty ACK',
        inEach(['established'], 'syn.one-before', 'syn.beyond'),
      ),
      test(7, 'a SYN,ACK in LISTEN gets a reset', ['listen.syn-ack.empty']),
      test(
        8,
        'a wrong ACK in SYN-SENT gets a reset, with SYN or without',
        inEach(['syn-sent'], 'syn-ack.beyond-snd-nxt', 'ack.beyond-snd-nxt'),
      ),
      unacceptable(9, 'fin-wait-1'),
      unacceptable(10, 'fin-wait-2'),
      unacceptable(11, 'closing'),
      unacceptable(12, 'last-ack'),
      unacceptable(13, 'time-wait'),
      unacceptable(14, 'close-wait'),
    ],
  },
  {
    group: 'CALL_RECEIVE',
    tests: [
      test(4, 'the user is given several segments of text at once, also in FIN-WAIT-1 and FIN-WAIT-2', [
        'ladder.queues.unread-received-later',
        ...['ladder.reassembly.gap-filled-in-fin-wait-1', 'ladder.reassembly.gap-filled-in-fin-wait-2'],
      ]),
      test(5, 'RECEIVE after a FIN gives the text that came with it', [
        'ladder.queues.unread-with-fin-received-later',
      ]),
    ],
  },
  {
    group: 'CALL_ABORT',
    tests: [
      test(2, 'ABORT in ESTABLISHED sends a reset', ['ladder.abort.established']),
      test(
        3,
        'ABORT in CLOSING, LAST-ACK and TIME-WAIT leads to CLOSED',
        ['ladder.abort.closing', 'ladder.abort.last-ack'],
        'TIME-WAIT: with sockets, the user has nothing there any more that it could abort',
      ),
    ],
  },
  {
    group: 'FLAGS_INVALID',
    tests: [
      test(1, 'SYN,RST in LISTEN is ignored', ['listen.syn-rst.empty']),
      test(2, 'SYN,ACK in LISTEN gets a reset', ['listen.syn-ack.empty']),
      test(3, 'SYN,RST in SYN-SENT is ignored', ['syn-sent.syn-rst.empty']),
      test(4, 'a reset without ACK in SYN-SENT is ignored', ['syn-sent.rst.empty']),
      test(
        5,
        'a reset with a right ACK in SYN-SENT leads to CLOSED, with SYN or without',
        inEach(['syn-sent'], 'syn-rst-ack.good', 'rst-ack.good'),
      ),
      test(
        6,
        'a right ACK without SYN in SYN-SENT gets no reply',
        inEach(['syn-sent'], 'ack.good', 'ack.good-text'),
      ),
      test(
        7,
        'a wrong SEQ gets an empty ACK in SYN-RECEIVED, whatever flags it comes with',
        inEach([PASSIVE], 'syn.at-right-edge', 'syn-ack.beyond', 'ack.beyond', 'fin.beyond', 'psh.beyond'),
      ),
      wrongSeqWithFlags(8, 'established'),
      wrongSeqWithFlags(9, 'fin-wait-1'),
      wrongSeqWithFlags(10, 'fin-wait-2'),
      wrongSeqWithFlags(11, 'close-wait'),
      wrongSeqWithFlags(12, 'closing'),
      wrongSeqWithFlags(13, 'last-ack'),
      test(
        14,
        'a wrong SEQ with FIN, and with PSH, gets an empty ACK in TIME-WAIT',
        inEach(['time-wait'], 'no-ack.fin-beyond', 'text.beyond'),
      ),
      test(
        15,
        'a reset with a wrong SEQ is ignored in every state from SYN-RECEIVED on',
        inEach([PASSIVE, ...RECEIVING, ...AFTER_FIN], 'rst.beyond'),
      ),
    ],
  },
  {
    group: 'FLAGS_PROCESSING',
    tests: [
      test(
        2,
        'a reset leads to CLOSED from SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2 and CLOSE-WAIT',
        inEach([PASSIVE, ...RECEIVING, 'close-wait'], 'rst.at-rcv-nxt'),
      ),
      test(
        5,
        'a SYN in the window, and a SYN,ACK, lead from SYN-RECEIVED back to LISTEN',
        inEach([PASSIVE], 'syn.at-rcv-nxt', 'syn-ack.at-rcv-nxt'),
      ),
      test(6, "the peer's FIN again is acknowledged in TIME-WAIT, and 2 MSL begin anew", [
        ...['time-wait.fin.one-before', 'ladder.time-wait.begun-anew'],
      ]),
      test(
        7,
        'what has URG and no ACK is ignored in CLOSE-WAIT, CLOSING, LAST-ACK and TIME-WAIT',
        inEach(AFTER_FIN, 'no-ack.urg'),
      ),
      test(
        8,
        'a FIN without ACK gets a reset in CLOSED, and no reply in LISTEN and SYN-SENT',
        inEach(['closed', 'listen', 'syn-sent'], 'fin.empty'),
      ),
      test(
        9,
        'a FIN in CLOSE-WAIT, CLOSING and LAST-ACK changes no state',
        inEach(['close-wait', 'closing', 'last-ack'], 'fin.one-before', 'fin.second'),
      ),
      test(
        10,
        'waiting text goes out when text of the peer acknowledges what was in flight, within half a second',
        ['ladder.segment-sizes.small-text-waits-for-text'],
        'that one segment does both: an ACK may go before it or after it',
      ),
      test(11, 'a duplicate ACK in ESTABLISHED gets no reply', ['established.ack.duplicate']),
    ],
  },
  {
    group: 'CLOSING',
    tests: [
      test(3, 'a reset with text leads from ESTABLISHED to CLOSED, without a reply', [
        'established.rst.with-text',
      ]),
      test(6, 'CLOSE in ESTABLISHED sends a FIN', ['figure-13.normal-close.tcp-a']),
      test(7, 'text in FIN-WAIT-1 is acknowledged and given to the user', [
        ...['fin-wait-1.text.in-order', 'ladder.reassembly.gap-filled-in-fin-wait-1'],
      ]),
      test(8, 'the same in FIN-WAIT-2', [
        ...['fin-wait-2.text.in-order', 'ladder.reassembly.gap-filled-in-fin-wait-2'],
      ]),
      test(9, 'SEND in CLOSE-WAIT sends text', ['ladder.send.close-wait']),
      test(13, 'a reset in CLOSED gets no reply', ['closed.rst.empty']),
    ],
  },
  {
    group: 'MSS_OPTIONS',
    tests: [
      test(
        1,
        'an MSS option of an illegal length does no harm in a SYN',
        inEach(['listen'], 'option.mss-of-three-octets', 'option.length-zero'),
      ),
      test(
        2,
        'a SYN with No-Operation and End of Option List opens a connection',
        inEach(['listen'], 'option.nops', 'option.end-of-list'),
      ),
      test(3, 'a SYN with an option of an unknown kind opens a connection', ['listen.option.unknown']),
      test(
        5,
        'an MSS option of an illegal length does no harm in a SYN,ACK',
        inEach(['syn-sent'], 'option.mss-of-three-octets', 'option.length-zero'),
      ),
      test(6, 'no segment is larger than the MSS of the SYN, nor than the link takes', [
        ...['ladder.segment-sizes.mss-200-of-syn', 'ladder.segment-sizes.mss-536-of-syn'],
        ...overEach('ladder.segment-sizes.mss-beyond-link-over-'),
      ]),
      test(9, 'the same of the MSS of a SYN,ACK', [
        ...['ladder.segment-sizes.mss-200-of-syn-ack', 'ladder.segment-sizes.mss-536-of-syn-ack'],
        ...overEach('ladder.segment-sizes.mss-beyond-link-of-syn-ack-over-'),
      ]),
      test(10, 'after a SYN without MSS, segments have 536 octets', [
        'ladder.segment-sizes.no-mss-in-syn-over-ipv4',
      ]),
      test(11, 'the SYN of an OPEN has an MSS option', ['ladder.mss.syn']),
      test(
        12,
        'the SYN of an OPEN has another MSS than 536',
        ['ladder.mss.syn'],
        'that it is another one: a TCP may take no more than 536 octets',
      ),
    ],
  },
  {
    group: 'OUT_OF_ORDER',
    tests: [
      test(1, 'text is acknowledged within half a second', ['ladder.queues.acknowledged-in-time']),
      test(2, 'so are segments that come at once', overEach('ladder.delayed-ack.every-second-')),
      test(3, 'text beyond a gap is queued, and all of it acknowledged once the gap is filled', [
        'ladder.reassembly.order-23451',
      ]),
      test(
        5,
        'at least every second full-sized segment is acknowledged',
        overEach('ladder.delayed-ack.every-second-spaced-'),
      ),
    ],
  },
  {
    group: 'RETRANSMISSION_TO',
    tests: [
      test(3, 'text is sent again; after an ACK of it, the next text waits for twice as long', [
        'ladder.retransmission.text-after-text-again',
      ]),
      test(4, 'text is sent again at intervals that grow exponentially', [
        ...['ladder.retransmission.text-established', 'ladder.retransmission.text-established-goes-on'],
      ]),
      test(5, 'so is a SYN', ['ladder.retransmission.syn', 'ladder.retransmission.syn-goes-on']),
      test(6, 'a SYN that gets no answer is sent again', ['ladder.retransmission.syn']),
      not(8, 'the intervals of text grow to twice the MSL, and no further', RTO_BOUND),
      not(9, 'so do those of a SYN', RTO_BOUND),
    ],
  },
  {
    group: 'PROBING_WINDOWS',
    tests: [
      test(2, 'a window with its first bit set is not negative', [
        ...['ladder.window.unsigned', 'ladder.window.unsigned-largest'],
      ]),
      test(3, 'no new text goes into a window that was shrunk below what is in flight', [
        ...['ladder.window.shrunk', 'ladder.window.shrunk-to-zero'],
      ]),
      test(4, 'a closed window is probed for as long as the peer answers', ['ladder.window.probed-on']),
      test(5, 'a closed window is probed, first after a retransmission timeout', [
        ...PROBES,
        'ladder.window.probed-after-timeout',
      ]),
      test(6, 'the probes come at growing intervals', ['ladder.retransmission.probes']),
    ],
  },
  {
    group: 'NAGLE',
    tests: [
      test(2, 'a small segment waits until text in flight is acknowledged', [
        'ladder.segment-sizes.small-text-waits',
      ]),
      test(
        3,
        'or until there is enough text for a full-sized segment',
        ['ladder.segment-sizes.small-text-fills-segment'],
        'that it goes out before text in flight is acknowledged: the congestion window may take no more',
      ),
    ],
  },
  {
    group: 'URGENT_PTR',
    tests: [
      test(4, 'text with an urgent pointer inside it is acknowledged and given to the user', [
        'established.urg.inside-text',
        'ladder.urgent.delivered',
      ]),
    ],
  },
  {
    group: 'CONNECTION_ESTAB',
    tests: [
      test(1, 'three SYNs at one port are answered', ['ladder.side-by-side.three-half-open']),
      test(2, 'SYNs at three ports are answered', ['ladder.side-by-side.three-listeners']),
      test(3, 'three active OPENs lead to three connections', ['ladder.side-by-side.three-opening']),
      test(7, "after the peer's FIN and its own, a connection is CLOSED", ['figure-13.normal-close.tcp-b']),
    ],
  },
  {
    group: 'HEADER',
    tests: [
      test(1, 'text goes out with a right header', ['figure-7.three-way-handshake.tcp-a']),
      test(2, 'text to the right port is acknowledged', ['established.text.in-order']),
      test(4, 'text from another port is no text of the connection', [
        'ladder.side-by-side.text-from-other-port',
      ]),
      test(5, 'text with reserved bits of zero is acknowledged', ['established.text.in-order']),
      test(6, 'so is text with other reserved bits', ['established.header.reserved-bits']),
      test(7, 'a data offset of less than five words is refused', ['established.header.offset-four']),
      test(8, 'a data offset beyond the segment is refused', ['established.header.offset-beyond']),
      test(9, 'a checksum of zero is a wrong one', ['established.header.checksum-zero']),
      test(11, 'a SYN to a multicast address is ignored', ['listen.syn.not-unicast']),
    ],
  },
  {
    group: 'SEQUENCE',
    tests: [
      test(1, 'a SYN,ACK acknowledges the number after that of the SYN', ['listen.syn.empty']),
      test(2, 'the ACK of a SYN,ACK does so too', ['syn-sent.syn-ack.good']),
      test(3, 'a SYN with the number 0 is acknowledged by 1', ['listen.syn.number-zero']),
      test(4, 'a SYN with the largest number is acknowledged by 0', ['listen.syn.last-number']),
      test(5, 'each of two segments of text is acknowledged up to its end', [
        'ladder.queues.acknowledged-in-time',
      ]),
    ],
  },
  {
    group: 'ACKNOWLEDGEMENT',
    tests: [
      test(2, 'text that acknowledges text is acknowledged, and its ACK counts', ['ladder.ack-counts.text']),
      test(3, 'text is acknowledged up to its end', ['established.text.in-order']),
      test(4, 'an empty ACK of text counts, and gets no reply', ['ladder.ack-counts.plain']),
    ],
  },
  {
    group: 'CONTROL_FLAGS',
    tests: [
      test(5, 'urgent text is acknowledged', ['established.urg.inside-text']),
      test(8, 'an old SYN, reset by the peer, does not keep the right one from opening a connection', [
        'figure-9.old-duplicate-syn.tcp-b',
      ]),
    ],
  },
];
