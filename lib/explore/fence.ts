import { segmentOf } from '../notation/index.ts';
import { type Environment, TESTER_WINDOW } from '../states/index.ts';
import type { Mailbox } from '../tester/index.ts';

/** A mailbox keeps all that it gets: after so many probes another one goes on. */
const MOST_PROBES = 500;
const TRIES = 3;
const FIRST_NUMBER = 1_000;

/**
 * Tells that a target has handled every segment that was sent before. It sends an ACK to a port without a listener. A target
 * handles segments in their order, so when its reset has come (RFC 9293 section 3.10.7.1), no reply to an earlier segment can come
 * any more, but those that a timer or the user causes. One probe serves all who wait.
 */
export class Fence {
  readonly #environment: Environment;
  readonly #family: 4 | 6;
  #mailbox: Mailbox | undefined;
  #probes = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Whether the target leaves probes unanswered: then the fence is a wait. */
  #isDeaf: boolean;
  /** How many probes were sent. */
  count = 0;

  constructor(environment: Environment, family: 4 | 6) {
    this.#environment = environment;
    this.#family = family;
    this.#isDeaf = environment.silentClosed?.includes(family) ?? false;
  }

  /** Resolves when all that was sent until now has been handled, and what came back was read. */
  pass(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#probe().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The probe that is under way may have left before the segment of whom waits now.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.pass();
    });
    return this.#next;
  }

  close(): void {
    this.#mailbox?.close();
    this.#mailbox = undefined;
  }

  async #probe(): Promise<void> {
    const { tester, timing, closedPort } = this.#environment;
    if (this.#isDeaf) return tester.listen(timing.guard);
    if (!this.#mailbox || this.#probes % MOST_PROBES === 0) {
      this.close();
      this.#mailbox = tester.open(this.#family);
    }
    const mailbox = this.#mailbox;
    for (let tries = 0; tries < TRIES; tries += 1) {
      this.#probes += 1;
      this.count += 1;
      const ack = FIRST_NUMBER + this.#probes;
      const since = mailbox.log.length;
      mailbox.send(segmentOf({ seq: 1, ack, ctl: ['ACK'] }), closedPort, TESTER_WINDOW);
      const isReset = ({ segment }: Mailbox['log'][number]): boolean =>
        segment.ctl.has('RST') && segment.seq === ack;
      if (await mailbox.next(isReset, timing.guard, since)) return;
    }
    await tester.listen(timing.guard);
  }
}
