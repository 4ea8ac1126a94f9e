import { commentOf, type Interface, interfaceOf } from './pcapng-options.ts';

/** What a capture file says of one frame. One object is used again and again: copy what is to last. */
export interface FrameRecord {
  /** 1 for the first frame of the capture, as every tool counts. */
  number: number;
  /** Seconds since 1970. */
  seconds: number;
  /** 0...999,999,999. */
  nanoseconds: number;
  /** The link type of the interface (tcpdump.org/linktypes.html). */
  linkType: number;
  /** Where the frame lies in `octets`. */
  octets: Uint8Array;
  start: number;
  /** Octets that were captured, and octets that the frame had. */
  captured: number;
  original: number;
  /** Comments on the frame (pcapng only), without control characters: a terminal may print them. */
  comment: string;
}

/** Why a capture could not be read to its end. */
export type Damage =
  | { readonly kind: 'cut' }
  | { readonly kind: 'impossible length'; readonly length: number }
  | { readonly kind: 'no section header' }
  | { readonly kind: 'gzip'; readonly told: string };

/** The file is no capture at all. The message is one sentence for the user. */
export class NoCapture extends Error {
  override name = 'NoCapture';
}

/** Longer than any frame or block that a capture tool writes: a greater length means damage. */
const LONGEST = 64 * 1024 * 1024;
/** A frame of any link, jumbo frames and merged segments included. */
const LONGEST_FRAME = 1024 * 1024;

const PCAP_MICRO = 0xa1b2c3d4;
const PCAP_NANO = 0xa1b23c4d;
/** A variant of old Linux tools: 8 octets more before each frame. */
const PCAP_PATCHED = 0xa1b2cd34;
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;

const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

/**
 * Splits a capture into its frames as octets come: pcap in both byte orders, with micro- or nanoseconds, and pcapng. It keeps
 * no more than the part of a frame that has not come yet.
 */
export class RecordReader {
  /** Where reading had to stop; what came before is good. */
  damage: Damage | undefined;
  readonly frame: FrameRecord = {
    number: 0,
    seconds: 0,
    nanoseconds: 0,
    linkType: 0,
    octets: new Uint8Array(),
    start: 0,
    captured: 0,
    original: 0,
    comment: '',
  };
  readonly #heard: (frame: FrameRecord) => void;
  /** What has come and was not read yet, and how much of it there is. */
  #held = new Uint8Array();
  #size = 0;
  #format: 'pcap' | 'pcapng' | undefined;
  #little = true;
  #nano = false;
  #header = 16;
  #interfaces: Interface[] = [];
  #length = 0;

  constructor(heard: (frame: FrameRecord) => void) {
    this.#heard = heard;
  }

  /**
   * Takes the next octets of the capture.
   *
   * @throws NoCapture when they do not begin like one
   */
  push(chunk: Uint8Array): void {
    if (this.damage) return;
    this.#hold(chunk);
    const size = this.#size;
    if (size < this.#length || (!this.#format && size < 24)) return;
    const octets = this.#held;
    const view = new DataView(octets.buffer, octets.byteOffset, size);
    let at = this.#format ? 0 : this.#begin(view);
    this.#length = 0;
    this.frame.octets = octets;
    at = this.#format === 'pcap' ? this.#pcap(view, at) : this.#pcapng(view, at);
    octets.copyWithin(0, at, size);
    this.#size = size - at;
  }

  /** Puts a chunk behind what is left of the one before. The same memory is used for all of them. */
  #hold(chunk: Uint8Array): void {
    const size = this.#size + chunk.length;
    if (size > this.#held.length) {
      const larger = new Uint8Array(2 * size);
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(chunk, this.#size);
    this.#size = size;
  }

  /** The capture has ended. @throws NoCapture when nothing of it was a capture */
  end(): void {
    if (!this.#format)
      throw new NoCapture(this.#size === 0 ? 'the capture is empty' : 'this is neither pcap nor pcapng');
    if (!this.damage && this.#size > 0) this.damage = { kind: 'cut' };
  }

  #begin(view: DataView): number {
    const magic = view.getUint32(0, true);
    if (magic === SECTION_HEADER) {
      this.#format = 'pcapng';
      return 0;
    }
    const swapped = view.getUint32(0, false);
    for (const [value, little] of [
      [magic, true],
      [swapped, false],
    ] as const) {
      if (value !== PCAP_MICRO && value !== PCAP_NANO && value !== PCAP_PATCHED) continue;
      this.#format = 'pcap';
      this.#little = little;
      this.#nano = value === PCAP_NANO;
      this.#header = value === PCAP_PATCHED ? 24 : 16;
      // The upper half of the word has flags of its own.
      this.frame.linkType = view.getUint32(20, little) & 0xffff;
      return 24;
    }
    throw new NoCapture('this is neither pcap nor pcapng');
  }

  #pcap(view: DataView, from: number): number {
    const { frame } = this;
    const little = this.#little;
    const header = this.#header;
    const perUnit = this.#nano ? 1 : 1000;
    const size = view.byteLength;
    let at = from;
    while (at + header <= size) {
      const captured = view.getUint32(at + 8, little);
      if (captured > LONGEST_FRAME) {
        this.damage = { kind: 'impossible length', length: captured };
        return size;
      }
      const end = at + header + captured;
      if (end > size) {
        this.#length = end - at;
        break;
      }
      frame.number += 1;
      frame.seconds = view.getUint32(at, little);
      frame.nanoseconds = view.getUint32(at + 4, little) * perUnit;
      frame.start = at + header;
      frame.captured = captured;
      frame.original = view.getUint32(at + 12, little);
      this.#heard(frame);
      at = end;
    }
    return at;
  }

  #pcapng(view: DataView, from: number): number {
    const size = view.byteLength;
    let at = from;
    while (at + 12 <= size) {
      if (view.getUint32(at, true) === SECTION_HEADER) {
        const order = view.getUint32(at + 8, true);
        this.#little = order === BYTE_ORDER;
        if (!this.#little && view.getUint32(at + 8, false) !== BYTE_ORDER) {
          this.damage = { kind: 'no section header' };
          return size;
        }
        this.#interfaces = [];
      }
      const length = view.getUint32(at + 4, this.#little);
      if (length < 12 || length % 4 !== 0 || length > LONGEST) {
        this.damage = { kind: 'impossible length', length };
        return size;
      }
      if (at + length > size) {
        this.#length = length;
        break;
      }
      if (!this.#block(view, at, length)) {
        this.damage = { kind: 'impossible length', length };
        return size;
      }
      at += length;
    }
    return at;
  }

  /** Whether the block is sound. */
  #block(view: DataView, at: number, length: number): boolean {
    const little = this.#little;
    const { frame } = this;
    const end = at + length - 4;
    switch (view.getUint32(at, little)) {
      case INTERFACE_DESCRIPTION:
        if (length < 20) return false;
        this.#interfaces.push(interfaceOf(view, at, end, little));
        return true;
      case ENHANCED_PACKET:
      case OLD_PACKET: {
        if (length < 32) return false;
        const old = view.getUint32(at, little) === OLD_PACKET;
        const on = this.#interfaces[old ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little)];
        const captured = view.getUint32(at + 20, little);
        if (!on || at + 28 + captured > end) return false;
        const time = view.getUint32(at + 12, little) * 2 ** 32 + view.getUint32(at + 16, little);
        const whole = Math.floor(time / on.perSecond);
        frame.seconds = whole + on.offset;
        frame.nanoseconds = Math.round(((time - whole * on.perSecond) / on.perSecond) * 1e9);
        frame.original = view.getUint32(at + 24, little);
        frame.comment = commentOf(view, at + 28 + ((captured + 3) & ~3), end, little);
        return this.#found(on, at + 28, captured);
      }
      case SIMPLE_PACKET: {
        const on = this.#interfaces[0];
        if (!on || length < 16) return false;
        frame.original = view.getUint32(at + 8, little);
        frame.comment = '';
        const kept = Math.min(frame.original, on.snapLength || frame.original, end - at - 12);
        return this.#found(on, at + 12, kept);
      }
      default:
        return true;
    }
  }

  #found(on: Interface, start: number, captured: number): boolean {
    const { frame } = this;
    frame.number += 1;
    frame.linkType = on.linkType;
    frame.start = start;
    frame.captured = captured;
    this.#heard(frame);
    return true;
  }
}
