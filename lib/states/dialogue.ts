import type { Step } from '../catalogue/steps.ts';
import { type ConcreteSegment, lengthOf, type SegmentFields } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Entry, Mailbox } from '../tester/index.ts';
import type { Awaited } from '../verdict/lack.ts';
import { add } from '../wire/seq.ts';
import type { Connection } from './connection.ts';
import { type Environment, LIMITER_REST, pause, STRAGGLERS } from './environment.ts';
import { Unreached } from './precondition.ts';
import { hasDoubles } from './replies.ts';

/** How often the tester sends a segment that gets no answer. */
export const SENDINGS = 3;

/** The exchanges of a recipe, on one mailbox. */
export class Dialogue {
  readonly environment: Environment;
  readonly mailbox: Mailbox;
  /** How many segments had to be sent again. */
  sentAgain = 0;
  /** How many of them are of a kind that the target rarely answers the first time. */
  #usuallyUnanswered = 0;

  readonly #goal: State;

  /** @param goal the state that the recipe leads to */
  constructor(environment: Environment, mailbox: Mailbox, goal: State) {
    this.environment = environment;
    this.mailbox = mailbox;
    this.#goal = goal;
  }

  /**
   * Waits before the stimulus where the recipe may have used up a limit of replies per second, or where segments may still be on
   * their way.
   */
  async rest(): Promise<void> {
    const { tester, answersManyAtOnce, timing } = this.environment;
    const { disturbed } = tester.path;
    const { log } = this.mailbox;
    if (!log.some(({ from }) => from === 'tester')) return;
    const counted = answersManyAtOnce ? this.sentAgain - this.#usuallyUnanswered : this.sentAgain;
    if (counted > 0 || (disturbed && hasDoubles(log))) await pause(LIMITER_REST);
    else if (disturbed) await pause(timing.spread + STRAGGLERS);
  }

  /** Waits for the segment that a user call must cause. @throws Unreached */
  async arrives(
    connection: Connection,
    what: 'SYN' | 'FIN',
    step: Step,
    patience = this.patience,
  ): Promise<void> {
    const isWanted = ({ segment: { ctl } }: Entry): boolean =>
      ctl.has(what) && !(what === 'SYN' && ctl.has('ACK'));
    if (!(await this.mailbox.next(isWanted, patience))) throw unanswered(what, patience, step);
    connection.absorb();
  }

  /** Waits until the target has acknowledged all of a segment. @throws Unreached */
  async acknowledges(connection: Connection, entry: Entry, what: Awaited): Promise<void> {
    const end = add(entry.segment.seq, lengthOf(entry.segment));
    const step = entry.segment.ctl.has('FIN') ? 'FIN' : undefined;
    await this.answered(connection, entry, what, step, ({ ctl, ack }) => ctl.has('ACK') && ack === end);
  }

  /**
   * Waits for the answer to a segment, and sends the segment again when none comes.
   *
   * @param what the answer
   * @throws Unreached
   */
  async answered(
    connection: Connection,
    entry: Entry,
    what: Awaited,
    step: Step | undefined,
    wanted: (segment: ConcreteSegment) => boolean,
  ): Promise<Entry> {
    const { tester, timing } = this.environment;
    const { ctl, data } = entry.segment;
    const kind = `${[...ctl].sort()}${data > 0 ? ' with text' : ''} on the way to ${this.#goal}`;
    const isUsuallyUnanswered = tester.path.isLeftUnanswered(kind);
    for (let lost = 0; ; lost += 1) {
      // No long wait for the first answer when the target is known to answer only the second sending.
      const patience = isUsuallyUnanswered && lost === 0 ? timing.guard : this.patience;
      const answer = await this.mailbox.next(({ segment }) => wanted(segment), patience);
      if (answer) {
        tester.path.recordAnswers(kind, 1, lost);
        if (isUsuallyUnanswered && lost > 0) this.#usuallyUnanswered += 1;
        connection.absorb();
        return answer;
      }
      if (lost === SENDINGS - 1) throw unanswered(what, this.patience, step);
      this.sendAgain(entry);
    }
  }

  sendAgain(entry: Entry): void {
    this.sentAgain += 1;
    this.mailbox.sendAgain(entry);
  }

  /** Sends a segment that the target does not answer; twice when the path loses segments. */
  assure(connection: Connection, fields: SegmentFields): Entry {
    const entry = connection.send(fields);
    if (this.environment.tester.path.disturbed) this.mailbox.sendAgain(entry);
    return entry;
  }

  /** How long a recipe waits for an answer, in ms. */
  get patience(): number {
    const { guard, observation } = this.environment.timing;
    return guard + observation + 500;
  }
}

export const unanswered = (awaited: Awaited, patience: number, step: Step | undefined): Unreached =>
  new Unreached({ what: 'no answer', awaited, within: Math.round(patience) }, step);
