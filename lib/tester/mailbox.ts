import { type ConcreteSegment, fromWire } from '../notation/index.ts';
import { ACK, type DecodedTcp, decodeTcp, SYN, WireError } from '../wire/index.ts';
import type { Arrival, Link, Refusal } from './link.ts';
import { buildPacket, type PacketOverrides } from './packet.ts';

/** One segment of a connection, as it was sent or arrived. */
export interface Entry {
  readonly from: 'tester' | 'target';
  /** In milliseconds of `performance.now()`. */
  readonly at: number;
  readonly segment: ConcreteSegment;
  readonly packet: Uint8Array;
  /** The peer's port in the segment. */
  readonly peerPort: number;
}

interface Waiter {
  readonly wanted: (entry: Entry) => boolean;
  readonly resolve: (entry: Entry | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Everything on one port of the tester's: each connection has a port to itself, so this is the record of a connection,
 * from whichever side it was opened.
 */
export class Mailbox {
  readonly port: number;
  readonly link: Link;
  /** All segments in the order in which they were sent or arrived. */
  readonly log: Entry[] = [];
  /** Arrivals that could not be read or whose checksum was wrong: dropped, as a TCP would, but not forgotten. */
  readonly damaged: string[] = [];
  /** What all text is made of that does not say otherwise, over and over. */
  filler: string | undefined;
  /** What the path said by ICMP of segments from this port: not delivered, for one reason or another. */
  readonly refusals: Refusal[] = [];
  /** Why segments of this connection's could not be sent: each is missing on the wire, though it is in the log. */
  readonly unsent: string[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #drained: () => Promise<void>;
  readonly #release: () => void;
  readonly #called: { readonly refused: number | undefined } | undefined;
  #caller: number | undefined;
  #isClosed = false;

  /**
   * @param drained resolves when everything that has arrived was taken from the wire
   * @param called the target calls this port, time and again: only the first call from now on is the connection, but for the
   *   one from a port that was `refused`.
   */
  constructor(
    link: Link,
    port: number,
    release: () => void,
    drained: () => Promise<void> = () => Promise.resolve(),
    called?: { readonly refused: number | undefined },
  ) {
    this.link = link;
    this.port = port;
    this.#release = release;
    this.#drained = drained;
    this.#called = called;
  }

  /** Sends a segment to a port of the target's. */
  send(segment: ConcreteSegment, peerPort: number, window: number, overrides?: PacketOverrides): Entry {
    const { family, local, remote } = this.link;
    const packet = buildPacket(
      segment,
      { family, src: local, dst: remote, srcPort: this.port, dstPort: peerPort, window },
      this.filler ? { text: this.filler, ...overrides } : overrides,
    );
    const entry: Entry = { from: 'tester', at: performance.now(), segment, packet, peerPort };
    this.log.push(entry);
    this.#transmit(packet, overrides?.destination ?? remote);
    return entry;
  }

  /** Sends a segment once more, to the octet. */
  sendAgain(entry: Entry): void {
    this.log.push({ ...entry, at: performance.now() });
    this.#transmit(entry.packet, this.link.remote);
  }

  /**
   * The first segment from the target, at or after position `since` of the log, that is wanted: one that has arrived, or
   * else the next one to arrive.
   *
   * @param timeout in milliseconds; when it passes, the answer is undefined. A process that was late reads first what
   *   has come meanwhile: what the tester is late to see is not silence.
   */
  next(wanted: (entry: Entry) => boolean, timeout: number, since = 0): Promise<Entry | undefined> {
    for (let index = since; index < this.log.length; index += 1) {
      const entry = this.log[index];
      if (entry?.from === 'target' && wanted(entry)) return Promise.resolve(entry);
    }
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        wanted,
        resolve,
        timer: setTimeout(() => {
          void this.#drained().then(() => {
            this.#waiters.delete(waiter);
            resolve(undefined);
          });
        }, timeout),
      };
      this.#waiters.add(waiter);
    });
  }

  /** Called by the tester for each packet to this port. @returns false for one of another call */
  deliver(arrival: Arrival): boolean {
    const { family, local } = this.link;
    try {
      const tcp = decodeTcp(arrival.tcp, { family, src: arrival.source, dst: local });
      if (tcp.checksumValid === false) {
        this.damaged.push('a segment with a wrong checksum');
        return true;
      }
      if (this.#called && !this.#isOfTheCall(tcp)) return false;
      const entry: Entry = {
        from: 'target',
        at: arrival.at,
        segment: fromWire(tcp),
        packet: arrival.packet,
        peerPort: tcp.srcPort,
      };
      this.log.push(entry);
      for (const waiter of this.#waiters) {
        if (!waiter.wanted(entry)) continue;
        this.#waiters.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve(entry);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.damaged.push(error.message);
    }
    return true;
  }

  /** Stops listening; who still waits, or will, gets undefined. */
  close(): void {
    this.#isClosed = true;
    this.#release();
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.resolve(undefined);
    }
    this.#waiters.clear();
  }

  #transmit(packet: Uint8Array, destination: string): void {
    this.link.send(packet, destination, (error) => this.unsent.push(error.message));
  }

  #isOfTheCall({ srcPort, flags }: DecodedTcp): boolean {
    const isNew = (flags & (SYN | ACK)) === SYN && srcPort !== this.#called?.refused;
    if (this.#caller === undefined && isNew) this.#caller = srcPort;
    return this.#caller === srcPort;
  }
}
