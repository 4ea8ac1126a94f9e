/** A group of the TCP tests of OPEN Alliance TC8, with the cases of this catalogue that ask the same. */
export interface Tc8Group {
  /** As in the ids of its tests: `TCP_BASICS_01` is the first of `BASICS`. */
  readonly group: string;
  /** Of its tests. */
  readonly numbers: readonly number[];
  readonly asks: string;
  /** Globs of case ids. These cases test what the group tests, and more. Not every variant of a TC8 test has its own case. */
  readonly cases: readonly string[];
}

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
  },
  {
    group: 'CALL_RECEIVE',
    numbers: [4, 5],
    asks: 'RECEIVE in the closing states',
    cases: ['ladder.queues.unread-*'],
  },
  {
    group: 'CALL_ABORT',
    numbers: [2, 3],
    asks: 'ABORT in each state',
    cases: ['ladder.abort.*'],
  },
  {
    group: 'FLAGS_INVALID',
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    asks: 'flag combinations that a state must ignore or answer',
    cases: ['*.no-flags*', '*.no-ack*', '*.syn-fin*', '*.syn-rst*', '*.fin-psh*', '*.fin-rst*'],
  },
  {
    group: 'FLAGS_PROCESSING',
    numbers: [2, 5, 6, 7, 8, 9, 10, 11],
    asks: 'RST, in-window SYN, FIN, URG and duplicate ACK in each state',
    cases: ['*.rst.*', '*.syn.*', '*.fin.*', '*.urg.*'],
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
  },
  {
    group: 'MSS_OPTIONS',
    numbers: [1, 2, 3, 5, 6, 9, 10, 11, 12],
    asks: 'MSS sent, honoured, absent, malformed',
    cases: ['ladder.segment-sizes.*mss*', '*.option.*'],
  },
  {
    group: 'OUT_OF_ORDER',
    numbers: [1, 2, 3, 5],
    asks: 'out-of-order text is queued and acknowledged',
    cases: ['ladder.reassembly.*'],
  },
  {
    group: 'RETRANSMISSION_TO',
    numbers: [3, 4, 5, 6, 8, 9],
    asks: 'retransmission timeout and back-off',
    cases: ['ladder.ack-counts.*', 'ladder.retransmission.*'],
  },
  {
    group: 'PROBING_WINDOWS',
    numbers: [2, 3, 4, 5, 6],
    asks: 'zero window and its probes',
    cases: ['ladder.window.*', 'ladder.retransmission.probes'],
  },
  {
    group: 'NAGLE',
    numbers: [2, 3],
    asks: 'small segments held back',
    cases: ['ladder.segment-sizes.small-text-waits'],
  },
  {
    group: 'URGENT_PTR',
    numbers: [4],
    asks: 'urgent pointer',
    cases: ['*.urg.*'],
  },
  {
    group: 'CONNECTION_ESTAB',
    numbers: [1, 2, 3, 7],
    asks: 'several connections, passive and active',
    cases: ['figure-7.*', 'figure-12.*', 'ladder.side-by-side.*'],
  },
  {
    group: 'HEADER',
    numbers: [1, 2, 4, 5, 6, 7, 8, 9, 11],
    asks: 'ports, reserved bits, data offset, zero checksum, multicast destination',
    cases: ['*.header.*'],
  },
  {
    group: 'SEQUENCE',
    numbers: [1, 2, 3, 4, 5],
    asks: 'initial sequence numbers, wrap-around',
    cases: ['figure-7.*', 'ladder.isn.*', '*.text.*'],
  },
  {
    group: 'ACKNOWLEDGEMENT',
    numbers: [2, 3, 4],
    asks: 'acknowledgment numbers',
    cases: ['ladder.ack-counts.*', '*.text.*'],
  },
  {
    group: 'CONTROL_FLAGS',
    numbers: [5, 8],
    asks: 'old duplicate SYN',
    cases: ['figure-9.*'],
  },
];
