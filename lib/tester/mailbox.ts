import { type ConcreteSegment, fromWire } from '../notation/index.ts';
import { ACK, type DecodedTcp, decodeTcp, type IcmpErrorName, SYN, WireError } from '../wire/index.ts';
import type { Arrival, IcmpError, Link, Refusal } from './link.ts';
import { buildIcmpPacket, buildPacket, ipv6Packet, type PacketOverrides } from './packet.ts';

/** A segment that was sent or has arrived. */
export interface Entry {
  readonly from: 'tester' | 'target';
  /** In milliseconds of `performance.now()`. */
  readonly at: number;
  readonly segment: ConcreteSegment;
  readonly packet: Uint8Array;
  /** The target's port. */
  readonly peerPort: number;
}

/** An ICMP error that was sent, about a segment of the target's. */
export interface IcmpSent extends Pick<Entry, 'at' | 'packet'> {
  readonly name: IcmpErrorName;
  /** The segment that it is about. */
  readonly segment: ConcreteSegment;
}

interface Waiter {
  readonly wanted: (entry: Entry) => boolean;
  readonly resolve: (entry: Entry | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

/** One port of the tester. Each connection has a port of its own, so this is the record of a connection. */
export class Mailbox {
  readonly port: number;
  readonly link: Link;
  /** All segments, in order. */
  readonly log: Entry[] = [];
  /** Why arrivals were dropped: they were unreadable, or their checksum was wrong. */
  readonly damaged: string[] = [];
  /** Repeated to make the text of segments that do not override it. */
  filler: string | undefined;
  /** ICMP messages about segments from this port that were not delivered. */
  readonly refusals: Refusal[] = [];
  /** All ICMP errors about segments from this port. */
  readonly icmpErrors: IcmpError[] = [];
  /** Why segments could not be sent. They are in the log, but were never on the wire. */
  readonly unsent: string[] = [];
  /** The ICMP errors that were sent, in order. */
  readonly icmpSent: IcmpSent[] = [];
  /** Addresses that segments may be sent to besides the tester's: those that some were said to come from. */
  readonly #addresses = new Set<string>();
  readonly #waiters = new Set<Waiter>();
  readonly #drained: () => Promise<void>;
  readonly #release: () => void;
  readonly #called: { readonly refused: number | undefined } | undefined;
  #caller: number | undefined;
  #isClosed = false;

  /**
   * @param drained resolves when all that has arrived was read
   * @param called the target calls this port again and again: the first call from now on is the connection, except one from
   *   the port `refused`
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

  send(segment: ConcreteSegment, peerPort: number, window: number, overrides?: PacketOverrides): Entry {
    const { family, local, remote } = this.link;
    const packet = buildPacket(
      segment,
      { family, src: local, dst: remote, srcPort: this.port, dstPort: peerPort, window },
      this.filler ? { text: this.filler, ...overrides } : overrides,
    );
    const entry: Entry = { from: 'tester', at: performance.now(), segment, packet, peerPort };
    this.log.push(entry);
    if (overrides?.source) this.listensTo(overrides.source);
    this.#transmit(packet, overrides?.destination ?? remote);
    return entry;
  }

  /**
   * Sends an ICMP error about a segment of the target's.
   *
   * @param ports that the message quotes: the target's, and the tester's
   * @param mtu of the next hop, in octets, for what was too big
   */
  sendIcmpError(
    name: IcmpErrorName,
    segment: ConcreteSegment,
    ports: { readonly target: number; readonly tester: number },
    mtu?: number,
  ): void {
    const { family, local, remote } = this.link;
    const ends = { family, src: remote, dst: local, srcPort: ports.target, dstPort: ports.tester };
    const original = buildPacket(segment, { ...ends, window: segment.wnd ?? 0 });
    const packet = buildIcmpPacket(name, { family, src: local, dst: remote }, original, mtu);
    this.icmpSent.push({ name, segment, at: performance.now(), packet });
    this.#transmit(packet, remote);
  }

  /** Segments to this address are taken too. */
  listensTo(address: string): void {
    this.#addresses.add(address);
  }

  /** Sends the same packet again. */
  sendAgain(entry: Entry): void {
    this.log.push({ ...entry, at: performance.now() });
    this.#transmit(entry.packet, this.link.remote);
  }

  /**
   * The first wanted segment of the target at or after position `since` of the log, also one that is yet to arrive.
   *
   * @param timeout in milliseconds; negative where the time is over already. After it, all that has arrived is read first; then the answer is undefined.
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
        timer: setTimeout(
          () => {
            void this.#drained().then(() => {
              this.#waiters.delete(waiter);
              resolve(undefined);
            });
          },
          Math.max(0, timeout),
        ),
      };
      this.#waiters.add(waiter);
    });
  }

  /** Takes a packet to this port. @returns false when it belongs to another call */
  deliver(arrival: Arrival): boolean {
    try {
      const { tcp, packet } = this.#decoded(arrival);
      if (tcp.checksumValid === false) {
        this.damaged.push('a segment with a wrong checksum');
        return true;
      }
      if (this.#called && !this.#isOfTheCall(tcp)) return false;
      const entry: Entry = {
        from: 'target',
        at: arrival.at,
        segment: fromWire(tcp),
        packet,
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

  /** The segment, by the address that it was sent to: the checksum covers that, and raw sockets hide it over IPv6. */
  #decoded({ tcp, source: src, packet }: Arrival): { readonly tcp: DecodedTcp; readonly packet: Uint8Array } {
    const { family, local } = this.link;
    const own = decodeTcp(tcp, { family, src, dst: local });
    if (own.checksumValid !== false) return { tcp: own, packet };
    for (const dst of this.#addresses) {
      const other = decodeTcp(tcp, { family, src, dst });
      if (other.checksumValid)
        return { tcp: other, packet: family === 6 ? ipv6Packet(src, dst, tcp) : packet };
    }
    return { tcp: own, packet };
  }

  /** Stops listening. All `next` resolve to undefined. */
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
