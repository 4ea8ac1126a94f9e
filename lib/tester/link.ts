/** An IP packet that carries TCP and has arrived from the target. */
export interface Arrival {
  /** When it was taken from the wire, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly source: string;
  /** The TCP header and text. */
  readonly tcp: Uint8Array;
  /** The whole packet; on IPv6, whose raw sockets hide the header, one with a header made up from what is known. */
  readonly packet: Uint8Array;
}

/** Somebody on the path says by ICMP that a packet of ours is not delivered: that is not the target's silence. */
export interface Refusal {
  /** The tester's port in the packet. */
  readonly port: number;
  /** The address of who says so. */
  readonly source: string;
  /** In a few words: who says what. */
  readonly text: string;
}

/**
 * The wire between tester and target, for one address family. Everything that verdicts see passes here, so that a
 * disturbed wire can be put in its place for testing the suite itself.
 */
export interface Link {
  readonly family: 4 | 6;
  /** The tester's address. */
  readonly local: string;
  /** The target's address. */
  readonly remote: string;
  /** Sends a whole IP packet. What cannot be sent is reported to `failed`: it concerns one connection and no other. */
  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void;
  /** Resolves when everything that was given to `send` so far has left, or has failed to. */
  flushed(): Promise<void>;
  onArrival(handler: (arrival: Arrival) => void): void;
  /** A failure of the link itself, which may have cost any connection a segment. */
  onFailure(handler: (error: Error) => void): void;
  onRefusal(handler: (refusal: Refusal) => void): void;
  /** How many packets were read, whoever's they were. */
  reads(): number;
  /** How many packets the receive queue has dropped since the link was opened: each may be a reply that went unseen. */
  losses(): number;
  close(): Promise<void>;
}
