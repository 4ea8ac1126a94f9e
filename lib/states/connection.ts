import {
  type ConcreteSegment,
  lengthOf,
  type SegmentFields,
  segmentOf,
  type Variables,
} from '../notation/index.ts';
import type { Entry, Mailbox, PacketOverrides } from '../tester/index.ts';
import { add, gt, leq } from '../wire/seq.ts';

/**
 * The tester's window in octets: three full segments. A target can be made to send more than MAX.SND.WND, and 3000 octets fit
 * in flight.
 */
export const TESTER_WINDOW = 4380;

/** MSS for an Ethernet MTU of 1500 octets. */
export const TESTER_MSS = { 4: 1460, 6: 1440 } as const;

/** What a SYN without the option stands for (RFC 9293 section 3.7.1). */
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;

/**
 * The target's TCB of one connection, learnt only from the segments that were exchanged. All variables are the target's;
 * sequence numbers are unsigned 32-bit.
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
  /** By the option of the target's SYN (RFC 9293 section 3.7.1). */
  #rcvMss: number | undefined;
  maxSndWnd = 0;
  sndWnd = 0;
  /** Both SYNs carried timestamps. */
  timestamps = false;
  tsRecent = 0;
  /** The target's latest TSval, which the tester echoes. */
  tsEcho = 0;
  /** The sequence number of the target's FIN, once sent. */
  targetFin: number | undefined;
  /** The IP precedence of the tester's segments, 0...7. */
  precedence = 0;
  #read = 0;

  /** @param irs the sequence number of the tester's SYN */
  constructor(mailbox: Mailbox, peerPort: number, irs: number) {
    this.mailbox = mailbox;
    this.peerPort = peerPort;
    this.irs = irs;
    this.rcvNxt = irs;
  }

  /** The variables of the notation that are known. */
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
            'RCV.MSS': this.#largestText,
            'SND.UNA': this.sndUna,
            'SND.NXT': this.sndNxt,
            'SND.WND': this.sndWnd,
            'MAX.SND.WND': this.maxSndWnd,
          }),
      ...(this.timestamps ? { 'TS.RECENT': this.tsRecent } : {}),
    };
  }

  /** The largest text that the target takes in a segment, as far as the tester's link lets it through. */
  get #largestText(): number {
    const { family } = this.mailbox.link;
    return Math.min(this.#rcvMss ?? DEFAULT_MSS[family], TESTER_MSS[family], this.rcvWnd);
  }

  /** Sends a segment which the target is expected to process: at RCV.NXT, and an ACK of SND.NXT, where the fields say no other. */
  send(fields: SegmentFields, overrides: PacketOverrides = {}): Entry {
    const ack = fields.ctl.includes('ACK') ? this.sndNxt : 0;
    const segment = segmentOf({ seq: this.rcvNxt, ack, ...fields });
    const entry = this.transmit(segment, { precedence: this.precedence, ...overrides });
    this.acknowledge(segment);
    return entry;
  }

  /** Updates SND.UNA, SND.WND and TS.Recent as the target does when it processes this segment of the tester's. */
  acknowledge(segment: ConcreteSegment): void {
    this.#takeTimestamp(segment);
    const acceptable = gt(segment.ack, this.sndUna) && leq(segment.ack, this.sndNxt);
    if (segment.ctl.has('ACK') && acceptable) this.sndUna = segment.ack;
    this.sndWnd = segment.wnd ?? TESTER_WINDOW;
    this.maxSndWnd = Math.max(this.maxSndWnd, this.sndWnd);
  }

  /** RFC 7323 section 5.3, R3: the newer timestamp of an acceptable segment that begins no later than the last acknowledgment. */
  #takeTimestamp(segment: ConcreteSegment): void {
    const { tsval, seq } = segment;
    if (!this.timestamps || tsval === undefined || !gt(tsval, this.tsRecent)) return;
    const isAcceptable = seq === this.rcvNxt || gt(add(seq, lengthOf(segment)), this.rcvNxt);
    if (leq(seq, this.rcvNxt) && isAcceptable && !segment.ctl.has('RST')) this.tsRecent = tsval;
  }

  /** Sends a segment and changes no variable. Adds timestamps when the connection has them and the segment names none. */
  transmit(
    segment: ConcreteSegment,
    overrides: PacketOverrides = {},
    withTimestamps = this.timestamps,
  ): Entry {
    // RFC 7323 section 3.2: TSecr is valid only with the ACK bit.
    const tsecr = segment.ctl.has('ACK') ? this.tsEcho : 0;
    const stamped = withTimestamps ? { tsval: this.tsRecent, tsecr, ...segment } : segment;
    return this.mailbox.send(stamped, this.peerPort, TESTER_WINDOW, overrides);
  }

  /** Learns from the segments that have arrived since the last call. */
  absorb(): void {
    const { log } = this.mailbox;
    for (; this.#read < log.length; this.#read += 1) {
      const entry = log[this.#read];
      if (entry?.from === 'target') this.#learn(entry);
    }
  }

  /** Takes this SYN,ACK for the start of the connection. @param irs the sequence number of the tester's SYN */
  restart(synAck: ConcreteSegment, irs: number): void {
    this.irs = irs;
    this.beginAt(synAck);
    this.rcvNxt = synAck.ack;
    this.rcvWnd = synAck.wnd ?? 0;
    // Of the old connection, no timestamp may be echoed (RFC 7323 section 3.2).
    if (synAck.tsval !== undefined) this.tsEcho = synAck.tsval;
    this.targetFin = undefined;
  }

  /** The target has sent this SYN. */
  beginAt({ seq }: ConcreteSegment): void {
    this.iss = seq;
    this.sndUna = seq;
    this.sndNxt = add(seq, 1);
  }

  /**
   * A new connection with the same ports, which a SYN of the tester's has begun in TIME-WAIT.
   *
   * @param irs the sequence number of that SYN
   * @param since the place in the log where the target's answers to it begin
   */
  reopened(irs: number, since: number): Connection {
    const next = new Connection(this.mailbox, this.peerPort, irs);
    next.timestamps = this.timestamps;
    next.tsRecent = this.tsRecent;
    next.precedence = this.precedence;
    next.#read = since;
    return next;
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
    if (segment.ctl.has('SYN')) this.#rcvMss = segment.mss;
    if (segment.tsval !== undefined) this.tsEcho = segment.tsval;
  }
}
