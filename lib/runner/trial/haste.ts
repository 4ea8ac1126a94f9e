import { type Case, isCase, outcomesOf, type Scenario, stimulusOf } from '../../catalogue/scenario.ts';
import type { SegmentNotation } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import type { Fault } from '../../verdict/fault.ts';
import type { JudgedResult } from '../../verdict/result.ts';
import {
  type Awaited,
  hasNoConnection,
  isComplete,
  kindOf,
  NEEDS_NONE,
  wideKindOf,
} from './kinds-of-waits.ts';

/**
 * Decides whether an attempt may go on before the observation time is over: a hasty attempt.
 *
 * A target handles the segments of one connection in order. Once as many replies have come as any document allows, the tester sends
 * the first probe of the proof. A reply that has not come before the answer to this probe can only come from a timer. So a hasty
 * attempt does not wait for the silence after a reply. A hasty attempt never gives a deviation: the suite repeats such a case on
 * another connection, patiently, with the whole wait. Nor is a hasty attempt enough for conformance, since a timer may send a wrong
 * reply:
 * - the first step of each kind is waited for in full, and must see no reply that a hasty attempt would have missed;
 * - a hasty attempt listens to its port until the observation time is over, after the connection has ended.
 *
 * In a scenario of several steps, the next step's segment takes the place of the probe: what comes late counts as a reply to that,
 * which then deviates. Silence is waited for in each step.
 *
 * When silence is the only right answer to a case, the state decides:
 * - In CLOSED and LISTEN nobody waits for it. There is no connection whose next segment could carry a late reply, or whose end could
 *   prevent it: a late reply comes to the port.
 * - In a connection the tester waits. A TCP may delay an ACK by up to 500 ms, and then sends it with the next segment (RFC 1122
 *   section 4.2.3.2, RFC 9293 section 3.8.6.3): the answer to the probe would carry it. When the target has accepted text, RCV.NXT
 *   in that answer still shows it. But only an ACK of accepted text may be late. A segment that must be dropped gets its ACK at
 *   once or never (RFC 9293 section 3.10.7.4): a TCP that leaves this ACK to a timer is wrong, and the probe would hide it. The
 *   reset at the end would hide that a timer resets the connection.
 * - With few connections at a time, the run would do little but wait. There, only the first case of each kind waits in a
 *   connection, and a kind is wider (`wideKindOf`): it is what SEGMENT ARRIVES tells apart, and what the target makes of it. What has come
 *   by the time an attempt could go on tells the kind. The same holds where a reply may come as well as none, or is missing. Where no
 *   connection is left, nobody waits: nothing is there whose end could prevent a late reply, and that comes to the port. Nor does the
 *   second attempt at a case wait, which confirms a deviation: a wrong reply stays wrong whatever follows it, a connection that has ended
 *   does not come back, and a reply that is missing is waited for once for each kind (`mayConfirm`).
 */
export class Haste {
  readonly #hasFew: boolean;
  readonly #samples = new Map<string, Sampling>();
  readonly #failures = new Map<string, number>();
  /** Where a reply was missing, and was waited for in full. */
  readonly #waitedFor = new Set<string>();

  /**
   * @param hasFew the target takes few connections at a time: kinds are wide, and in a connection, too, only the first case of each
   *   waits for silence
   */
  constructor(hasFew: boolean) {
    this.#hasFew = hasFew;
  }

  /**
   * Whether what a first attempt at a case accuses may be confirmed hastily.
   *
   * @param profile the run's
   * @param hasWaited the first attempt waited in full, and has seen all that a patient one can see
   */
  mayConfirm(
    subject: Scenario,
    { judgements, observed, stateAfter }: JudgedResult,
    profile: Profile,
    hasWaited = false,
  ): boolean {
    if (!this.#hasFew || !isCase(subject)) return false;
    const judgement = judgements[profile];
    const faults = judgement.verdict === 'deviates' ? judgement.faults : [];
    const isAboutState = ({ kind }: Fault): boolean => kind === 'state' || kind === 'RCV.NXT';
    const isOther = faults.some(isAboutState);
    const isEnded = stateAfter !== 'unknown' && hasNoConnection(stateAfter);
    // Which state it is in may depend on the time that has passed; a connection that has ended does not come back.
    if (isOther && faults.every(isAboutState)) return hasWaited || isEnded;
    if (observed.length > 0) return true;
    // What a target has taken although it should not, it may acknowledge late.
    const isEnough = this.#wasWaitedFor(subject, stateAfter) && (!isOther || isEnded);
    return hasWaited || isEnough;
  }

  /** Whether a missing reply was waited for where the same check decides; who asks now waits, or has waited. */
  #wasWaitedFor(subject: Case, stateAfter: State | 'unknown'): boolean {
    const { state, conditions } = subject;
    // Nothing is there whose end could prevent a late reply, which a hasty attempt hears.
    if (hasNoConnection(state) && stateAfter !== 'unknown' && hasNoConnection(stateAfter)) return true;
    const outcomes = PROFILES.flatMap((profile) => outcomesOf(subject)[profile]);
    const awaited = { place: subject, state, done: [stimulusOf(subject)], outcomes, isCase: true };
    const kind = this.kindOf({ ...awaited, isTimed: false });
    const place = [kind === NEEDS_NONE ? state : kind, ...conditions].join(' ');
    const isKnown = this.#waitedFor.has(place);
    this.#waitedFor.add(place);
    return isKnown;
  }

  /** @param replies how many have come; only a kind that `dependsOnReplies` asks */
  kindOf(step: Awaited, replies = 0): string {
    return this.#hasFew ? wideKindOf(step, replies) : kindOf(step);
  }

  /** Whether the kind of a step is known only when a hasty attempt could go on: by what has come. */
  dependsOnReplies({ isCase, isTimed }: Awaited): boolean {
    return this.#hasFew && isCase && !isTimed;
  }

  /** Whether an attempt at a scenario may be hasty at all: not after a few that came to nothing in its state, and not for minutes. */
  isWorthwhile(subject: Scenario): boolean {
    return !subject.slow && (this.#failures.get(failuresOf(subject)) ?? 0) < MOST_FAILURES;
  }

  /** Whether the wait of a step may end early. The first of its kind may not: the others rely on what that one sees. */
  mayHasten(step: Awaited, replies = 0): boolean {
    if (step.isTimed) return false;
    const mayBeSilent = step.isCase && (this.#hasFew || hasNoConnection(step.state));
    if (isComplete(step.outcomes, 0) && !mayBeSilent) return false;
    const kind = this.kindOf(step, replies);
    if (kind === NEEDS_NONE || this.#samples.has(kind)) return true;
    this.#samples.set(kind, sampling());
    return false;
  }

  /**
   * Whether a hasty attempt goes on after so many replies: no other is due, or one is missing that nothing may delay, and that every
   * document requires. Where few connections are allowed at a time, it need not be required.
   */
  goesOn({ isCase, done, outcomes }: Awaited, replies: number): boolean {
    if (isComplete(outcomes, replies)) return true;
    if (!isCase || done.some((one) => typeof one === 'string')) return false;
    return outcomes.every(({ reply }) => (reply.length > replies ? !reply.some(mayBeDelayed) : this.#hasFew));
  }

  /**
   * Where a hasty attempt would have gone on: after how many replies, and whether it would have missed another one.
   *
   * @param stimulusAt when the stimulus was sent, and `repliesAt` when the replies came, in milliseconds of one clock
   * @param prompt how long it waits for another reply
   * @returns undefined where it would have waited in full
   */
  leaveOf(
    awaited: Awaited,
    stimulusAt: number,
    repliesAt: readonly number[],
    prompt: number,
  ): { readonly after: number; readonly hasMissed: boolean } | undefined {
    const isRelied = (replies: number): boolean =>
      this.#hasFew ? this.goesOn(awaited, replies) : isComplete(awaited.outcomes, replies);
    const missed = repliesAt.findIndex(
      (at, index) => isRelied(index) && at - (repliesAt[index - 1] ?? stimulusAt) > prompt,
    );
    if (missed >= 0) return { after: missed, hasMissed: true };
    return isRelied(repliesAt.length) ? { after: repliesAt.length, hasMissed: false } : undefined;
  }

  /** What a full wait has seen: whether there was a reply that a hasty one would have missed. */
  note(kind: string, hasMissed: boolean): void {
    if (kind === NEEDS_NONE) return;
    const sample = this.#samples.get(kind) ?? sampling();
    this.#samples.set(kind, sample);
    sample.hasMissed ||= hasMissed;
    sample.isWatched = true;
    sample.end();
  }

  /** Whether no connection was left whose end could prevent a late reply: the attempt relies on no other, and stands for none. */
  hearsAll(subject: Scenario, { stateAfter }: JudgedResult): boolean {
    return this.#hasFew && isCase(subject) && stateAfter !== 'unknown' && hasNoConnection(stateAfter);
  }

  /** Whether a full wait has seen what a hasty attempt at a step of this kind would have missed. */
  isDistrusted(kind: string): boolean {
    return this.#samples.get(kind)?.hasMissed === true;
  }

  /** A scenario has ended: if it had the first step of this kind, nobody waits for it any more. If it has seen nothing, another will. */
  end(kind: string): void {
    const sample = this.#samples.get(kind);
    sample?.end();
    if (sample?.isWatched === false) this.#samples.delete(kind);
  }

  /** Whether the full wait in the first step of this kind lets hasty ones count; waits for that scenario to end. */
  async isTrusted(kind: string): Promise<boolean> {
    if (kind === NEEDS_NONE) return true;
    const sample = this.#samples.get(kind);
    await sample?.ended;
    return sample?.isWatched === true && !sample.hasMissed;
  }

  /** A hasty attempt had no result. After a few of these, hasty attempts in this state only cost time. */
  fail(subject: Scenario): void {
    const key = failuresOf(subject);
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
  }
}

const MOST_FAILURES = 3;

const failuresOf = (subject: Scenario): string =>
  `${subject.state}${isCase(subject) ? '' : ', several steps'}`;

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

/**
 * A TCP may delay the ACK of text and of a FIN that it has taken, which acknowledges more than RCV.NXT (RFC 1122 section 4.2.3.2,
 * RFC 9293 section 3.8.6.3). An ACK of what is not acceptable is sent at once (RFC 9293 section 3.10.7.4, first).
 */
const mayBeDelayed = ({ ctl, ack }: SegmentNotation): boolean =>
  !ctl.includes('RST') && !ctl.includes('SYN') && !(ack?.kind === 'variable' && ack.name === 'RCV.NXT');
