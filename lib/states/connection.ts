import {
  type ConcreteSegment,
  evaluateSegment,
  lengthOf,
  parseSegment,
  type Variables,
} from '../notation/index.ts';
import type { PacketOverrides, Entry, Mailbox } from '../tester/index.ts';
import { add, gt, leq } from '../wire/seq.ts';

/**
 * The window that the tester advertises: three full segments. Small enough that a target can be made to send more than
 * MAX.SND.WND, large enough for 3000 octets in flight.
 */
export const TESTER_WINDOW = 4380;

/** Sizes of segments that cross an Ethernet of 1500 octets whole. */
export const TESTER_MSS = { 4: 1460, 6: 1440 } as const;

/**
 * A connection as the tester sees it: the target's TCB, learnt from nothing but the segments that were exchanged.
 * All variables are the target's; sequence numbers are unsigned 32-bit.
 */
export class Connection {
  readonly mailbox: Mailbox;
  peerPort: number;
  iss: number | undefined;
  irs: number;
  sndUna = 0;
  sndNxt = 0;
  rcvNxt = 0;
  rcvWnd = 0;
  maxSndWnd = 0;
  sndWnd = 0;
  /** Whether both SYNs carried timestamps. */
  timestamps = false;
  tsRecent = 0;
  /** The newest TSval of the target's, to be echoed. */
  tsEcho = 0;
  /** The sequence number of the FIN that the target has sent. */
  targetFin: number | undefined;
  /** The IP precedence of the tester's segments while it sets up the connection, 0...7. */
  precedence = 0;
  #read = 0;

  /** @param irs the initial sequence number of the tester's side, which is the target's IRS. */
  constructor(mailbox: Mailbox, peerPort: number, irs: number) {
    this.mailbox = mailbox;
    this.peerPort = peerPort;
    this.irs = irs;
    this.rcvNxt = irs;
  }

  /** The variables of the notation, as far as they are known in this state. */
  variables(): Variables {
    const { iss } = this;
    return {
      'RCV.NXT': this.rcvNxt,
      'RCV.WND': this.rcvWnd,
      IRS: this.irs,
      ...(iss === undefined
        ? {}
        : {
            ISS: iss,
            'SND.UNA': this.sndUna,
            'SND.NXT': this.sndNxt,
            'SND.WND': this.sndWnd,
            'MAX.SND.WND': this.maxSndWnd,
          }),
      ...(this.timestamps ? { 'TS.RECENT': this.tsRecent } : {}),
    };
  }

  /** Sends a segment of the notation and takes note of what it acknowledges. */
  send(notation: string, overrides: PacketOverrides = {}): Entry {
    const segment = evaluateSegment(parseSegment(notation), this.variables());
    const entry = this.transmit(segment, { precedence: this.precedence, ...overrides });
    this.acknowledge(segment);
    return entry;
  }

  /** Takes note of what a segment of the tester's says to the target: an acknowledgment and a window. */
  acknowledge(segment: ConcreteSegment): void {
    const acceptable = gt(segment.ack, this.sndUna) && leq(segment.ack, this.sndNxt);
    if (segment.ctl.has('ACK') && acceptable) this.sndUna = segment.ack;
    this.sndWnd = segment.wnd ?? TESTER_WINDOW;
    this.maxSndWnd = Math.max(this.maxSndWnd, this.sndWnd);
  }

  /** Sends a segment as it is, with timestamps if the connection has them and the segment does not say otherwise. */
  transmit(
    segment: ConcreteSegment,
    overrides: PacketOverrides = {},
    withTimestamps = this.timestamps,
  ): Entry {
    // RFC 7323 section 3.2: with the ACK bit on, TSecr is the newest TSval of the target's.
    const tsecr = segment.ctl.has('ACK') ? this.tsEcho : 0;
    const stamped = withTimestamps ? { tsval: this.tsRecent, tsecr, ...segment } : segment;
    return this.mailbox.send(stamped, this.peerPort, TESTER_WINDOW, overrides);
  }

  /** Takes a SYN of the target's for the beginning of its numbers. */
  beginAt({ seq }: ConcreteSegment): void {
    this.iss = seq;
    this.sndUna = seq;
    this.sndNxt = add(seq, 1);
  }

  /**
   * The connection that a SYN of the tester's has begun in this one's place, where that is in TIME-WAIT.
   *
   * @param irs the number of that SYN
   * @param since where in the log the target's answers to it begin
   */
  reopened(irs: number, since: number): Connection {
    const next = new Connection(this.mailbox, this.peerPort, irs);
    next.timestamps = this.timestamps;
    next.tsRecent = this.tsRecent;
    next.precedence = this.precedence;
    next.#read = since;
    return next;
  }

  /** Learns from what has arrived since the last call. */
  absorb(): void {
    const { log } = this.mailbox;
    for (; this.#read < log.length; this.#read += 1) {
      const entry = log[this.#read];
      if (entry?.from === 'target') this.#learn(entry);
    }
  }

  #learn({ segment, peerPort }: Entry): void {
    if (segment.ctl.has('RST')) return;
    this.peerPort = peerPort;
    if (segment.ctl.has('SYN') && this.iss === undefined) this.beginAt(segment);
    const end = add(segment.seq, lengthOf(segment));
    if (gt(end, this.sndNxt)) this.sndNxt = end;
    if (segment.ctl.has('FIN')) this.targetFin = add(end, -1);
    if (segment.ctl.has('ACK') && gt(segment.ack, this.rcvNxt)) this.rcvNxt = segment.ack;
    if (segment.wnd !== undefined) this.rcvWnd = segment.wnd;
    if (segment.tsval !== undefined) this.tsEcho = segment.tsval;
  }
}
