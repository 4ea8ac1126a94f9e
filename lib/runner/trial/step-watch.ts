import type { ExpectStep, Place, ResolvedOutcome } from '../../catalogue/scenario.ts';
import {
  type ConcreteSegment,
  compareReply,
  lengthOf,
  type SegmentNotation,
  type Variables,
} from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import {
  type Connection,
  hasDoubles,
  promptOf,
  type Reached,
  type Sorted,
  STRAGGLERS,
  sortReplies,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import type { Entry, Refusal } from '../../tester/index.ts';
import type { Fault } from '../../verdict/fault.ts';
import { carriedAlong, type Observation } from '../../verdict/judge.ts';
import type { Role } from '../../verdict/observed.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { CaseContext } from './case-context.ts';
import { type Awaited, isTimed } from './kinds-of-waits.ts';
import { dependsOnLag, intervalOf, lastSent } from './intervals.ts';
import { isToBeSilent } from './setup.ts';
import { faultsOfOptions } from './step-faults.ts';
import type { TargetUser } from './target-user.ts';

// An unacknowledged SYN is sent again after 1 s (RFC 6298), by old stacks after 3 s; those that take longer were measured.
const RETRANSMISSION_WITHIN = 3500;
const TIMER_SLACK = 1.3;
// The other half leaves time to command the user, even on a busy machine.
const PART_OF_TIMER = 0.5;
// RFC 1122 section 4.2.3.1 starts with 3 s, 4.4BSD with 6 s; the interval doubles. A busy machine makes round trips long.
const FIRST_EXPIRY_WITHIN = 20_000;
const MOST_BACK_OFF = 3;

/** What was done last on a connection, and where in its log a step looks for what came of it. */
export interface Turn {
  connection: Connection;
  last: 'segment' | 'call' | 'ICMP';
  /** All that was done since a step has looked at what came of it: segments in the notation, other things by name. */
  done: (SegmentNotation | string)[];
  /** The segment that was sent last. */
  stimulus?: ConcreteSegment;
  /** Before the segment that was sent last, or the last call of the user. */
  stateBefore: State;
  /** The TCB before the last step, and the segment that was sent last. */
  variables?: Variables;
  /** Where in the log the stimulus is. */
  mark: number;
  /** Where in the log the last segment was sent, or the user acted. */
  actedAt: number;
  /** Where in the log the user's last call was answered. */
  answeredAt: number;
  /** From where in the log on no step has looked. */
  cursor: number;
}

/** What a step knows of the steps before it. */
interface Circumstances {
  /** Nothing was done since the step before: what comes now is a timer's. */
  readonly isTimers: boolean;
  /** No step has looked at this connection before. */
  readonly isFirst: boolean;
  /** It is the only step of its scenario. */
  readonly isOnly: boolean;
  /** The TCB as it is now. */
  readonly known: Variables;
}

/** Waits for what comes of each step on one connection, and tells replies from retransmissions. */
export class StepWatch {
  /** Why what was seen proves nothing: the tester was late, or not able to do what the step asks. */
  spoilt: Reason | undefined;
  /** The target's own answer by ICMP, where it should have said nothing at all. */
  refusal: Refusal | undefined;
  /** The kinds of steps that it did not wait for in full. */
  readonly hastened = new Set<string>();
  /** The kinds of steps that it waited for in full, and whether a reply came after a hasty one would have gone on. */
  readonly watched = new Map<string, boolean>();
  /** Whether it went on before the observation time of the last step was over. */
  isLastHasty = false;
  /** The kind whose first step it waits for in full. */
  #firstOf: string | undefined;
  readonly #place: Place;
  readonly #context: CaseContext;
  readonly #reached: Reached;
  readonly #user: TargetUser;
  readonly #turn: Turn;
  readonly #roles = new Map<Entry, Role>();

  /** @param turn the caller keeps it up to date */
  constructor(place: Place, context: CaseContext, reached: Reached, user: TargetUser, turn: Turn) {
    this.#place = place;
    this.#context = context;
    this.#reached = reached;
    this.#user = user;
    this.#turn = turn;
  }

  /** What a segment was; undefined where no step has looked at it. */
  roleOf(entry: Entry): Role | undefined {
    return this.#roles.get(entry);
  }

  /**
   * Waits for what a step expects.
   *
   * @param since when the last segment was sent, or the user acted, of `performance.now()`
   */
  async observe(
    step: ExpectStep,
    outcomes: readonly ResolvedOutcome[],
    since: number,
    when: Circumstances,
  ): Promise<Seen> {
    this.isLastHasty = false;
    if (step.next) return this.#next(step, outcomes, when);
    const { stateBefore: state, done } = this.#turn;
    const awaited: Awaited = {
      ...{ place: this.#place, state, done, outcomes, isCase: when.isOnly },
      isTimed: when.isTimers || isTimed(step, outcomes),
    };
    this.isLastHasty = await this.#observationTime(awaited, since, when);
    return this.#sort(step, awaited, since, when);
  }

  /** Waits for what the target sends next. */
  async #next(
    { within }: ExpectStep,
    outcomes: readonly ResolvedOutcome[],
    { known }: Circumstances,
  ): Promise<Seen> {
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { log } = this.#turn.connection.mailbox;
    const since = lastSent(log.slice(0, this.#turn.cursor), performance.now());
    const patience = within === undefined ? this.#expiryWithin() : since + within - performance.now();
    // The path's second copy of what was looked at is nobody's.
    const isCopy = (one: Entry): boolean =>
      tester.path.disturbed &&
      log
        .slice(0, log.indexOf(one))
        .some((other) => one.at - other.at <= timing.spread + STRAGGLERS && hasDoubles([other, one]));
    // On a busy machine a timer may run out on the way of the user's call to the target.
    const { last, answeredAt } = this.#turn;
    const isBeforeCall = (one: Entry): boolean => {
      const at = log.indexOf(one);
      return last === 'call' && at < answeredAt && log.slice(0, at).some((other) => hasDoubles([other, one]));
    };
    let entry: Entry | undefined;
    await aside(async () => {
      entry = await this.#turn.connection.mailbox.next(
        (one) => !isCopy(one) && !isBeforeCall(one),
        Math.max(0, patience) + timing.guard,
        this.#turn.cursor,
      );
    }, true);
    const variables = this.#turn.variables ?? known;
    const entries = entry ? [entry] : [];
    this.#note('reply', entries);
    const interval = entry && intervalOf(log, entry);
    const lag = tester.lag.worstSince(interval?.since ?? since);
    if (interval && outcomes.some((outcome) => dependsOnLag(outcome, interval, lag)))
      this.spoilt ??= { kind: 'tester late', milliseconds: Math.round(lag) };
    return {
      ...{ state: this.#turn.stateBefore, variables, acknowledges: false, entries },
      ...{ replies: segmentsOf(entries), retransmissions: [], provoked: [] },
      ...(interval ? { interval } : {}),
      ...{ listening: this.#user.listening, opening: false },
      besides: faultsOfOptions(log, entries.filter(isOfTheStimulus)),
      windows: entries,
    };
  }

  /**
   * Milliseconds in which a timer sends the first or the next retransmission, whatever a TCP starts with, or backs off by. What it sent
   * again before counts: a TCP may keep the interval that it has come to.
   */
  #expiryWithin(): number {
    const sent = this.#turn.connection.mailbox.log
      .filter(({ from }) => from === 'target')
      .map(({ at }) => at);
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? at));
    return Math.max(FIRST_EXPIRY_WITHIN, Math.max(0, ...gaps) * MOST_BACK_OFF);
  }

  /** Lets the time pass in which replies are collected. @returns whether it went on before that was over */
  async #observationTime(awaited: Awaited, since: number, when: Circumstances): Promise<boolean> {
    const { isHasty, haste } = this.#context;
    if (!isHasty || !haste || !(haste.dependsOnReplies(awaited) || haste.mayHasten(awaited))) {
      if (!awaited.isTimed && haste && !haste.dependsOnReplies(awaited)) this.#watches(haste.kindOf(awaited));
      await this.#wholeTime();
      return false;
    }
    const replies = await this.#untilAllHasCome(awaited, since, when);
    if (replies === undefined) return false;
    const kind = haste.kindOf(awaited, replies);
    const isEnough = !haste.dependsOnReplies(awaited) || isHasty === 'confirming';
    if (isEnough || haste.mayHasten(awaited, replies)) {
      this.hastened.add(kind);
      return true;
    }
    this.#watches(kind);
    this.#firstOf = kind;
    await this.#wholeTime(performance.now() - since);
    return false;
  }

  #watches(kind: string): void {
    this.watched.set(kind, this.watched.get(kind) ?? false);
  }

  /**
   * Where the stimulus may establish without acknowledging the target's SYN, its user is asked for proof before the timer of that
   * SYN stands in the way.
   *
   * @param waited milliseconds of it that are over
   */
  #wholeTime(waited = 0): Promise<void> {
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { iss, sndUna, mailbox } = this.#turn.connection;
    const observation = Math.max(0, timing.observation - waited);
    const isAckOfIss = this.#turn.last === 'segment' && iss !== undefined && this.#turn.stimulus?.ack === iss;
    if (!isAckOfIss || sndUna !== iss) return aside(() => tester.listen(observation), true);
    // Where two SYNs have crossed, the timer may have run since the target's first one.
    const syn = mailbox.log.find(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));
    const passed = syn ? performance.now() - syn.at : 0;
    const left = timing.synAckRetransmission * PART_OF_TIMER - passed - timing.roundTrip;
    return tester.listen(Math.min(observation, Math.max(timing.guard, left)));
  }

  /**
   * Waits until as many replies have come as any document allows, and no other follows at once; or until one is missing that
   * nothing may delay.
   *
   * @returns how many replies have come; undefined when the whole time is over
   */
  async #untilAllHasCome(
    awaited: Awaited,
    since: number,
    { isFirst }: Circumstances,
  ): Promise<number | undefined> {
    const { environment, haste, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { mailbox } = this.#turn.connection;
    const until = since + timing.observation;
    const left = (): number => until - performance.now();
    while (left() > 0) {
      const heard = mailbox.log.length;
      await tester.listen(Math.min(promptOf(timing), left()));
      if (mailbox.log.length > heard) continue;
      const { replies } = this.#sorted(since, { isTimers: false, isFirst });
      if (haste?.goesOn(awaited, replies.length)) return left() > 0 ? replies.length : undefined;
      await aside(async () => void (await mailbox.next(() => true, left(), heard)), true);
    }
    return undefined;
  }

  #sorted(since: number, when: Pick<Circumstances, 'isTimers' | 'isFirst'>, greets = false): Sorted {
    const { log } = this.#turn.connection.mailbox;
    const repetition = { ...this.#timers(since, when), greets };
    return sortReplies(log.slice(0, this.#turn.cursor), log.slice(this.#turn.cursor), repetition);
  }

  /** Sorts what has arrived: replies, retransmissions, faults. */
  async #sort(step: ExpectStep, awaited: Awaited, since: number, when: Circumstances): Promise<Seen> {
    const { outcomes } = awaited;
    const { log, link, refusals } = this.#turn.connection.mailbox;
    const state = this.#turn.stateBefore;
    const greets = this.#reached.greets === true && (state === 'SYN-SENT' || state === 'SYN-RECEIVED');
    const sorted = this.#sorted(since, when, greets);
    const { retransmissions } = sorted;
    let { replies } = sorted;
    const { tester, timing } = this.#context.environment;
    const prompt = promptOf(timing) + tester.lag.worstSince(since);
    const repliedAt = replies.map(({ at }) => at);
    if (!this.isLastHasty && !awaited.isTimed) this.#noteWhole(awaited, since, repliedAt, prompt);
    // No TCP closes by itself: text or a FIN has come to a user who had something to say first.
    if (greets && replies.some(({ segment: { ctl } }) => ctl.has('FIN')))
      throw new NotCapable({ what: 'being spoken to first' });
    if (sorted.ambiguous.length > 0) this.spoilt ??= { kind: 'stimulus late' };
    const variables = this.#turn.variables ?? when.known;
    const repeated = segmentsOf(retransmissions);
    // What a user or a timer sends takes its time; the reply to a segment does not.
    const mayTakeTime = when.isTimers || this.#turn.last === 'call' || step.within !== undefined;
    const isDue = step.within !== undefined || outcomes.every(({ reply }) => reply.length > 0);
    if (replies.length === 0 && mayTakeTime && isDue) {
      const isCarried = outcomes.some(({ reply }) =>
        carriedAlong(reply, { retransmissions: repeated, variables }),
      );
      const late = isCarried ? undefined : await this.#late(outcomes, variables, step, since);
      if (late) replies = [late];
    }
    if (step.settled && replies.length === 0) {
      const again = await this.#isSentAgain(step.settled);
      if (again) replies = [again];
    }
    const { tooSoon, windowUpdates, doubles, provoked } = sorted;
    this.#note('setup', tooSoon);
    this.#note('window update', windowUpdates);
    this.#note('retransmission', [...retransmissions, ...doubles]);
    this.#note('reply', replies.length > 0 ? replies : provoked);
    if (isToBeSilent(this.#place)) this.refusal = refusals.find(({ source }) => source === link.remote);
    return {
      ...{ state, variables, acknowledges: this.#turn.stimulus?.ctl.has('ACK') === true },
      ...{ replies: segmentsOf(replies), retransmissions: repeated, provoked: segmentsOf(provoked) },
      ...(this.refusal ? { refusal: this.refusal.text } : {}),
      // The LISTEN itself is what the step is about in that state: there, CLOSED is something else.
      listening: this.#user.listening && state !== 'LISTEN',
      opening: state === 'LISTEN' || state === 'SYN-SENT',
      besides: faultsOfOptions(log, [...replies, ...retransmissions.filter(isOfTheStimulus)]),
      entries: replies.length > 0 ? replies : retransmissions,
      windows: [...windowUpdates, ...replies].toSorted((one, other) => one.at - other.at),
    };
  }

  /** What a full wait has seen of what a hasty attempt would have missed. */
  #noteWhole(awaited: Awaited, since: number, repliedAt: readonly number[], prompt: number): void {
    const { haste } = this.#context;
    const leave = haste?.leaveOf(awaited, since, repliedAt, prompt);
    const kind = leave && haste?.kindOf(awaited, leave.after);
    const first = this.#firstOf;
    // A late tester has taken it for another kind.
    if (first !== undefined && first !== kind) {
      this.watched.delete(first);
      haste?.end(first);
    }
    if (kind === undefined) return;
    if (haste?.dependsOnReplies(awaited)) this.#watches(kind);
    if (leave?.hasMissed && this.watched.has(kind)) this.watched.set(kind, true);
  }

  /** What the target sends although nothing is due. */
  async #isSentAgain(settled: true | number): Promise<Entry | undefined> {
    const { aside = (wait) => wait() } = this.#context;
    const isText = ({ segment }: Entry): boolean => settled !== true || lengthOf(segment) > 0;
    const patience = settled === true ? this.#timerPatience : settled;
    let again: Entry | undefined;
    await aside(async () => {
      again = await this.#turn.connection.mailbox.next(isText, patience, this.#turn.cursor);
    }, true);
    return again;
  }

  /** When a segment that comes again is no reply. The timers are known only until the second step. */
  #timers(
    since: number,
    { isTimers, isFirst }: Pick<Circumstances, 'isTimers' | 'isFirst'>,
  ): Parameters<typeof sortReplies>[2] {
    const { tester, timing } = this.#context.environment;
    const doubled = tester.path.disturbed ? timing.spread : undefined;
    // What comes of a call may come before the segment that follows the call.
    const isCalls = this.#turn.done.some((one) => typeof one === 'string');
    if (isTimers || isCalls || !isFirst) return { doubled, synAckAgain: 0, otherAgain: 0 };
    const stimulusAt = this.#turn.connection.mailbox.log[this.#turn.mark]?.at;
    return {
      ...{ doubled, stimulusAt, soonestReply: timing.soonestReply },
      ...{ synAckAgain: timing.synAckRetransmission, otherAgain: timing.finRetransmission },
      lag: tester.lag.worstSince(stimulusAt ?? since),
    };
  }

  #note(role: Role, entries: readonly Entry[]): void {
    for (const entry of entries) this.#roles.set(entry, role);
  }

  /** What comes later than a reply: a retransmission, or what the step gives more time. */
  async #late(
    expected: readonly ResolvedOutcome[],
    variables: Variables,
    { within }: ExpectStep,
    since: number,
  ): Promise<Entry | undefined> {
    const wanted = expected.flatMap(({ reply }) => reply);
    const isWanted = (entry: Entry): boolean =>
      (within !== undefined || lengthOf(entry.segment) > 0) &&
      this.#roles.get(entry) !== 'reply' &&
      wanted.some((one) => compareReply(one, entry.segment, variables).length === 0);
    const { guard } = this.#context.environment.timing;
    const patience = within === undefined ? this.#timerPatience : since + within + guard - performance.now();
    return this.#turn.connection.mailbox.next(isWanted, Math.max(0, patience), this.#turn.actedAt);
  }

  /** As long as the target's timers take, in milliseconds. */
  get #timerPatience(): number {
    const { synAckRetransmission, finRetransmission } = this.#context.environment.timing;
    return Math.max(RETRANSMISSION_WITHIN, Math.max(synAckRetransmission, finRetransmission) * TIMER_SLACK);
  }
}

export type Seen = Observation & {
  readonly besides: readonly Fault[];
  readonly entries: readonly Entry[];
  /** Those that tell the window that the target offers. */
  readonly windows: readonly Entry[];
};

const segmentsOf = (entries: readonly Entry[]): ConcreteSegment[] => entries.map(({ segment }) => segment);

/** A SYN that is sent again is the recipe's: it has cases of its own. */
const isOfTheStimulus = ({ segment: { ctl } }: Entry): boolean => !ctl.has('SYN');
