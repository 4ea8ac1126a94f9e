import type { CrowdStep } from '../../catalogue/scenario.ts';
import { resetAt, segmentOf } from '../../notation/index.ts';
import { Connection, type Environment, TESTER_MSS } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { add } from '../../wire/seq.ts';

const ENOUGH_UNANSWERED = 10;

/** One of many peers that open a connection to a port of the target, and reset it. */
class Peer {
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

/**
 * The peers have ports of their own, and are gone when this resolves.
 *
 * @param to the target's port
 * @throws NotCapable where the application is given each connection at the SYN: how many it has room for is no matter of its TCP
 */
export async function sendCrowd(
  { crowd, resets }: CrowdStep,
  environment: Environment,
  to: { readonly family: 4 | 6; readonly port: number },
  sequenceNumber: () => number,
): Promise<void> {
  if (environment.acceptTime === 'at the SYN')
    throw new NotCapable({ what: 'being given a crowd of connections' });
  const { tester, timing } = environment;
  const peers = Array.from(
    { length: crowd },
    () => new Peer(environment, to.family, to.port, sequenceNumber()),
  );
  try {
    if (resets === 'each') {
      // Where none is answered any more, what comes after the crowd tells.
      for (let unanswered = 0, at = 0; unanswered < ENOUGH_UNANSWERED && at < crowd; at += 1) {
        if (!(await peers[at]?.begins())) unanswered += 1;
        peers[at]?.resets();
      }
    } else {
      await Promise.all(peers.map((peer) => peer.begins()));
      for (const peer of peers) peer.resets();
    }
    await tester.flushed();
    await tester.listen(timing.guard);
  } finally {
    for (const peer of peers) peer.leaves();
  }
}
