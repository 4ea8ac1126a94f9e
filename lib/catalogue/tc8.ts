/** A test of TC8: the cases that ask the same, or why there are none. */
export type Tc8Test = { readonly number: number } & (
  | { /** Globs of ids. */ readonly cases: readonly string[] }
  | { readonly without: string }
);

/** A group of the TCP tests of OPEN Alliance TC8, with the cases of this catalogue that ask the same. */
export interface Tc8Group {
  /** As in the ids of its tests: `TCP_BASICS_01` is the first of `BASICS`. */
  readonly group: string;
  /** Of its tests. */
  readonly numbers: readonly number[];
  readonly asks: string;
  /** Globs of ids: what the group asks, these cases ask among more. They stand for each test that has no entry of its own. */
  readonly cases: readonly string[];
  readonly own?: readonly Tc8Test[];
}

/** A test's id, and its own entry; the cases of its group where that is all that is known. */
export const tc8Tests = ({ group, numbers, cases, own = [] }: Tc8Group) =>
  numbers.map((number) => ({
    id: `TCP_${group}_${String(number).padStart(2, '0')}`,
    ...(own.find((test) => test.number === number) ?? { number, cases, isOfGroup: true as const }),
  }));

export const TC8_GROUPS: readonly Tc8Group[] = [
  {
    group: 'BASICS',
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17],
    asks: 'SYN in LISTEN; CLOSED without and with ACK; active open; close in ESTABLISHED and CLOSE-WAIT; LAST-ACK; FIN in FIN-WAIT-1/2; TIME-WAIT expiry and replayed FIN; simultaneous open',
    cases: [
      'figure-7.*',
      'figure-8.*',
      'figure-13.*',
      'closed.*.syn*',
      'listen.syn.*',
      'last-ack.ack.*',
      'fin-wait-1.fin.*',
      'fin-wait-2.fin.*',
      'time-wait.fin.*',
      'ladder.time-wait.*',
    ],
    own: [
      { number: 1, cases: ['listen.syn.empty'] },
      { number: 2, cases: ['syn-received.passive.ack.snd-nxt'] },
      { number: 4, cases: ['closed.syn.empty', 'closed.no-flags.empty', 'closed.fin.empty'] },
      { number: 5, cases: ['closed.ack.empty', 'closed.syn-ack.empty'] },
      { number: 6, cases: ['ladder.header-of-user.*', 'figure-7.*'] },
      { number: 7, cases: ['syn-sent.syn-ack.good'] },
      { number: 8, cases: ['ladder.close.twice-*'] },
      { number: 17, cases: ['figure-8.*'] },
    ],
  },
  {
    group: 'CHECKSUM',
    numbers: [1, 2, 3, 4],
    asks: 'wrong checksums are dropped, right ones are sent',
    cases: ['*checksum*'],
  },
  {
    group: 'UNACCEPTABLE',
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    asks: 'RST and bad ACK in SYN-RECEIVED; bad SEQ or ACK in each synchronized state; SYN,ACK and ACK in LISTEN; bad ACK in SYN-SENT',
    cases: ['*.rst.*', '*.ack.*', 'listen.syn-ack.*', 'ladder.twice.*'],
    own: [
      {
        number: 3,
        cases: ['syn-received.passive.ack.beyond-snd-nxt', 'syn-received.passive.ack.before-snd-una'],
      },
      { number: 4, cases: ['established.ack.beyond-snd-nxt', 'established.text.beyond'] },
      { number: 5, cases: ['listen.ack.*'] },
      { number: 6, cases: ['established.syn.beyond', 'established.syn.one-before'] },
      { number: 7, cases: ['listen.syn-ack.*'] },
      { number: 8, cases: ['syn-sent.ack.*', 'syn-sent.syn-ack.beyond-snd-nxt'] },
      { number: 9, cases: ['fin-wait-1.ack.*', 'fin-wait-1.text.beyond'] },
      { number: 11, cases: ['closing.ack.*', 'closing.text.beyond'] },
      { number: 12, cases: ['last-ack.ack.*', 'last-ack.text.beyond'] },
      { number: 13, cases: ['time-wait.ack.*', 'time-wait.text.beyond'] },
    ],
  },
  {
    group: 'CALL_RECEIVE',
    numbers: [4, 5],
    asks: 'RECEIVE in the closing states',
    cases: ['ladder.queues.unread-*'],
    own: [
      { number: 4, cases: ['ladder.reassembly.gap-filled*'] },
      { number: 5, cases: ['ladder.reassembly.text-and-fin-beyond-gap', 'ladder.told.text-and-closed'] },
    ],
  },
  {
    group: 'CALL_ABORT',
    numbers: [2, 3],
    asks: 'ABORT in each state',
    cases: ['ladder.abort.*'],
    own: [
      { number: 2, cases: ['ladder.abort.established*'] },
      { number: 3, cases: ['ladder.abort.closing', 'ladder.abort.last-ack'] },
    ],
  },
  {
    group: 'FLAGS_INVALID',
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    asks: 'flag combinations that a state must ignore or answer',
    cases: ['*.no-flags*', '*.no-ack*', '*.syn-fin*', '*.syn-rst*', '*.fin-psh*', '*.fin-rst*'],
    own: [
      { number: 1, cases: ['listen.rst.*', 'listen.syn-rst.*'] },
      { number: 4, cases: ['syn-sent.rst.*'] },
      { number: 5, cases: ['syn-sent.rst-ack.good*'] },
      { number: 6, cases: ['syn-sent.ack.good*', 'syn-sent.no-flags.*', 'syn-sent.fin.*'] },
      { number: 14, cases: ['time-wait.*.beyond'] },
      { number: 15, cases: ['*.rst.beyond'] },
    ],
  },
  {
    group: 'FLAGS_PROCESSING',
    numbers: [2, 5, 6, 7, 8, 9, 10, 11],
    asks: 'RST, in-window SYN, FIN, URG and duplicate ACK in each state',
    cases: ['*.rst.*', '*.syn.*', '*.fin.*', '*.urg.*'],
    own: [
      { number: 2, cases: ['*.rst.at-rcv-nxt'] },
      { number: 6, cases: ['time-wait.fin.*', 'ladder.time-wait.begun-anew'] },
      { number: 7, cases: ['close-wait.urg.*', 'closing.urg.*', 'last-ack.urg.*', 'time-wait.urg.*'] },
      { number: 8, cases: ['closed.fin.*', 'listen.fin.*', 'syn-sent.fin.*'] },
      { number: 9, cases: ['closing.fin.*', 'last-ack.fin.*'] },
      {
        number: 10,
        without:
          'whether an acknowledgment rides on text that waits is left to the TCP; both are accepted everywhere',
      },
      { number: 11, cases: ['established.ack.duplicate'] },
    ],
  },
  {
    group: 'CLOSING',
    numbers: [3, 6, 7, 8, 9, 13],
    asks: 'RST with text; text in FIN-WAIT-1/2; sending in CLOSE-WAIT; simultaneous close',
    cases: [
      'ladder.close.*',
      'fin-wait-1.text.*',
      'fin-wait-2.text.*',
      'figure-14.*',
      'ladder.unread-text.*',
      'ladder.queues.close-*',
    ],
    own: [
      { number: 3, cases: ['established.rst.with-text'] },
      { number: 6, cases: ['ladder.close.twice-established'] },
      { number: 7, cases: ['fin-wait-1.text.*'] },
      { number: 8, cases: ['fin-wait-2.text.*'] },
      { number: 9, cases: ['ladder.send.close-wait', 'ladder.close.twice-close-wait'] },
      { number: 13, cases: ['closed.rst.*', 'closed.rst-ack.*'] },
    ],
  },
  {
    group: 'MSS_OPTIONS',
    numbers: [1, 2, 3, 5, 6, 9, 10, 11, 12],
    asks: 'MSS sent, honoured, absent, malformed',
    cases: ['ladder.segment-sizes.*mss*', '*.option.*'],
    own: [
      { number: 1, cases: ['listen.option.mss-of-three-octets', 'listen.option.length-zero'] },
      { number: 3, cases: ['listen.option.unknown'] },
      { number: 5, cases: ['syn-sent.option.mss-of-three-octets', 'syn-sent.option.length-zero'] },
      { number: 6, cases: ['ladder.segment-sizes.mss-200-of-syn', 'ladder.segment-sizes.mss-beyond-link*'] },
      { number: 10, cases: ['ladder.segment-sizes.no-mss-in-syn-over*'] },
    ],
  },
  {
    group: 'OUT_OF_ORDER',
    numbers: [1, 2, 3, 5],
    asks: 'out-of-order text is queued and acknowledged',
    cases: ['ladder.reassembly.*'],
    own: [
      { number: 1, cases: ['ladder.queues.acknowledged-in-time', 'ladder.delayed-ack.*'] },
      { number: 2, cases: ['ladder.delayed-ack.text-after-text'] },
      { number: 3, cases: ['ladder.reassembly.order-*'] },
      { number: 5, cases: ['ladder.delayed-ack.every-second*'] },
    ],
  },
  {
    group: 'RETRANSMISSION_TO',
    numbers: [3, 4, 5, 6, 8, 9],
    asks: 'retransmission timeout and back-off',
    cases: ['ladder.ack-counts.*', 'ladder.retransmission.*'],
    own: [
      { number: 3, cases: ['ladder.retransmission.text-established*'] },
      { number: 4, cases: ['ladder.retransmission.text-established-goes-on'] },
      { number: 5, cases: ['ladder.retransmission.syn', 'ladder.retransmission.syn-goes-on'] },
      { number: 6, cases: ['ladder.retransmission.syn'] },
    ],
  },
  {
    group: 'PROBING_WINDOWS',
    numbers: [2, 3, 4, 5, 6],
    asks: 'zero window and its probes',
    cases: ['ladder.window.*', 'ladder.retransmission.probes'],
    own: [
      { number: 2, cases: ['ladder.window.unsigned*'] },
      { number: 3, cases: ['ladder.window.shrunk'] },
      { number: 4, cases: ['ladder.window.probed-on'] },
      { number: 5, cases: ['ladder.window.probed'] },
      { number: 6, cases: ['ladder.retransmission.probes'] },
    ],
  },
  {
    group: 'NAGLE',
    numbers: [2, 3],
    asks: 'small segments held back',
    cases: ['ladder.segment-sizes.small-text-waits', 'ladder.segment-sizes.nagle-off'],
  },
  {
    group: 'URGENT_PTR',
    numbers: [4],
    asks: 'urgent pointer',
    cases: ['*.urg.*', 'ladder.urgent.*', 'ladder.told.urgent*'],
  },
  {
    group: 'CONNECTION_ESTAB',
    numbers: [1, 2, 3, 7],
    asks: 'several connections, passive and active',
    cases: ['figure-7.*', 'figure-12.*', 'ladder.side-by-side.*'],
    own: [
      { number: 1, cases: ['ladder.side-by-side.syn-received-and-listen'] },
      { number: 2, cases: ['ladder.side-by-side.syn-reset-and-syn-received-passive'] },
      { number: 3, cases: ['ladder.side-by-side.refused-and-syn-sent'] },
      { number: 7, cases: ['ladder.close.twice-close-wait', 'last-ack.ack.*'] },
    ],
  },
  {
    group: 'HEADER',
    numbers: [1, 2, 4, 5, 6, 7, 8, 9, 11],
    asks: 'ports, reserved bits, data offset, zero checksum, multicast destination',
    cases: ['*.header.*'],
    own: [
      { number: 1, cases: ['figure-7.*'] },
      { number: 2, cases: ['established.text.in-order'] },
      {
        number: 4,
        without: 'a segment from a port that has no connection is one for CLOSED or LISTEN, which have cases',
      },
      { number: 7, cases: ['established.header.*'] },
      { number: 9, cases: ['*.header.checksum-zero'] },
      { number: 11, cases: ['listen.syn.not-unicast'] },
    ],
  },
  {
    group: 'SEQUENCE',
    numbers: [1, 2, 3, 4, 5],
    asks: 'initial sequence numbers, wrap-around',
    cases: ['figure-7.*', 'ladder.isn.*', '*.text.*'],
    own: [
      { number: 1, cases: ['listen.syn.empty'] },
      { number: 2, cases: ['syn-sent.syn-ack.good'] },
      { number: 3, cases: ['listen.syn.empty'] },
      { number: 4, cases: ['listen.syn.last-number'] },
      { number: 5, cases: ['established.text.in-order'] },
    ],
  },
  {
    group: 'ACKNOWLEDGEMENT',
    numbers: [2, 3, 4],
    asks: 'acknowledgment numbers',
    cases: ['ladder.ack-counts.*', '*.text.*'],
    own: [
      { number: 2, cases: ['ladder.ack-counts.text'] },
      { number: 3, cases: ['established.text.in-order'] },
      { number: 4, cases: ['ladder.ack-counts.plain'] },
    ],
  },
  {
    group: 'CONTROL_FLAGS',
    numbers: [5, 8],
    asks: 'old duplicate SYN',
    cases: ['figure-9.*'],
  },
];
