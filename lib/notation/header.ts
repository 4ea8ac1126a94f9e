import { WireError } from '../wire/octets.ts';
import { ACK, CWR, type DecodedTcp, ECE, FIN, PSH, RST, SYN, type TcpHeader, URG } from '../wire/tcp.ts';
import { fieldsOf, octetsBeyondFields, optionsOf } from './options.ts';
import { CONTROL_BITS, type ConcreteSegment, type ControlBit } from './types.ts';

/** What a segment needs on the wire beyond its notation. */
export interface WireContext {
  readonly srcPort: number;
  readonly dstPort: number;
  /** The window field of a segment that does not write <WND>, 0...65535. */
  readonly defaultWindow: number;
  /** Makes so many octets of text; a repeating alphabet when absent. */
  readonly payload?: (length: number) => Uint8Array;
}

const MASK: Readonly<Record<ControlBit, number>> = { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR };

/** The largest text that an IP datagram can carry behind a TCP header without options. */
const LARGEST_TEXT = 65_535 - 20;

const ALPHABET = new Uint8Array(LARGEST_TEXT).map((_, index) => 0x61 + (index % 26));

const alphabet = (length: number): Uint8Array => ALPHABET.subarray(0, length);

/** The mask of a set of control bits, as the header holds it. */
export function flagsOf(ctl: Iterable<ControlBit>): number {
  let flags = 0;
  for (const bit of ctl) flags |= MASK[bit];
  return flags;
}

// A set for each segment would be most of what a run keeps in memory, and sends between its processes.
const SETS = Array.from(
  { length: 256 },
  (_, flags): ReadonlySet<ControlBit> => new Set(CONTROL_BITS.filter((bit) => (flags & MASK[bit]) !== 0)),
);

/** The control bits in a mask, 0...255, in the order of the notation. */
export const controlBitsOf = (flags: number): ReadonlySet<ControlBit> =>
  SETS[flags] as ReadonlySet<ControlBit>;

/**
 * The header and text that put a segment on the wire. TSVAL or TSECR alone brings the whole timestamps option, the
 * other being 0.
 *
 * @throws WireError when the text is more than one datagram can carry; other values are checked when encoded
 */
export function toWire(segment: ConcreteSegment, context: WireContext): TcpHeader {
  if (segment.data > LARGEST_TEXT) throw new WireError(`a segment with ${segment.data} octets of text`);
  const header = {
    srcPort: context.srcPort,
    dstPort: context.dstPort,
    seq: segment.seq,
    ack: segment.ack,
    flags: flagsOf(segment.ctl),
    reserved: segment.reserved ?? 0,
    window: segment.wnd ?? context.defaultWindow,
    urgent: segment.urg,
    options: optionsOf(segment),
    data: (context.payload ?? alphabet)(segment.data),
  };
  if (segment.offset === undefined && segment.checksum === undefined) return header;
  return {
    ...header,
    ...(segment.offset === undefined ? {} : { dataOffset: segment.offset }),
    ...(segment.checksum === undefined ? {} : { checksum: segment.checksum }),
  };
}

/**
 * The segment in a header that was received. Of a repeated option, the last one counts. When the notation has no field for an
 * option, `opt` has the octets of all options. The acknowledgment and urgent fields keep their values even without their control
 * bits.
 */
export function fromWire(tcp: DecodedTcp): ConcreteSegment {
  const opt = octetsBeyondFields(tcp.options);
  return {
    seq: tcp.seq,
    ack: tcp.ack,
    ctl: controlBitsOf(tcp.flags),
    data: tcp.data.length,
    wnd: tcp.window,
    urg: tcp.urgent,
    ...fieldsOf(tcp.options),
    ...(tcp.reserved === 0 ? {} : { reserved: tcp.reserved }),
    ...(opt === undefined ? {} : { opt }),
  };
}
