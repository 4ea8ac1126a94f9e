import { read16 } from '../wire/octets.ts';
import { Calls } from './calls.ts';
import { LagMeter } from './lag.ts';
import type { Arrival, Link } from './link.ts';
import { Mailbox } from './mailbox.ts';
import { PathQuality } from './path-quality.ts';
import type { PortRange } from './ports.ts';

/** The tester's end of the wire: its links, and a mailbox for each of its ports in use. */
export class Tester {
  readonly lag = new LagMeter();
  readonly path = new PathQuality();
  /** Packets to ports that are not open: late segments of finished connections. */
  strays = 0;
  /** When the target's last segment came, in milliseconds of `performance.now()`. */
  heardAt = 0;
  readonly #links: ReadonlyMap<4 | 6, Link>;
  readonly #ports: PortRange;
  readonly #mailboxes = new Map<number, Mailbox>();
  readonly #opened = new Set<number>();
  readonly #calls = new Calls(() => this.drained());
  /** Failures of reads and sockets so far. Any connection may have lost a segment by them. */
  failures = 0;
  #lastFailure: Error | undefined;
  #isClosed = false;
  /** Who waits for a turn that reads nothing, and how much had been read when it was last looked at. */
  readonly #draining: { readonly reads: number; readonly resolve: () => void }[] = [];
  #isWatchingTurn = false;
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
      link.onIcmpError((error) => {
        const { srcPort: port, source, refusal } = error;
        const mailbox = this.#mailboxes.get(port);
        mailbox?.icmpErrors.push(error);
        if (refusal !== undefined) mailbox?.refusals.push({ port, source, text: refusal });
      });
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
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
   * Opens a port that no connection of this run has used.
   *
   * @param given opens this port, which the target calls by itself
   */
  open(family: 4 | 6, given?: number): Mailbox {
    if (this.#isClosed) throw new Error('the tester is closed');
    let port = given ?? this.#ports.take();
    while (given === undefined && this.#mailboxes.has(port)) port = this.#ports.take();
    if (this.#mailboxes.has(port)) throw new Error(`the tester's port ${port} is taken`);
    const link = this.link(family);
    const isCalled = given !== undefined;
    if (isCalled) this.#calls.expect([port]);
    // The mailbox ignores the refused call when its SYN comes again.
    const called = isCalled ? { refused: this.#calls.refuse(link, port) } : undefined;
    const release = (): void => {
      if (this.#mailboxes.get(port) !== mailbox) return;
      this.#mailboxes.delete(port);
      for (const tell of this.#onClosed) tell(port);
      if (isCalled) this.#calls.end(mailbox);
    };
    const mailbox = new Mailbox(link, port, release, () => this.drained(), called);
    this.#mailboxes.set(port, mailbox);
    this.#opened.add(port);
    return mailbox;
  }

  /** Whether a connection of this run has the port. */
  isOpen(port: number): boolean {
    return this.#mailboxes.has(port);
  }

  /** Whether a connection of this run has had the port, or has it. */
  hasOpened(port: number): boolean {
    return this.#opened.has(port);
  }

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

  /** How many packets the receive queues have dropped. */
  losses(): number {
    return [...this.#links.values()].reduce((sum, link) => sum + link.losses(), 0);
  }

  get lastFailure(): string {
    return this.#lastFailure?.message ?? 'none';
  }

  /** Resolves when all segments are on the wire. Raw sockets send one per turn: a request to the user would overtake them. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.flushed()));
  }

  /**
   * Resolves when a whole turn of the event loop has read nothing. Timers run before reads in a turn: without this, a late
   * process would miss what arrived in time.
   */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#draining.push({ reads: this.#reads(), resolve });
      this.#watchTurn();
    });
  }

  /** One look a turn for all who wait: hundreds may. Those who come during a turn have not waited for a whole one. */
  #watchTurn(): void {
    if (this.#isWatchingTurn || this.#draining.length === 0) return;
    this.#isWatchingTurn = true;
    const present = this.#draining.splice(0);
    setImmediate(() => {
      this.#isWatchingTurn = false;
      const reads = this.#reads();
      for (const one of present) {
        if (one.reads === reads) one.resolve();
        else this.#draining.push({ ...one, reads });
      }
      this.#watchTurn();
    });
  }

  /** Waits, then reads all that has arrived. */
  async listen(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
    await this.drained();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.lag.stop();
    for (const mailbox of this.#mailboxes.values()) mailbox.close();
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  #reads(): number {
    let sum = 0;
    for (const link of this.#links.values()) sum += link.reads();
    return sum;
  }

  #deliver(link: Link, arrival: Arrival): void {
    this.heardAt = Math.max(this.heardAt, arrival.at);
    const port = read16(arrival.tcp, 2);
    const mailbox = this.#mailboxes.get(port);
    const taken = mailbox?.deliver(arrival) ?? false;
    if (!taken) this.strays += 1;
    this.#calls.notice(link, port, arrival, taken ? mailbox : undefined);
  }
}
