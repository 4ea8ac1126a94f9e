import { Calls } from './calls.ts';
import { LagMeter } from './lag.ts';
import type { Arrival, Link } from './link.ts';
import { Mailbox } from './mailbox.ts';
import { PathQuality } from './path-quality.ts';
import type { PortRange } from './ports.ts';

/** The tester's end of the wire: its links, and a mailbox for each of its ports in use. */
export class Tester {
  readonly lag = new LagMeter();
  /** How far the path can be relied on, as found out so far. */
  readonly path = new PathQuality();
  /** Packets to ports of ours that nobody has open: late segments of connections that are done with. */
  strays = 0;
  /** When the target was last heard of, by whatever segment, in milliseconds of `performance.now()`. */
  heardAt = 0;
  readonly #links: ReadonlyMap<4 | 6, Link>;
  readonly #ports: PortRange;
  readonly #mailboxes = new Map<number, Mailbox>();
  readonly #calls = new Calls(() => this.drained());
  /** Reads and sockets that failed since the start: what that cost, and whom, nobody knows. */
  failures = 0;
  #lastFailure: Error | undefined;
  #isClosed = false;
  readonly #onClosed: ((port: number) => void)[] = [];

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
    if (this.#isClosed) throw new Error('the tester is closed');
    let port = given ?? this.#ports.take();
    while (given === undefined && this.#mailboxes.has(port)) port = this.#ports.take();
    if (this.#mailboxes.has(port)) throw new Error(`the tester's port ${port} is taken`);
    const link = this.link(family);
    const isCalled = given !== undefined;
    if (isCalled) this.#calls.expect([port]);
    // Nobody takes the call that is refused here, should its SYN come once more.
    const called = isCalled ? { refused: this.#calls.refuse(link, port) } : undefined;
    const release = (): void => {
      if (this.#mailboxes.get(port) !== mailbox) return;
      this.#mailboxes.delete(port);
      for (const tell of this.#onClosed) tell(port);
      if (isCalled) this.#calls.end(mailbox);
    };
    const mailbox = new Mailbox(link, port, release, () => this.drained(), called);
    this.#mailboxes.set(port, mailbox);
    return mailbox;
  }

  /** Whether a connection of this run has the port. */
  isOpen(port: number): boolean {
    return this.#mailboxes.has(port);
  }

  /** @param handler told of each port when it is closed */
  onClosed(handler: (port: number) => void): void {
    this.#onClosed.push(handler);
  }

  /** @see Calls.expect */
  expectCalls(ports: readonly number[], atOnce = false): void {
    this.#calls.expect(ports, atOnce);
  }

  /** @see Calls.next */
  calls(family: 4 | 6, within: number, beside?: Mailbox): Promise<boolean> {
    return this.#calls.next(this.link(family), within, beside);
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

  /** Whoever still waits for a segment gets none, and no port can be opened any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
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
    this.heardAt = Math.max(this.heardAt, arrival.at);
    const { tcp } = arrival;
    const port = ((tcp[2] ?? 0) << 8) | (tcp[3] ?? 0);
    const mailbox = this.#mailboxes.get(port);
    const taken = mailbox?.deliver(arrival) ?? false;
    if (!taken) this.strays += 1;
    this.#calls.notice(link, port, arrival, taken ? mailbox : undefined);
  }
}
