import type { Arrival, IcmpError, Link } from '../../../../lib/tester/index.ts';
import {
  decodeIpv4,
  decodeTcp,
  encodeIpv4,
  encodeTcp,
  payloadOfIpv4,
  type TcpHeader,
} from '../../../../lib/wire/index.ts';

/** What a middlebox does with segments over IPv4. */
export interface Middlebox {
  /** How long what goes to the tester takes, in milliseconds. */
  readonly delay?: number;
  /** A segment on its way to the target, as it goes on. */
  to?(segment: TcpHeader): TcpHeader;
  /** A segment on its way to the tester. */
  from?(segment: TcpHeader): TcpHeader;
  /** The middlebox's own answer, at once; the segment goes no further. */
  answer?(segment: TcpHeader): TcpHeader | undefined;
}

/** Routers that are only told by the TTL of what comes from the target. */
const ROUTERS = 2;
/** Of what the middlebox sends by itself: five routers away. */
const OWN_TTL = 59;

/** A wire with a middlebox on it. */
export class MiddleboxLink implements Link {
  readonly family = 4;
  readonly local: string;
  readonly remote: string;
  readonly #link: Link;
  readonly #middlebox: Middlebox;
  #onArrival: (arrival: Arrival) => void = () => {};

  constructor(link: Link, middlebox: Middlebox) {
    this.#link = link;
    this.#middlebox = middlebox;
    this.local = link.local;
    this.remote = link.remote;
    link.onArrival((arrival) => {
      const packet = changed(Uint8Array.from(arrival.packet), (tcp) => middlebox.from?.(tcp) ?? tcp, ROUTERS);
      setTimeout(() => this.#arrive(packet), middlebox.delay ?? 0);
    });
  }

  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void {
    const { src, dst, payload } = decodeIpv4(packet);
    const own = this.#middlebox.answer?.(segmentIn(payload));
    if (own) {
      const header = { ...decodeIpv4(packet), src: dst, dst: src, ttl: OWN_TTL };
      setTimeout(() => this.#arrive(packetOf(header, own)), 0);
      return;
    }
    this.#link.send(
      changed(packet, (tcp) => this.#middlebox.to?.(tcp) ?? tcp),
      destination,
      failed,
    );
  }

  flushed = (): Promise<void> => this.#link.flushed();
  onFailure = (handler: (error: Error) => void): void => this.#link.onFailure(handler);
  onIcmpError = (handler: (error: IcmpError) => void): void => this.#link.onIcmpError(handler);
  reads = (): number => this.#link.reads();
  losses = (): number => this.#link.losses();
  close = (): Promise<void> => this.#link.close();

  onArrival(handler: (arrival: Arrival) => void): void {
    this.#onArrival = handler;
  }

  #arrive(packet: Uint8Array): void {
    this.#onArrival({ at: performance.now(), source: this.remote, tcp: payloadOfIpv4(packet), packet });
  }
}

/** Without what follows from the rest. */
function segmentIn(octets: Uint8Array): TcpHeader {
  const { checksum: _, checksumValid: __, dataOffset: ___, ...segment } = decodeTcp(octets);
  return segment;
}

function packetOf(ip: ReturnType<typeof decodeIpv4>, tcp: TcpHeader): Uint8Array {
  const { tos, id, flags, fragmentOffset, ttl, protocol, src, dst, options } = ip;
  return encodeIpv4(
    { tos, id, flags, fragmentOffset, ttl, protocol, src, dst, options },
    encodeTcp(tcp, { family: 4, src, dst }),
  );
}

const changed = (packet: Uint8Array, change: (tcp: TcpHeader) => TcpHeader, routers = 0): Uint8Array => {
  const ip = decodeIpv4(packet);
  return packetOf({ ...ip, ttl: ip.ttl - routers }, change(segmentIn(ip.payload)));
};
