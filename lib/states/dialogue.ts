import { type ConcreteSegment, lengthOf } from '../notation/index.ts';
import type { Step } from '../catalogue/steps.ts';
import type { Entry, Mailbox } from '../tester/index.ts';
import { add } from '../wire/seq.ts';
import type { Connection } from './connection.ts';
import { type Environment, pause } from './environment.ts';
import { hasDoubles } from './replies.ts';
import type { State } from '../standard/state.ts';
import { Unreached } from './unreached.ts';

// A segment that is not answered is sent again so often.
export const SENDINGS = 3;
// Longer than any limiter of one reply per second: what the recipe used up is free again.
const LIMITER_REST = 1100;
// What is held back on the path is so for longer than the round trip's spread tells.
const STRAGGLERS = 30;

/** The exchanges that recipes are made of, on one mailbox. */
export class Dialogue {
  readonly environment: Environment;
  readonly mailbox: Mailbox;
  /** How many segments had to be sent again. */
  sentAgain = 0;
  /** How many of them the target mostly leaves unanswered the first time. */
  #sentInVain = 0;

  readonly #goal: State;

  /** @param goal the state that the target is brought to: the same segment meets another one on the way elsewhere */
  constructor(environment: Environment, mailbox: Mailbox, goal: State) {
    this.environment = environment;
    this.mailbox = mailbox;
    this.#goal = goal;
  }

  /**
   * A segment that came twice to the target, or was sent to it twice, may have used up the replies that the target allows
   * itself within a second; and what nobody has acknowledged may still be on its way.
   */
  async rest(): Promise<void> {
    const { tester, answersManyAtOnce } = this.environment;
    const { path } = tester;
    const { log } = this.mailbox;
    if (!log.some(({ from }) => from === 'tester')) return;
    // A target without such a limit has not used it up by what it leaves unanswered.
    const counted = answersManyAtOnce ? this.sentAgain - this.#sentInVain : this.sentAgain;
    if (counted > 0 || (path.disturbed && hasDoubles(log))) await pause(LIMITER_REST);
    else if (path.disturbed) await pause(this.environment.timing.spread + STRAGGLERS);
  }

  async finFromTarget(connection: Connection): Promise<void> {
    await this.arrives(connection, 'FIN', 'CLOSE', ({ ctl }) => ctl.has('FIN'));
  }

  /** Waits until all of a segment of the tester's is acknowledged. */
  async acknowledges(connection: Connection, entry: Entry, what: string): Promise<void> {
    const end = add(entry.segment.seq, lengthOf(entry.segment));
    const step = entry.segment.ctl.has('FIN') ? 'FIN' : undefined;
    await this.answered(connection, entry, what, step, ({ ctl, ack }) => ctl.has('ACK') && ack === end);
  }

  /** Waits for the answer to a segment of the tester's, and sends it again as any TCP would when none comes. */
  async answered(
    connection: Connection,
    entry: Entry,
    what: string,
    step: Step | undefined,
    wanted: (segment: ConcreteSegment) => boolean,
  ): Promise<Entry> {
    const { tester, timing } = this.environment;
    const { ctl, data } = entry.segment;
    const kind = `${[...ctl].sort()}${data > 0 ? ' with text' : ''} on the way to ${this.#goal}`;
    // Where the target is known to answer the second sending, the first is given no more than a round trip.
    const isInVain = tester.path.isLeftUnanswered(kind);
    for (let lost = 0; ; lost += 1) {
      const patience = isInVain && lost === 0 ? timing.guard : this.patience;
      const answer = await this.mailbox.next(({ segment }) => wanted(segment), patience);
      if (answer) {
        tester.path.recordAnswers(kind, 1, lost);
        if (isInVain && lost > 0) this.#sentInVain += 1;
        connection.absorb();
        return answer;
      }
      if (lost === SENDINGS - 1) {
        throw new Unreached(`no ${what} within ${Math.round(this.patience)} ms`, step);
      }
      this.sendAgain(entry);
    }
  }

  sendAgain(entry: Entry): void {
    this.sentAgain += 1;
    this.mailbox.sendAgain(entry);
  }

  /** Sends what the target does not answer: twice where the path may lose it, since nothing would tell. */
  assure(connection: Connection, notation: string): Entry {
    const entry = connection.send(notation);
    if (this.environment.tester.path.disturbed) this.mailbox.sendAgain(entry);
    return entry;
  }

  async arrives(
    connection: Connection,
    what: string,
    step: Step,
    wanted: (segment: ConcreteSegment) => boolean,
    patience = this.patience,
  ): Promise<Entry> {
    const entry = await this.mailbox.next(({ segment }) => wanted(segment), patience);
    if (!entry) throw new Unreached(`no ${what} within ${Math.round(patience)} ms`, step);
    connection.absorb();
    return entry;
  }

  get patience(): number {
    const { guard, observation } = this.environment.timing;
    return guard + observation + 500;
  }
}
