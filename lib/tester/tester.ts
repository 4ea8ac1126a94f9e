import { ACK, RST, SYN } from '../wire/index.ts';
import { LagMeter } from './lag.ts';
import type { Arrival, Link } from './link.ts';
import { Mailbox } from './mailbox.ts';
import { buildPacket } from './packet.ts';
import { PathQuality } from './path-quality.ts';
import type { PortRange } from './ports.ts';

const SHORTEST_HEADER = 20;

const flagsOf = (tcp: Uint8Array): number => tcp[13] ?? 0;

/**
 * Ends a call that nobody is interested in any more, as CLOSED does: a target that makes one call at a time would stay
 * with it. A new call is left to ring until somebody is.
 */
function hangUp(link: Link, { tcp, source }: Arrival): void {
  if ((flagsOf(tcp) & (RST | ACK)) !== ACK) return;
  const view = new DataView(tcp.buffer, tcp.byteOffset, tcp.byteLength);
  const [srcPort, dstPort, ack] = [view.getUint16(0), view.getUint16(2), view.getUint32(8)];
  const reset = { seq: ack, ack: 0, ctl: new Set(['RST'] as const), data: 0, urg: 0 };
  const { family, local, remote } = link;
  link.send(
    buildPacket(reset, { family, src: local, dst: remote, srcPort: dstPort, dstPort: srcPort, window: 0 }),
    source,
  );
}

/** The tester's end of the wire: its links, and a mailbox for each of its ports in use. */
export class Tester {
  readonly lag = new LagMeter();
  /** How far the path can be relied on, as found out so far. */
  readonly path = new PathQuality();
  /** Packets to ports of ours that nobody has open: late segments of connections that are done with. */
  strays = 0;
  readonly #links: ReadonlyMap<4 | 6, Link>;
  readonly #ports: PortRange;
  readonly #mailboxes = new Map<number, Mailbox>();
  /** Ports that the target calls by itself. */
  readonly #called = new Set<number>();
  readonly #awaited = new Set<(family: 4 | 6, taker: Mailbox | undefined) => void>();
  /** Reads and sockets that failed since the start: what that cost, and whom, nobody knows. */
  failures = 0;
  #lastFailure: Error | undefined;

  constructor(links: readonly Link[], ports: PortRange) {
    this.#links = new Map(links.map((link) => [link.family, link]));
    this.#ports = ports;
    for (const link of links) {
      link.onArrival((arrival) => this.#deliver(link, arrival));
      link.onFailure((error) => {
        this.failures += 1;
        this.#lastFailure = error;
      });
      link.onRefusal((refusal) => this.#mailboxes.get(refusal.port)?.refusals.push(refusal));
    }
  }

  get families(): (4 | 6)[] {
    return [...this.#links.keys()];
  }

  link(family: 4 | 6): Link {
    const link = this.#links.get(family);
    if (!link) throw new Error(`no IPv${family} link`);
    return link;
  }

  /**
   * Opens a port that no connection of this run has used yet.
   *
   * @param given instead of it: a port that the target calls by itself, of no other open mailbox.
   */
  open(family: 4 | 6, given?: number): Mailbox {
    let port = given ?? this.#ports.take();
    while (given === undefined && this.#mailboxes.has(port)) port = this.#ports.take();
    if (this.#mailboxes.has(port)) throw new Error(`the tester's port ${port} is taken`);
    const link = this.link(family);
    const release = (): void => void this.#mailboxes.delete(port);
    const mailbox = new Mailbox(link, port, release, () => this.drained(), given !== undefined);
    this.#mailboxes.set(port, mailbox);
    if (given !== undefined) this.#called.add(port);
    return mailbox;
  }

  /** Ports that the target calls by itself, before any of them is opened. */
  expectCalls(ports: readonly number[]): void {
    for (const port of ports) this.#called.add(port);
  }

  /**
   * Whether the target calls, or calls again, within so many milliseconds: it is there, then.
   *
   * @param beside whose own calls don't count
   */
  calls(family: 4 | 6, within: number, beside?: Mailbox): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (called: boolean): void => {
        clearTimeout(timer);
        this.#awaited.delete(hear);
        resolve(called);
      };
      const timer = setTimeout(() => void this.drained().then(() => end(false)), within);
      const hear = (from: 4 | 6, taker: Mailbox | undefined): void => {
        if (from === family && (taker === undefined || taker !== beside)) end(true);
      };
      this.#awaited.add(hear);
    });
  }

  /** What the receive queues dropped since the start. */
  losses(): number {
    let losses = 0;
    for (const link of this.#links.values()) losses += link.losses();
    return losses;
  }

  /** What the last failure was. */
  get lastFailure(): string {
    return this.#lastFailure?.message ?? 'none';
  }

  /**
   * Resolves when all segments so far are on the wire. A raw socket sends one packet in a turn of the event loop, so that
   * a request to the target's user would overtake the segments before it.
   */
  async flushed(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.flushed()));
  }

  /**
   * Resolves when nothing waits in the receive queues: a whole turn of the event loop has brought nothing. Timers come
   * before the wire in a turn, so that a process that was late would otherwise miss what had arrived in time.
   */
  async drained(): Promise<void> {
    for (let before = -1, now = this.#reads(); before !== now; now = this.#reads()) {
      before = now;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass, and then everything be read that has come meanwhile. */
  async listen(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.drained();
  }

  async close(): Promise<void> {
    this.lag.stop();
    for (const mailbox of this.#mailboxes.values()) mailbox.close();
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  #reads(): number {
    let reads = 0;
    for (const link of this.#links.values()) reads += link.reads();
    return reads;
  }

  #deliver(link: Link, arrival: Arrival): void {
    const { tcp } = arrival;
    const port = ((tcp[2] ?? 0) << 8) | (tcp[3] ?? 0);
    const mailbox = this.#mailboxes.get(port);
    const taken = mailbox?.deliver(arrival) ?? false;
    const isCalled = tcp.length >= SHORTEST_HEADER && this.#called.has(port);
    if (isCalled && (flagsOf(tcp) & (SYN | RST | ACK)) === SYN) {
      for (const hear of [...this.#awaited]) hear(link.family, taken ? mailbox : undefined);
    }
    if (taken) return;
    this.strays += 1;
    if (isCalled) hangUp(link, arrival);
  }
}
