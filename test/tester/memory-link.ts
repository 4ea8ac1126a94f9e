import { type ConcreteSegment, evaluateSegment, fromWire, parseSegment } from '../../lib/notation/index.ts';
import type { Arrival, IcmpError, Link } from '../../lib/tester/index.ts';
import { buildPacket, type PacketOverrides } from '../../lib/tester/packet.ts';
import { decodeIpv4, decodeTcp } from '../../lib/wire/index.ts';

/** A segment from the tester, as the target sees it. */
export interface Sent {
  readonly segment: ConcreteSegment;
  /** The tester's port and the target's. */
  readonly from: number;
  readonly to: number;
  readonly destination: string;
}

/** A segment with its numbers, from the notation. */
export const segment = (notation: string): ConcreteSegment => evaluateSegment(parseSegment(notation), {});

/** A wire in memory, IPv4. It keeps what is sent, and a script answers. */
export class MemoryLink implements Link {
  readonly family = 4;
  readonly local = '192.0.2.1';
  readonly remote = '192.0.2.2';
  readonly sent: Sent[] = [];
  dropped = 0;
  /** Why nothing can be sent. */
  jammed: string | undefined;
  /** Resolves when what was sent has left. */
  leaving: Promise<void> = Promise.resolve();
  /** The target's answer to a segment. */
  script: (sent: Sent) => readonly string[] = () => [];
  #reads = 0;
  #onArrival: (arrival: Arrival) => void = () => {};
  #onFailure: (error: Error) => void = () => {};
  #onIcmpError: (error: IcmpError) => void = () => {};

  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void {
    if (this.jammed) {
      failed?.(new Error(this.jammed));
      return;
    }
    const { src, dst, payload } = decodeIpv4(packet);
    const tcp = decodeTcp(payload, { family: 4, src, dst });
    const sent = { segment: fromWire(tcp), from: tcp.srcPort, to: tcp.dstPort, destination };
    this.sent.push(sent);
    for (const answer of this.script(sent)) this.arrive(answer, sent.from, sent.to);
  }

  flushed(): Promise<void> {
    return this.leaving;
  }

  /** Receives a segment of the target. */
  arrive(notation: string, to: number, from = 80, overrides: PacketOverrides = {}): void {
    const envelope = { family: 4, src: this.remote, dst: this.local, srcPort: from, dstPort: to } as const;
    const packet = buildPacket(segment(notation), { ...envelope, window: 1000 }, overrides);
    this.#reads += 1;
    const { payload } = decodeIpv4(packet);
    this.#onArrival({ at: performance.now(), source: this.remote, tcp: payload, packet });
  }

  fail(message: string): void {
    this.#onFailure(new Error(message));
  }

  /** Receives an ICMP error. */
  hear(error: IcmpError): void {
    this.#onIcmpError(error);
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
    return this.dropped;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
