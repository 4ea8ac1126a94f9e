import type { ConcreteSegment, ControlBit } from '../../notation/index.ts';
import { sub } from '../../wire/seq.ts';

const LETTERS: readonly (readonly [ControlBit, string])[] = [
  ['SYN', 'S'],
  ['FIN', 'F'],
  ['RST', 'R'],
  ['PSH', 'P'],
  ['URG', 'U'],
  ['ECE', 'E'],
  ['CWR', 'W'],
  ['ACK', '.'],
];

/**
 * Writes segments as packetdrill does. Its numbers count from the initial ones of either side, but for the tester's SYNs
 * and what acknowledges them, which are as on the wire; so are the tester's numbers where no SYN of its has told where
 * they begin.
 */
export class PacketdrillLines {
  /** The target's ISS, once its SYN was seen. */
  #iss = 0;
  #issKnown = false;
  /** Where the tester's numbers begin. */
  #irs = 0;
  #irsKnown: boolean;

  /** @param active the target opens: then the tester's first number is that of its SYN,ACK */
  constructor(active: boolean) {
    this.#irsKnown = active;
  }

  /** A segment of the tester's; undefined when packetdrill has no way to write it. */
  fromTester(segment: ConcreteSegment, defaultWindow: number): string | undefined {
    const { seq, ack, ctl } = segment;
    if (!this.#irsKnown || (this.#irs === 0 && ctl.has('SYN') && ctl.has('ACK'))) {
      this.#irs = seq;
      this.#irsKnown = true;
    }
    const numbers = range(ctl.has('SYN') ? seq : sub(seq, this.#irs), segment.data);
    if (!numbers) return undefined;
    const options = optionsText(segment);
    return [
      '<',
      flagsText(ctl),
      numbers,
      ...(ctl.has('ACK') ? [`ack ${sub(ack, this.#iss)}`] : []),
      `win ${segment.wnd ?? defaultWindow}`,
      ...(segment.urg > 0 ? [`urg ${segment.urg}`] : []),
      ...(options ? [`<${options}>`] : []),
    ].join(' ');
  }

  /** A segment of the target's. Windows and options are its own affair. */
  fromTarget(segment: ConcreteSegment): string | undefined {
    const { seq, ack, ctl } = segment;
    // Another ISS: a connection anew, whose numbers are not known beforehand.
    if (ctl.has('SYN') && this.#issKnown && seq !== this.#iss) return undefined;
    if (ctl.has('SYN') && !this.#issKnown) {
      this.#iss = seq;
      this.#issKnown = true;
    }
    // The first form of a reset is 0 on the wire, wherever the target's numbers begin.
    const isZero = ctl.has('RST') && ctl.has('ACK') && seq === 0 && this.#issKnown;
    const numbers = isZero ? undefined : range(sub(seq, this.#iss), segment.data);
    if (!numbers) return undefined;
    // Timestamps are written so that packetdrill knows what the tester's echo means; other options do not matter.
    const options = segment.tsval === undefined ? '...' : optionsText(segment);
    return [
      '>',
      flagsText(ctl),
      numbers,
      ...(ctl.has('ACK') ? [`ack ${ctl.has('SYN') ? ack : sub(ack, this.#irs)}`] : []),
      ...(segment.urg > 0 ? [`urg ${segment.urg}`] : []),
      `<${options}>`,
    ].join(' ');
  }
}

const flagsText = (ctl: ReadonlySet<ControlBit>): string =>
  LETTERS.flatMap(([bit, letter]) => (ctl.has(bit) ? [letter] : [])).join('') || '-';

/** packetdrill adds up without wrapping around. */
const range = (seq: number, data: number): string | undefined =>
  seq + data < 2 ** 32 ? `${seq}:${seq + data}(${data})` : undefined;

/** Padded to a multiple of four octets, as packetdrill wants it. */
function optionsText({ mss, wscale, sackPermitted, tsval, tsecr }: ConcreteSegment): string {
  return [
    ...(mss === undefined ? [] : [`mss ${mss}`]),
    ...(sackPermitted ? [tsval === undefined ? 'sackOK,nop,nop' : 'sackOK'] : []),
    ...(tsval === undefined ? [] : [`${sackPermitted ? '' : 'nop,nop,'}TS val ${tsval} ecr ${tsecr ?? 0}`]),
    ...(wscale === undefined ? [] : [`nop,wscale ${wscale}`]),
  ].join(',');
}
