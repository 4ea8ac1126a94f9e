import { resetAt, segmentOf } from '../../notation/index.ts';
import { Connection, type Environment, TESTER_MSS } from '../../states/index.ts';
import { add } from '../../wire/seq.ts';

/** One of many peers that open a connection to a port of the target, and reset it. */
export class Peer {
  readonly #connection: Connection;
  readonly #environment: Environment;

  /** @param irs the sequence number of its SYN */
  constructor(environment: Environment, family: 4 | 6, port: number, irs: number) {
    this.#environment = environment;
    this.#connection = new Connection(environment.tester.open(family), port, irs);
  }

  /** Sends a SYN, and waits as long as for an answer that is due at once. @returns whether one came */
  async begins(): Promise<boolean> {
    const { irs, mailbox } = this.#connection;
    const mss = TESTER_MSS[mailbox.link.family];
    this.#connection.transmit(segmentOf({ seq: irs, ctl: ['SYN'], mss }));
    return (await mailbox.next(() => true, this.#environment.timing.guard)) !== undefined;
  }

  /** SYN-RECEIVED accepts this reset, whether the SYN was answered or not; twice where the path loses segments. */
  resets(): void {
    const { irs } = this.#connection;
    for (let copies = this.#environment.tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1)
      this.#connection.transmit(resetAt(add(irs, 1)));
  }

  leaves(): void {
    this.#connection.mailbox.close();
  }
}
