import { LagMeter } from './lag.ts';
import type { Arrival, Link } from './link.ts';
import { Mailbox } from './mailbox.ts';
import type { PortRange } from './ports.ts';

/** The tester's end of the wire: its links, and a mailbox for each of its ports in use. */
export class Tester {
  readonly lag = new LagMeter();
  /** Packets to ports of ours that nobody has open: late segments of connections that are done with. */
  strays = 0;
  readonly #links: ReadonlyMap<4 | 6, Link>;
  readonly #ports: PortRange;
  readonly #mailboxes = new Map<number, Mailbox>();
  readonly #failures: Error[] = [];

  constructor(links: readonly Link[], ports: PortRange) {
    this.#links = new Map(links.map((link) => [link.family, link]));
    this.#ports = ports;
    for (const link of links) {
      link.onArrival((arrival) => this.#deliver(arrival));
      link.onFailure((error) => this.#failures.push(error));
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
    const mailbox = new Mailbox(link, port, () => this.#mailboxes.delete(port), given !== undefined);
    this.#mailboxes.set(port, mailbox);
    return mailbox;
  }

  /** What the receive queues dropped since the start. */
  losses(): number {
    let losses = 0;
    for (const link of this.#links.values()) losses += link.losses();
    return losses;
  }

  /** Failures to send or receive since the last call. */
  takeFailures(): Error[] {
    return this.#failures.splice(0);
  }

  async close(): Promise<void> {
    this.lag.stop();
    for (const mailbox of this.#mailboxes.values()) mailbox.close();
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  #deliver(arrival: Arrival): void {
    const { tcp } = arrival;
    const port = ((tcp[2] ?? 0) << 8) | (tcp[3] ?? 0);
    const mailbox = this.#mailboxes.get(port);
    if (mailbox) mailbox.deliver(arrival);
    else this.strays += 1;
  }
}
