import type { DecodedIcmpError } from '../wire/index.ts';

/** A TCP packet from the target. */
export interface Arrival {
  /** When it was read, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly source: string;
  /** The TCP header and text. */
  readonly tcp: Uint8Array;
  /** The whole packet. Raw sockets hide the IPv6 header, so that one is made up. */
  readonly packet: Uint8Array;
}

/** An ICMP message about a segment of ours. */
export interface IcmpError extends DecodedIcmpError {
  /** Who sent the message. */
  readonly source: string;
  /** In words, where it says that the segment was not delivered. */
  readonly refusal?: string;
}

/** That a packet of ours was not delivered. Such silence is not the target's. */
export interface Refusal {
  /** The tester's port in the packet. */
  readonly port: number;
  /** Who sent the message. */
  readonly source: string;
  readonly text: string;
}

/** The wire between tester and target, for one address family. All segments pass here, so tests can put in a disturbed one. */
export interface Link {
  readonly family: 4 | 6;
  /** The tester's address. */
  readonly local: string;
  /** The target's address. */
  readonly remote: string;
  /** Sends a whole IP packet. `failed` is called when that is impossible: one connection misses a segment. */
  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void;
  /** Resolves when every packet so far was sent or has failed. */
  flushed(): Promise<void>;
  onArrival(handler: (arrival: Arrival) => void): void;
  /** A failure of the link itself: any connection may miss a segment. */
  onFailure(handler: (error: Error) => void): void;
  onIcmpError(handler: (error: IcmpError) => void): void;
  /** How many packets were read, from any host. */
  reads(): number;
  /** How many packets the receive queue has dropped since the link was opened. Each may be a missed reply. */
  losses(): number;
  close(): Promise<void>;
}
