import {
  type Case,
  isCase,
  outcomesOf,
  type ResolvedOutcome,
  type Scenario,
  stimulusOf,
} from '../../catalogue/scenario.ts';
import type { State } from '../../standard/state.ts';

/**
 * How long replies to a stimulus are waited for.
 *
 * A target handles the segments of one connection in order. When all has come that any document lets it reply, the first probe
 * of the proof may follow: what has not come before the answer to that will not come, but by a timer of the target's. So a
 * hasty attempt does not wait for the silence after a reply. It never accuses: what it cannot acquit is tried again patiently,
 * on another connection, with the whole wait. Nor does it acquit alone, since a wrong reply may come by a timer:
 * - the first case of each kind is tried patiently, and must see no reply that a hasty attempt would have missed;
 * - a hasty attempt listens to what comes to its port until the whole wait is over, after the connection has ended.
 *
 * Where silence is all that may come, it depends on the state:
 * - In CLOSED and LISTEN it is not waited for. There is no connection whose next segment could take a late reply along, nor one
 *   whose end could prevent it: a late reply comes to the port.
 * - In a connection it is waited for. An ACK may be delayed by up to 500 ms, and then goes with the next segment (RFC 1122
 *   section 4.2.3.2, RFC 9293 section 3.8.6.3): the answer to the probe would take it along. Of text that is taken, the answer
 *   still tells by its RCV.NXT. But those texts speak of text that is taken. What is to be dropped gets its ACK at once or none
 *   (RFC 9293 section 3.10.7.4): a TCP that leaves one to its timer is wrong, and the probe would hide that. So would the reset at
 *   the end hide that a timer resets the connection.
 * - Where few connections are allowed at a time, the run would do little but wait. There, the first case of each kind stands for
 *   the others in a connection, too.
 */
export class Haste {
  readonly #silenceToo: boolean;
  readonly #samples = new Map<string, Sampling>();
  readonly #failures = new Map<string, number>();

  /**
   * @param silenceToo also in a connection, silence is waited for in the first case of each kind only
   */
  constructor(silenceToo: boolean) {
    this.#silenceToo = silenceToo;
  }

  /** Whether a case may be tried hastily. The first of its kind may not: the others rely on what that one sees. */
  mayHasten(subject: Scenario): boolean {
    if (!isCase(subject) || (this.#failures.get(subject.state) ?? 0) >= MOST_FAILURES) return false;
    if (!this.#silenceToo && !hasNoConnection(subject.state) && isSilent(subject)) return false;
    const kind = kindOf(subject);
    if (this.#samples.has(kind)) return true;
    this.#samples.set(kind, sampling());
    return false;
  }

  /** What a patient attempt has seen: whether there was a reply that a hasty attempt would have missed. */
  note(subject: Scenario, hasMissed: boolean): void {
    const sample = this.#samples.get(kindOf(subject));
    if (!sample) return;
    sample.hasMissed ||= hasMissed;
    sample.isWatched = true;
    sample.end();
  }

  /** A case has ended: if it was the first of its kind, nobody waits for it any more. */
  end(subject: Scenario): void {
    this.#samples.get(kindOf(subject))?.end();
  }

  /** Whether nothing that was seen of this kind makes a hasty attempt doubtful; waits for the first of the kind to end. */
  async isTrusted(subject: Scenario): Promise<boolean> {
    const sample = this.#samples.get(kindOf(subject));
    await sample?.ended;
    return sample?.isWatched === true && !sample.hasMissed;
  }

  /** A hasty attempt came to nothing: where that goes on, only time is lost. */
  fail({ state }: Scenario): void {
    this.#failures.set(state, (this.#failures.get(state) ?? 0) + 1);
  }
}

const MOST_FAILURES = 3;

/** Nothing is there that a timer could belong to, and each segment gets its reply or none. */
export const hasNoConnection = (state: State): boolean => state === 'CLOSED' || state === 'LISTEN';

const isSilent = (subject: Case): boolean => isComplete(Object.values(outcomesOf(subject)).flat(), 0);

interface Sampling {
  /** Whether a patient attempt at a case of the kind has come to a verdict. */
  isWatched: boolean;
  hasMissed: boolean;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

function sampling(): Sampling {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { isWatched: false, hasMissed: false, ended, end };
}

/** The state, and what the stimulus asks the target to do. */
function kindOf(subject: Scenario): string {
  const { state, origin = '', closedBy = '' } = subject;
  if (!isCase(subject)) return state;
  const { ctl, data } = stimulusOf(subject);
  return [state, origin, closedBy, ...ctl, data === undefined ? '' : 'text'].join(' ');
}

/** Whether so many replies are as many as any document allows, under whatever profile: nothing more is due. */
export const isComplete = (outcomes: readonly ResolvedOutcome[], replies: number): boolean =>
  outcomes.every(({ reply }) => reply.length <= replies);

/**
 * Whether a hasty attempt would have gone on before one of these replies came.
 *
 * @param stimulusAt when the stimulus was sent, and `repliesAt` when the replies came, in milliseconds of one clock
 * @param prompt how long it waits for another reply
 */
export const wouldMiss = (
  outcomes: readonly ResolvedOutcome[],
  stimulusAt: number,
  repliesAt: readonly number[],
  prompt: number,
): boolean =>
  repliesAt.some(
    (at, index) => isComplete(outcomes, index) && at - (repliesAt[index - 1] ?? stimulusAt) > prompt,
  );
