import { demandsOf } from '../../catalogue/conditions.ts';
import {
  type ExpectStep,
  isCase,
  type Place,
  type ResolvedOutcome,
  type Scenario,
  stimulusOf,
} from '../../catalogue/scenario.ts';
import type { SegmentNotation } from '../../notation/index.ts';
import type { Profile } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import type { JudgedResult } from '../../verdict/result.ts';

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
 *   connection, and a kind is wider: it is what SEGMENT ARRIVES tells apart (`wideKindOf`). The same holds where a reply may come as
 *   well as none. Nor does the second attempt at a case wait, which confirms a deviation: a wrong reply stays wrong whatever follows
 *   it, and a reply that is missing is waited for in each state once.
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

  /** Whether what a first attempt at a case accuses may be confirmed hastily. @param profile the run's */
  mayConfirm(subject: Scenario, { judgements, observed }: JudgedResult, profile: Profile): boolean {
    if (!this.#hasFew || !isCase(subject)) return false;
    if (observed.length === 0) {
      const { state, origin = '', conditions } = subject;
      const place = [state, origin, ...conditions, checkOf(stimulusOf(subject))].join(' ');
      if (!this.#waitedFor.has(place)) {
        this.#waitedFor.add(place);
        return false;
      }
    }
    const judgement = judgements[profile];
    // Which state it is in may depend on the time that has passed.
    const isAboutState =
      judgement.verdict === 'deviates' &&
      judgement.faults.every(({ kind }) => kind === 'state' || kind === 'RCV.NXT');
    return !isAboutState;
  }

  kindOf(step: Awaited): string {
    return this.#hasFew ? wideKindOf(step) : kindOf(step);
  }

  /** Whether an attempt at a scenario may be hasty at all: not after a few that came to nothing in its state, and not for minutes. */
  isWorthwhile(subject: Scenario): boolean {
    return !subject.slow && (this.#failures.get(failuresOf(subject)) ?? 0) < MOST_FAILURES;
  }

  /** Whether the wait of a step may end early. The first of its kind may not: the others rely on what that one sees. */
  mayHasten(step: Awaited): boolean {
    if (step.isTimed) return false;
    const mayBeSilent = step.isCase && (this.#hasFew || hasNoConnection(step.state));
    if (isComplete(step.outcomes, 0) && !mayBeSilent) return false;
    const kind = this.kindOf(step);
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
   * Whether a hasty attempt would have gone on before one of these replies came, and have relied on there being none.
   *
   * @param stimulusAt when the stimulus was sent, and `repliesAt` when the replies came, in milliseconds of one clock
   * @param prompt how long it waits for another reply
   */
  wouldMiss(awaited: Awaited, stimulusAt: number, repliesAt: readonly number[], prompt: number): boolean {
    const isRelied = (replies: number): boolean =>
      this.#hasFew ? this.goesOn(awaited, replies) : isComplete(awaited.outcomes, replies);
    return repliesAt.some(
      (at, index) => isRelied(index) && at - (repliesAt[index - 1] ?? stimulusAt) > prompt,
    );
  }

  /** What a full wait has seen: whether there was a reply that a hasty one would have missed. */
  note(kind: string, hasMissed: boolean): void {
    const sample = this.#samples.get(kind);
    if (!sample) return;
    sample.hasMissed ||= hasMissed;
    sample.isWatched = true;
    sample.end();
  }

  /** A scenario has ended: if it had the first step of this kind, nobody waits for it any more. */
  end(kind: string): void {
    this.#samples.get(kind)?.end();
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

/** A step whose reply is waited for. */
export interface Awaited {
  readonly place: Place;
  /** Before what was done. */
  readonly state: State;
  /** What was done since the step before: the segments, in the notation; other things by name. */
  readonly done: readonly (SegmentNotation | string)[];
  readonly outcomes: readonly ResolvedOutcome[];
  /** The only step of a case. */
  readonly isCase: boolean;
  /** Its time counts, or what comes after its reply. */
  readonly isTimed: boolean;
}

/** Whether a step is about times, or about what is not a reply: the window that is offered, what the user is given or told. */
export const isTimed = (
  { within, notBefore, settled, delivered }: ExpectStep,
  outcomes: readonly ResolvedOutcome[],
): boolean =>
  [within, notBefore, settled, delivered].some((asked) => asked !== undefined) ||
  outcomes.some((outcome) => outcome.with !== undefined || outcome.interval !== undefined);

/** Nothing is there that a timer could belong to, and each segment gets its reply or none. */
export const hasNoConnection = (state: State): boolean => state === 'CLOSED' || state === 'LISTEN';

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
 * The state, and what the target is asked to do; where silence is due, also the conditions, and the states after. A case does not
 * stand for a step among several.
 */
export function kindOf({ place, state, done, outcomes, isCase }: Awaited): string {
  const { origin = '', closedBy = '', conditions } = place;
  const asked = done.flatMap((one) =>
    typeof one === 'string' ? [one] : [...one.ctl, one.data === undefined ? '' : 'text'],
  );
  const kind = [isCase ? '' : 'step', state, origin, closedBy, ...asked];
  if (!isComplete(outcomes, 0)) return kind.join(' ');
  // Nor does one with a wrong checksum stand for one beyond the window.
  return [...kind, ...conditions, 'silence', ...statesOf(outcomes)].join(' ');
}

/** The kind of those that rely on no other: they hear all that a full wait would. */
const NEEDS_NONE = 'hears all';

/**
 * The states that a check of SEGMENT ARRIVES does not tell apart (`placeOf`), the check, whether silence is due, the states after, and
 * whether the packet is another than usual. Where no connection is before and after, nothing can prevent a late reply, and a hasty attempt
 * listens to its port all the time.
 */
function wideKindOf({ place, state, done, outcomes, isCase }: Awaited): string {
  const isNowhere = outcomes.every(({ then }) => then !== undefined && hasNoConnection(then));
  if (isCase && hasNoConnection(state) && isNowhere) return NEEDS_NONE;
  const { origin = '', closedBy = '', conditions } = place;
  const checks = done.map((one) => (typeof one === 'string' ? one : checkOf(one)));
  const packet = Object.keys(demandsOf(conditions).packet);
  const where = isCase ? placeOf(state, checks, packet.length > 0) : `step ${state}`;
  const kind = [where, origin, closedBy, ...checks].join(' ');
  const silent = outcomes.filter(({ reply }) => reply.length === 0);
  if (silent.length === 0) return kind;
  const after = new Set(outcomes.map(({ then = 'any' }) => (then === state ? 'the same' : then)).sort());
  return [kind, ...packet, silent.length < outcomes.length ? 'or silence' : 'silence', ...after].join(' ');
}

/**
 * The states for which RFC 9293 section 3.10.7.4 gives a check in one paragraph: RST and text by groups of states; SYN, no ACK, and what
 * checksum, timestamp, security or precedence decide (RFC 793 section 3.9) for all that are synchronized. TIME-WAIT stands alone: stacks
 * keep little of a connection there. ACK and FIN are told apart in each state.
 */
function placeOf(state: State, [check = '', ...others]: readonly string[], isUnusual: boolean): string {
  const groups = others.length > 0 ? [] : (ALIKE[check] ?? (isUnusual ? [UNTIL_TIME_WAIT] : []));
  return (groups.find((group) => group.includes(state)) ?? [state]).join(',');
}

const TAKES_TEXT: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];
const AFTER_BOTH: readonly State[] = ['CLOSING', 'LAST-ACK'];
const UNTIL_TIME_WAIT = [...TAKES_TEXT, 'CLOSE-WAIT', ...AFTER_BOTH] as const;
const ALIKE: Readonly<Record<string, readonly (readonly State[])[]>> = {
  RST: [[...TAKES_TEXT, 'CLOSE-WAIT'], AFTER_BOTH],
  SYN: [UNTIL_TIME_WAIT],
  'no ACK': [UNTIL_TIME_WAIT],
  text: [TAKES_TEXT, ['CLOSE-WAIT', ...AFTER_BOTH]],
};

/** The states after. A reset that is taken does not stand for one that is dropped. */
const statesOf = (outcomes: readonly ResolvedOutcome[]): ReadonlySet<string> =>
  new Set(outcomes.map(({ then = 'any' }) => then).sort());

function checkOf({ ctl, data }: SegmentNotation): string {
  for (const bit of ['RST', 'SYN'] as const) if (ctl.includes(bit)) return bit;
  if (!ctl.includes('ACK')) return 'no ACK';
  return ctl.includes('FIN') ? 'FIN' : data === undefined ? 'ACK' : 'text';
}

/** Whether so many replies are as many as any document allows, under whatever profile: nothing more is due. */
export const isComplete = (outcomes: readonly ResolvedOutcome[], replies: number): boolean =>
  outcomes.every(({ reply }) => reply.length <= replies);

/**
 * A TCP may delay the ACK of text and of a FIN that it has taken, which acknowledges more than RCV.NXT (RFC 1122 section 4.2.3.2,
 * RFC 9293 section 3.8.6.3). An ACK of what is not acceptable is sent at once (RFC 9293 section 3.10.7.4, first).
 */
const mayBeDelayed = ({ ctl, ack }: SegmentNotation): boolean =>
  !ctl.includes('RST') && !ctl.includes('SYN') && !(ack?.kind === 'variable' && ack.name === 'RCV.NXT');
