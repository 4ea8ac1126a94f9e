import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { PROTOCOL_ICMP, parseAddressOf, payloadOfIpv4, WireError } from '../wire/index.ts';
import { readIcmpError } from './icmp.ts';
import type { Arrival, IcmpError, Link } from './link.ts';
import { ipv6Packet } from './packet.ts';
import { type RawSockets, rawSockets, type Socket } from './raw-socket.ts';

/** A raw socket could not be had. */
export class RawSocketRefused extends Error {
  override name = 'RawSocketRefused';
}

// From the kernel's headers; raw-socket names only some of them.
const SOL_SOCKET = 1;
const SO_BROADCAST = 6;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
// Nine counts of 32 bits; the first one is of the octets in the receive queue, the last one of the packets that it dropped.
const SO_MEMINFO = 55;
const MEMINFO_COUNTS = 9;
// No queued packet takes fewer octets of the kernel's memory.
const LEAST_TRUESIZE = 512;
const IPPROTO_IP = 0;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_LOOP = 34;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
// A raw socket of this protocol only sends, and takes whole IP packets in both families.
const PROTOCOL_RAW = 255;

// For bursts of replies while this process is busy: 32 MiB hold some 25,000 small segments.
const RECEIVE_QUEUE = 32 * 2 ** 20;
const LARGEST_PACKET = 65_535;
// In one turn of the event loop: a small receive queue must not overflow by what a burst draws, and timers must not starve.
const MOST_SENT_UNREAD = 32;
const MOST_READ_AT_ONCE = 32;

interface RawLinkOptions {
  readonly family: 4 | 6;
  readonly local: string;
  readonly remote: string;
  /** Whether packets count that come from another address than `remote`. */
  readonly fromAnyone?: boolean;
  /** The size of the receive queue to ask for, in octets. Default: 32 MiB. */
  readonly receiveQueue?: number | undefined;
}

interface Outgoing {
  readonly packet: Uint8Array;
  readonly destination: string;
  readonly failed: ((error: Error) => void) | undefined;
}

// raw-socket's handles do not keep their objects alive: without this, an open link could be garbage-collected.
const openLinks = new Set<RawLink>();

/** The wire by raw sockets: one receives, one sends, one reads ICMP. On a socket that does both, receiving starves sending. */
export class RawLink implements Link {
  readonly family: 4 | 6;
  readonly local: string;
  readonly remote: string;
  /** The size of the receive queue that the kernel granted, in octets. What is in flight must stay far below. */
  readonly receiveQueue: number;
  readonly #receiver: Socket;
  readonly #sender: Socket;
  readonly #icmp: Socket;
  readonly #lossesAtOpen: number;
  readonly #fromAnyone: boolean;
  readonly #counts = new Uint32Array(MEMINFO_COUNTS);
  readonly #countsBuffer = Buffer.from(this.#counts.buffer);
  #lastDrops = 0;
  #reads = 0;
  #isReading = false;
  readonly #outgoing: Outgoing[] = [];
  /** Of what is sent. A socket reads from a buffer only, and to make one of a small array costs more than to copy that. */
  readonly #buffer = Buffer.alloc(LARGEST_PACKET);
  /** Packets since the last one was read. */
  #sentUnread = 0;
  /** Whether what is outgoing waits. */
  #isHeld = false;
  #given = 0;
  #gone = 0;
  #whenGone: { count: number; resolve: () => void }[] = [];
  #onArrival: (arrival: Arrival) => void = () => {};
  #onFailure: (error: Error) => void = () => {};
  #onIcmpError: (error: IcmpError) => void = () => {};
  #closing: Promise<void> | undefined;

  /** @throws RawSocketRefused without CAP_NET_RAW; Error where the raw sockets cannot be built */
  static async open(options: RawLinkOptions): Promise<RawLink> {
    return new RawLink(await rawSockets(), options);
  }

  private constructor(
    raw: RawSockets,
    { family, local, remote, fromAnyone = false, receiveQueue = RECEIVE_QUEUE }: RawLinkOptions,
  ) {
    this.#fromAnyone = fromAnyone;
    this.family = family;
    this.local = local;
    this.remote = remote;
    const addressFamily = family === 4 ? raw.AddressFamily.IPv4 : raw.AddressFamily.IPv6;
    try {
      this.#receiver = raw.createSocket({
        protocol: raw.Protocol.TCP,
        addressFamily,
        bufferSize: LARGEST_PACKET,
      });
      this.#sender = raw.createSocket({ protocol: PROTOCOL_RAW, addressFamily, bufferSize: 64 });
      this.#icmp = raw.createSocket({ protocol: PROTOCOL_ICMP[family], addressFamily });
    } catch (error) {
      throw new RawSocketRefused(
        `no raw socket for IPv${family}: ${(error as Error).message} (it takes root, or the capability CAP_NET_RAW)`,
      );
    }
    this.receiveQueue = resize(this.#receiver, receiveQueue);
    if (family === 4) {
      this.#sender.setOption(SOL_SOCKET, SO_BROADCAST, 1);
      this.#sender.setOption(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    }
    sendMulticastFrom(local, family, this.#sender);
    this.#lossesAtOpen = this.#drops();
    this.#receiver.on('message', (buffer: Buffer, source: string) => this.#take(buffer, source));
    this.#icmp.on('message', (buffer: Buffer, source: string) => this.#takeIcmp(buffer, source));
    for (const socket of this.#sockets) socket.on('error', (error: Error) => this.#onFailure(error));
    openLinks.add(this);
  }

  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void {
    this.#given += 1;
    this.#outgoing.push({ packet, destination, failed });
    this.#sendOn();
  }

  /** The socket's own queue would take a turn of the event loop for each packet. */
  #sendOn(): void {
    while (!this.#isHeld && !this.#closing) {
      const next = this.#outgoing.shift();
      if (!next) return;
      const { packet, destination, failed } = next;
      this.#buffer.set(packet);
      try {
        this.#sender.wrap.send(this.#buffer, 0, packet.length, destination, () => this.#sent());
      } catch {
        // The kernel cannot take it now, or never: the socket waits until it can, and tells.
        this.#isHeld = true;
        this.#sender.send(Buffer.from(packet), 0, packet.length, destination, (error) => {
          this.#isHeld = false;
          if (error) failed?.(new Error(`could not send to ${destination}: ${error.message}`));
          this.#sent();
          this.#sendOn();
        });
      }
    }
  }

  #sent(): void {
    this.#gone += 1;
    this.#tellGone(this.#gone);
    this.#sentUnread += 1;
    if (this.#sentUnread < MOST_SENT_UNREAD) return;
    this.#isHeld = true;
    setImmediate(() => {
      this.#isHeld = false;
      this.#sentUnread = 0;
      this.#sendOn();
    });
  }

  flushed(): Promise<void> {
    const count = this.#given;
    if (this.#gone === count || this.#closing) return Promise.resolve();
    return new Promise((resolve) => this.#whenGone.push({ count, resolve }));
  }

  onArrival(handler: (arrival: Arrival) => void): void {
    this.#onArrival = handler;
  }

  onFailure(handler: (error: Error) => void): void {
    this.#onFailure = handler;
  }

  onIcmpError(handler: (error: IcmpError) => void): void {
    this.#onIcmpError = handler;
  }

  reads(): number {
    return this.#reads;
  }

  losses(): number {
    return this.#drops() - this.#lossesAtOpen;
  }

  close(): Promise<void> {
    // What is still queued is never sent.
    this.#tellGone(this.#given);
    // A second close() of a raw-socket would emit twice.
    this.#closing ??= Promise.all(
      this.#sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('close', resolve);
            socket.close();
          }),
      ),
    ).then(() => {
      openLinks.delete(this);
    });
    return this.#closing;
  }

  #tellGone(count: number): void {
    while (this.#whenGone[0] && this.#whenGone[0].count <= count) this.#whenGone.shift()?.resolve();
  }

  get #sockets(): Socket[] {
    return [this.#receiver, this.#sender, this.#icmp];
  }

  #takeIcmp(buffer: Buffer, source: string): void {
    // Only IPv4's raw sockets show the IP header.
    const header = this.family === 4 ? ((buffer[0] ?? 0) & 0x0f) * 4 : 0;
    // A copy: the socket reuses its buffer, and the error quotes from it.
    const error = readIcmpError(this.family, new Uint8Array(buffer.subarray(header)), source);
    if (error) this.#onIcmpError(error);
  }

  #take(shared: Buffer, source: string): void {
    const at = performance.now();
    this.#reads += 1;
    this.#sentUnread = 0;
    // The socket reuses its buffer for the next packet.
    if (source === this.remote || this.#fromAnyone) this.#arrived(new Uint8Array(shared), source, at);
    this.#readOn();
  }

  /** Reads what else has arrived: the socket reads one packet in a turn of the event loop. */
  #readOn(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    for (let left = MOST_READ_AT_ONCE; left > 0 && this.#readsOne(); left -= 1);
    this.#isReading = false;
  }

  #readsOne(): boolean {
    if (this.#closing || this.#queued() === 0) return false;
    let read: [Buffer, string] | undefined;
    try {
      this.#receiver.wrap.recv(this.#receiver.buffer, (buffer, octets, source) => {
        read = [buffer.subarray(0, octets), source];
      });
    } catch {
      // The kernel counts a packet just before it can be read. The socket reads it, or tells why it cannot, in the next turn.
    }
    if (read) this.#take(...read);
    return read !== undefined;
  }

  #arrived(octets: Uint8Array, source: string, at: number): void {
    if (this.family === 6) {
      const packet = ipv6Packet(source, this.local, octets);
      this.#onArrival({ at, source, tcp: octets, packet });
      return;
    }
    try {
      this.#onArrival({ at, source, tcp: payloadOfIpv4(octets), packet: octets });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }

  /** Resolves when all packets that have arrived by now are read. */
  async drained(): Promise<void> {
    const most = this.#reads + Math.ceil(this.#queued() / LEAST_TRUESIZE);
    while (!this.#closing && this.#reads < most && this.#queued() > 0) await turn();
  }

  /** Octets in the receive queue, by the kernel's count. */
  #queued(): number {
    return this.#memoryCounts()[0] ?? 0;
  }

  #drops(): number {
    if (!this.#closing) this.#lastDrops = this.#memoryCounts().at(-1) ?? 0;
    return this.#lastDrops;
  }

  #memoryCounts(): Uint32Array {
    this.#receiver.getOption(SOL_SOCKET, SO_MEMINFO, this.#countsBuffer, this.#counts.byteLength);
    return this.#counts;
  }
}

/** Sets the receive queue as far as the system allows: a user namespace may not force it. @returns the granted octets */
function resize(socket: Socket, size: number): number {
  for (const option of [SO_RCVBUF, SO_RCVBUFFORCE]) {
    try {
      socket.setOption(SOL_SOCKET, option, size);
    } catch {
      // The size is read back below.
    }
  }
  const value = Buffer.alloc(4);
  socket.getOption(SOL_SOCKET, SO_RCVBUF, value, 4);
  return value.readUInt32LE();
}

/** Sends multicast by the interface that has our address. Otherwise the kernel chooses one, and the target may get nothing. */
function sendMulticastFrom(local: string, family: 4 | 6, socket: Socket): void {
  const address = Buffer.from(parseAddressOf(family, local));
  if (family === 4) {
    try {
      socket.setOption(IPPROTO_IP, IP_MULTICAST_IF, address, address.length);
    } catch {
      // Not an address of this machine. The preflight reports that.
    }
    return;
  }
  // Each line has an IPv6 address and the number of its interface, both in hexadecimal.
  for (const line of readFileSync('/proc/self/net/if_inet6', 'utf8').split('\n')) {
    const [own, index = ''] = line.split(' ');
    if (own !== address.toString('hex')) continue;
    socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_IF, Number.parseInt(index, 16));
  }
}
