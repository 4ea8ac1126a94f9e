import type {
  CrowdStep,
  ExpectStep,
  IcmpStep,
  Place,
  ResolvedOutcome,
  StateStep,
  UserCall,
} from '../../catalogue/scenario.ts';
import {
  type ConcreteSegment,
  compareReply,
  lengthOf,
  resetAt,
  type SegmentNotation,
  segmentOf,
  type Variables,
} from '../../notation/index.ts';
import { PROFILES } from '../../standard/profile.ts';
import { type State, SYNCHRONIZED } from '../../standard/state.ts';
import {
  type Connection,
  concrete,
  hasDoubles,
  type Proof,
  pause,
  promptOf,
  prove,
  type Reached,
  type Sorted,
  STRAGGLERS,
  type Subject,
  sortReplies,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { type Entry, hasRightChecksum, type Refusal, textAt } from '../../tester/index.ts';
import type { Fault } from '../../verdict/fault.ts';
import { areRepliesOf, carriedAlong, type Observation } from '../../verdict/judge.ts';
import type { Ending, PlayedStep } from '../../verdict/judge-scenario.ts';
import type { Role } from '../../verdict/observed.ts';
import type { Reason } from '../../verdict/reason.ts';
import { add } from '../../wire/seq.ts';
import type { CaseContext } from './case-context.ts';
import { hasNoConnection, isComplete, wouldMiss } from './haste.ts';
import { dependsOnLag, intervalOf, lastSent } from './intervals.ts';
import { Peer } from './peer.ts';
import type { Random } from './random.ts';
import { carriesTimestamps, isAltered, isToBeSilent, overridesOf, stamped } from './setup.ts';
import {
  edgesOf,
  faultsOfIss,
  faultsOfOptions,
  faultsOfTime,
  ipHeaderOf,
  isAcknowledgmentLost,
} from './step-faults.ts';
import { TargetUser } from './target-user.ts';

// An unacknowledged SYN is sent again after 1 s (RFC 6298), by old stacks after 3 s; those that take longer were measured.
const RETRANSMISSION_WITHIN = 3500;
const TIMER_SLACK = 1.3;
// The other half leaves time to command the user, even on a busy machine.
const PART_OF_TIMER = 0.5;

const ENOUGH_UNANSWERED = 10;
// Of no connection of a run.
const NOBODYS_PORT = 1;
// Who is said to need smaller packets keeps to it from then on, with all connections to the tester.
const LINK_MTU = 1500;
// RFC 1122 section 4.2.3.1 starts with 3 s, 4.4BSD with 6 s; the interval doubles. A busy machine makes round trips long.
const FIRST_EXPIRY_WITHIN = 20_000;
const MOST_BACK_OFF = 3;
// The largest segment that every TCP may be sent (RFC 9293 section 3.7.1).
const LEAST_MSS = 536;

const NOT_SYNCHRONIZED: readonly State[] = ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'];

/**
 * One connection of a scenario: the tester sends, the target's user acts, and what comes is observed.
 *
 * `Connection` is the tester's copy of the target's TCB. It takes in the segments of a step only when the next step begins. So
 * the last step is judged, and the state after it proven, by the TCB before that step, as in a scenario of one step.
 */
export class PlayedConnection {
  readonly name: string;
  readonly user: TargetUser;
  readonly steps: PlayedStep[] = [];
  /** Why what was seen proves nothing: the tester was late, or not able to do what the step asks. */
  spoilt: Reason | undefined;
  /** The target's own answer by ICMP, where it should have said nothing at all. */
  refusal: Refusal | undefined;
  /** Whether it went on before the observation time was over. */
  isHasty = false;
  /** Whether a reply came after a hasty attempt would have gone on. */
  hasSlowReply = false;
  /** The TCB before the last step, and the segment that was sent last. */
  variables: Variables | undefined;
  readonly #place: Place;
  readonly #context: CaseContext;
  readonly #reached: Reached;
  readonly #random: Random;
  #connection: Connection;
  /** The old connection in TIME-WAIT, after a SYN has opened a new incarnation. */
  #old: Connection | undefined;
  /** The state that the steps so far have led to. It is believed; a `state` step proves it. */
  #state: State;
  /** Before the segment that was sent last, or the last call of the user. */
  #stateBefore: State;
  #stimulus: ConcreteSegment | undefined;
  /** Whether the stimulus has not entered the TCB yet. */
  #isPending = false;
  /** What was done last. */
  #last: 'segment' | 'call' | 'ICMP' = 'segment';
  /** An outcome has led away from what the next steps are about. */
  #isElsewhere = false;
  /** Whether a step has looked at what came of the last segment, or call. */
  #isObserved = true;
  /** Where in the log the stimulus is. */
  #mark = 0;
  /** Where in the log the last segment was sent, or the user acted. */
  #actedAt = 0;
  /** From where in the log on no step has looked. */
  #cursor = 0;
  /** The sequence number after the text that the user was given; unknown until somebody has asked. */
  #given: number | undefined;
  /** RCV.NXT before the stimulus. */
  #rcvNxt = 0;
  /** Where in the log the connection was left. */
  #leftAt = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #proofAt = Number.POSITIVE_INFINITY;
  readonly #roles = new Map<Entry, Role>();

  constructor(name: string, place: Place, context: CaseContext, reached: Reached, random: Random) {
    this.name = name;
    this.#place = place;
    this.#context = context;
    this.#reached = reached;
    this.#random = random;
    this.#connection = reached.connection;
    this.user = new TargetUser(context.environment, reached);
    this.#state = place.state;
    this.#stateBefore = place.state;
    this.#cursor = reached.connection.mailbox.log.length;
  }

  get mailbox(): Connection['mailbox'] {
    return this.#connection.mailbox;
  }

  roleOf(entry: Entry, position: number): Role {
    if (position < this.#firstAt) return 'setup';
    if (position >= this.#proofAt) return 'proof';
    return this.#roles.get(entry) ?? (entry.from === 'tester' ? 'stimulus' : 'reply');
  }

  /** Sends the segments at once, without a look at what comes in between. */
  async send(segments: readonly SegmentNotation[]): Promise<void> {
    await this.#goOn();
    for (const notation of segments) this.#sendOne(notation);
  }

  /** What has arrived until now is no reply to the next step. */
  async #goOn(): Promise<void> {
    if (!this.#isObserved) return;
    await this.#context.environment.tester.drained();
    this.#intoTcb();
    this.#cursor = this.mailbox.log.length;
    this.#firstAt = Math.min(this.#firstAt, this.#cursor);
    this.#isObserved = false;
  }

  /** Takes the last segment sent, and the segments that have arrived, into the TCB. */
  #intoTcb(): void {
    this.#acknowledge();
    this.#connection.absorb();
  }

  #acknowledge(): void {
    const stimulus = this.#stimulus;
    if (!stimulus || !this.#isPending) return;
    this.#isPending = false;
    if (stimulus.ctl.has('SYN')) this.#takeSyn(stimulus);
    this.#connection.acknowledge(stimulus);
  }

  /** A SYN starts new sequence numbers when the target has no connection, or opens another one. */
  #takeSyn({ seq }: ConcreteSegment): void {
    const connection = this.#connection;
    if (this.#stateBefore === 'TIME-WAIT' && this.#state === 'SYN-RECEIVED') {
      this.#old = connection;
      this.#connection = connection.reopened(seq, this.#mark);
    } else if (NOT_SYNCHRONIZED.includes(this.#stateBefore) && seq !== connection.irs) {
      connection.irs = seq;
      connection.rcvNxt = seq;
      // A LISTEN answers each SYN with an ISS of its own.
      if (this.user.listening) connection.iss = undefined;
    }
  }

  #known(): Variables {
    const last = this.#stimulus;
    return {
      ...this.#connection.variables(),
      ...(last ? { 'SEG.SEQ': last.seq, 'SEG.ACK': last.ack, 'SEG.LEN': lengthOf(last) } : {}),
    };
  }

  #sendOne(notation: SegmentNotation): void {
    this.#acknowledge();
    const place = this.#place;
    const connection = this.#connection;
    const written = concrete(notation, connection, () => this.#random.sequenceNumber());
    const segment = stamped(place, written, connection);
    const { environment, family } = this.#context;
    const to = { address: this.mailbox.link.remote, port: connection.peerPort };
    const overrides = overridesOf(place, family, to);
    if (overrides.source !== undefined && !environment.forgesSources)
      throw new NotCapable({ what: 'leave to forge sources' });
    this.#stimulus = segment;
    this.variables = this.#known();
    this.#isPending = true;
    this.#last = 'segment';
    this.#stateBefore = this.#state;
    this.#rcvNxt = connection.rcvNxt;
    this.#mark = this.mailbox.log.length;
    this.#actedAt = this.#mark;
    const entry = connection.transmit(segment, overrides, connection.timestamps && carriesTimestamps(place));
    if (segment.checksum !== undefined && hasRightChecksum(entry.packet))
      this.spoilt ??= { kind: 'checksum right by accident' };
  }

  async sendIcmpError({ icmp, about, otherPort }: IcmpStep): Promise<void> {
    await this.#goOn();
    this.#begins('ICMP');
    const { mailbox, peerPort, rcvWnd } = this.#connection;
    const quoted = concrete(about, this.#connection, () => this.#random.sequenceNumber());
    mailbox.sendIcmpError(
      icmp,
      { wnd: rcvWnd, ...quoted },
      {
        target: otherPort === 'target' ? NOBODYS_PORT : peerPort,
        tester: otherPort === 'tester' ? NOBODYS_PORT : mailbox.port,
      },
      LINK_MTU,
    );
  }

  /** The peers of a crowd have ports of their own, and are gone when this resolves. */
  async crowd({ crowd, resets }: CrowdStep): Promise<void> {
    const { environment, family } = this.#context;
    const peers = Array.from(
      { length: crowd },
      () => new Peer(environment, family, this.#connection.peerPort, this.#random.sequenceNumber()),
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
      await environment.tester.flushed();
      await environment.tester.listen(environment.timing.guard);
    } finally {
      for (const peer of peers) peer.leaves();
    }
  }

  /** What is about to be done is no segment. */
  #begins(what: 'call' | 'ICMP'): void {
    this.variables = this.#known();
    this.#actedAt = this.mailbox.log.length;
    this.#last = what;
    this.#stateBefore = this.#state;
  }

  /** @throws NotCapable where nobody can tell the target's user to do so */
  async act(user: UserCall): Promise<void> {
    await this.#goOn();
    this.#begins('call');
    await this.user.call(user, this.#connection);
    const isAgain = user.call === 'OPEN PASSIVE AGAIN' && this.#state === 'CLOSED';
    if (user.call === 'OPEN PASSIVE' || isAgain) this.#state = 'LISTEN';
    // It takes an ISS of its own.
    if (user.call === 'OPEN ACTIVE') this.#connection.iss = undefined;
  }

  /**
   * Waits for what a step expects, and takes note of what came.
   *
   * @param since when the last segment was sent, or the user acted, of `performance.now()`
   * @param number of the step, from 1; absent in a scenario of one stimulus
   * @returns false when the scenario cannot go on: another segment came than the next steps build on.
   */
  async expect(step: ExpectStep, since: number, number?: number): Promise<boolean> {
    // Nothing was done since the step before: what comes now is a timer's.
    const isTimers = this.#isObserved;
    if (isTimers) {
      this.#intoTcb();
      this.variables = this.#known();
    }
    const outcomes = PROFILES.flatMap((profile) => step.expect[profile]);
    const { entries, ...seen } = step.next
      ? await this.#next(step, outcomes)
      : await this.#reply(step, outcomes, since, isTimers);
    const { log } = this.mailbox;
    const from = step.next ? lastSent(log.slice(0, this.#cursor), since) : since;
    const { tester, timing } = this.#context.environment;
    const lag = tester.lag.worstSince(from);
    const [first] = entries;
    const late = faultsOfTime(step, from, first, timing, lag);
    // It may be the tester that was late.
    if (late.length === 0 && faultsOfTime(step, from, first, timing, 0).length > 0)
      this.spoilt ??= { kind: 'tester late', milliseconds: Math.round(lag) };
    const besides = [...seen.besides, ...late];
    if (step.newIss) besides.push(...faultsOfIss(log, entries));
    if (step.delivered !== undefined) besides.push(...(await this.#faultsOfText(step.delivered)));
    const aspects = await this.#aspects(outcomes, since, seen.windows, entries);
    const { windows: _, ...rest } = seen;
    const observation: Observation = { ...rest, besides, ...aspects };
    this.steps.push({ ...(number === undefined ? {} : { number }), expect: step.expect, observation });
    const [last] = step.next ? entries : [];
    this.#cursor = last ? log.indexOf(last) + 1 : log.length;
    this.#isObserved = true;
    const right = outcomes.filter((outcome) => areRepliesOf(outcome, observation));
    this.#state = right.find(({ then }) => then)?.then ?? this.#state;
    const goesOn = right.some(({ ends }) => !ends);
    this.#isElsewhere = right.length > 0 && !goesOn;
    return goesOn;
  }

  /** What is known beside the replies, where an outcome asks. */
  async #aspects(
    outcomes: readonly ResolvedOutcome[],
    since: number,
    windows: readonly Entry[],
    [first]: readonly Entry[],
  ): Promise<Pick<Observation, 'aspects'>> {
    const wanted = outcomes.flatMap(({ with: aspects }) => aspects ?? []);
    if (wanted.length === 0) return {};
    const tidings = wanted.flatMap(({ told }) => told ?? []);
    const told = wanted.some(({ told }) => told) ? { told: await this.user.told(tidings) } : {};
    const { rcvNxt, rcvWnd } = this.#connection;
    return {
      aspects: {
        ...{ edges: edgesOf(windows, add(rcvNxt, rcvWnd)), leastStep: Math.min(LEAST_MSS, rcvWnd / 2) },
        ...(first ? { after: Math.round(first.at - since), ...ipHeaderOf(first, this.#context.family) } : {}),
        ...told,
      },
    };
  }

  /** From now on it counts what the target's user is given. @throws NotCapable */
  async beginsToRead(): Promise<void> {
    await this.user.delivered();
    this.#given = this.#connection.rcvNxt;
  }

  /** Whether the user was given so many octets since it was last asked, and the ones that were sent. */
  async #faultsOfText(expected: number): Promise<readonly Fault[]> {
    const { count: observed, octets } = await this.user.delivered();
    const from = this.#given ?? add(this.#connection.irs, 1);
    this.#given = add(from, observed);
    const uncounted = observed - octets.length;
    const right = textAt(add(from, uncounted), octets.length);
    const wrong = octets.findIndex((octet, index) => octet !== right[index]);
    if (observed === expected && wrong < 0) return [];
    // The text comes in datagrams, which such a path loses as well.
    if (this.#context.environment.tester.path.disturbed) this.spoilt ??= { kind: 'text not told' };
    const other = observed === expected ? { wrongAt: uncounted + wrong } : {};
    return [{ kind: 'delivered', expected, observed, ...other }];
  }

  async #reply(
    step: ExpectStep,
    outcomes: readonly ResolvedOutcome[],
    since: number,
    isTimers: boolean,
  ): Promise<Seen> {
    await this.#observationTime(outcomes, since);
    return this.#observe(step, outcomes, since, isTimers);
  }

  /** Waits for what the target sends next. */
  async #next({ within }: ExpectStep, outcomes: readonly ResolvedOutcome[]): Promise<Seen> {
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { log } = this.mailbox;
    const since = lastSent(log.slice(0, this.#cursor), performance.now());
    const patience = within === undefined ? this.#expiryWithin() : since + within - performance.now();
    // The path's second copy of what was looked at is nobody's.
    const isCopy = (one: Entry): boolean =>
      tester.path.disturbed &&
      log
        .slice(0, log.indexOf(one))
        .some((other) => one.at - other.at <= timing.spread + STRAGGLERS && hasDoubles([other, one]));
    let entry: Entry | undefined;
    await aside(async () => {
      entry = await this.mailbox.next(
        (one) => !isCopy(one),
        Math.max(0, patience) + timing.guard,
        this.#cursor,
      );
    }, true);
    const variables = this.variables ?? this.#known();
    const entries = entry ? [entry] : [];
    this.#note('reply', entries);
    const interval = entry && intervalOf(log, entry);
    const lag = tester.lag.worstSince(interval?.since ?? since);
    if (interval && outcomes.some((outcome) => dependsOnLag(outcome, interval, lag)))
      this.spoilt ??= { kind: 'tester late', milliseconds: Math.round(lag) };
    return {
      ...{ state: this.#stateBefore, variables, acknowledges: false, entries },
      ...{ replies: segmentsOf(entries), retransmissions: [], provoked: [] },
      ...(interval ? { interval } : {}),
      ...{ listening: this.user.listening, opening: false },
      besides: faultsOfOptions(log, entries.filter(isOfTheStimulus)),
      windows: entries,
    };
  }

  /**
   * Milliseconds in which a timer sends the first or the next retransmission, whatever a TCP starts with, or backs off by. What it sent
   * again before counts: a TCP may keep the interval that it has come to.
   */
  #expiryWithin(): number {
    const sent = this.mailbox.log.filter(({ from }) => from === 'target').map(({ at }) => at);
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? at));
    return Math.max(FIRST_EXPIRY_WITHIN, Math.max(0, ...gaps) * MOST_BACK_OFF);
  }

  /**
   * Lets the time pass in which replies are collected. Where the stimulus may establish without acknowledging the target's SYN,
   * its user is asked for proof before the timer of that SYN stands in the way.
   */
  #observationTime(outcomes: readonly ResolvedOutcome[], since: number): Promise<void> {
    const { environment, isHasty, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    if (isHasty) return this.#untilAllHasCome(outcomes, since);
    const { iss, sndUna, mailbox } = this.#connection;
    const isAckOfIss = this.#last === 'segment' && iss !== undefined && this.#stimulus?.ack === iss;
    if (!isAckOfIss || sndUna !== iss) return aside(() => tester.listen(timing.observation), true);
    // Where two SYNs have crossed, the timer may have run since the target's first one.
    const syn = mailbox.log.find(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));
    const passed = syn ? performance.now() - syn.at : 0;
    const left = timing.synAckRetransmission * PART_OF_TIMER - passed - timing.roundTrip;
    return tester.listen(Math.min(timing.observation, Math.max(timing.guard, left)));
  }

  /** Waits until as many replies have come as any document allows, and no other follows at once. */
  async #untilAllHasCome(outcomes: readonly ResolvedOutcome[], since: number): Promise<void> {
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { mailbox } = this;
    const until = since + timing.observation;
    const left = (): number => until - performance.now();
    while (left() > 0) {
      const heard = mailbox.log.length;
      await tester.listen(Math.min(promptOf(timing), left()));
      if (mailbox.log.length > heard) continue;
      if (isComplete(outcomes, this.#sorted(since, false).replies.length)) {
        this.isHasty = left() > 0;
        return;
      }
      await aside(async () => void (await mailbox.next(() => true, left(), heard)), true);
    }
  }

  #sorted(since: number, isTimers: boolean, greets = false): Sorted {
    const { log } = this.mailbox;
    const repetition = { ...this.#timers(since, isTimers), greets };
    return sortReplies(log.slice(0, this.#cursor), log.slice(this.#cursor), repetition);
  }

  /** Sorts what has arrived: replies, retransmissions, faults. */
  async #observe(
    step: ExpectStep,
    outcomes: readonly ResolvedOutcome[],
    since: number,
    isTimers: boolean,
  ): Promise<Seen> {
    const { log, link, refusals } = this.mailbox;
    const state = this.#stateBefore;
    const greets = this.#reached.greets === true && (state === 'SYN-SENT' || state === 'SYN-RECEIVED');
    const sorted = this.#sorted(since, isTimers, greets);
    const { retransmissions } = sorted;
    let { replies } = sorted;
    const { tester, timing } = this.#context.environment;
    const prompt = promptOf(timing) + tester.lag.worstSince(since);
    const repliedAt = replies.map(({ at }) => at);
    if (!this.isHasty) this.hasSlowReply ||= wouldMiss(outcomes, since, repliedAt, prompt);
    // No TCP closes by itself: text or a FIN has come to a user who had something to say first.
    if (greets && replies.some(({ segment: { ctl } }) => ctl.has('FIN')))
      throw new NotCapable({ what: 'being spoken to first' });
    if (sorted.ambiguous.length > 0) this.spoilt ??= { kind: 'stimulus late' };
    const variables = this.variables ?? this.#known();
    const repeated = segmentsOf(retransmissions);
    // What a user or a timer sends takes its time; the reply to a segment does not.
    const mayTakeTime = isTimers || this.#last === 'call' || step.within !== undefined;
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
      ...{ state, variables, acknowledges: this.#stimulus?.ctl.has('ACK') === true },
      ...{ replies: segmentsOf(replies), retransmissions: repeated, provoked: segmentsOf(provoked) },
      ...(this.refusal ? { refusal: this.refusal.text } : {}),
      // The LISTEN itself is what the step is about in that state: there, CLOSED is something else.
      listening: this.user.listening && state !== 'LISTEN',
      opening: state === 'LISTEN' || state === 'SYN-SENT',
      besides: faultsOfOptions(log, [...replies, ...retransmissions.filter(isOfTheStimulus)]),
      entries: replies.length > 0 ? replies : retransmissions,
      windows: [...windowUpdates, ...replies].toSorted((one, other) => one.at - other.at),
    };
  }

  /** Lets so many milliseconds pass. No step looks at what comes meanwhile. */
  async waits(milliseconds: number): Promise<void> {
    const { aside = (wait) => wait() } = this.#context;
    await aside(() => pause(milliseconds), true);
    this.#isObserved = true;
  }

  /** What the target sends although nothing is due. */
  async #isSentAgain(settled: true | number): Promise<Entry | undefined> {
    const { aside = (wait) => wait() } = this.#context;
    const isText = ({ segment }: Entry): boolean => settled !== true || lengthOf(segment) > 0;
    const patience = settled === true ? this.#timerPatience : settled;
    let again: Entry | undefined;
    await aside(async () => {
      again = await this.mailbox.next(isText, patience, this.#cursor);
    }, true);
    return again;
  }

  /** When a segment that comes again is no reply. The timers are known only until the second step. */
  #timers(since: number, isTimers: boolean): Parameters<typeof sortReplies>[2] {
    const { tester, timing } = this.#context.environment;
    const doubled = tester.path.disturbed ? timing.spread : undefined;
    if (isTimers || this.#last !== 'segment' || this.steps.length > 0)
      return { doubled, synAckAgain: 0, otherAgain: 0 };
    const stimulusAt = this.mailbox.log[this.#mark]?.at;
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
    return this.mailbox.next(isWanted, Math.max(0, patience), this.#actedAt);
  }

  /** As long as the target's timers take, in milliseconds. */
  get #timerPatience(): number {
    const { synAckRetransmission, finRetransmission } = this.#context.environment.timing;
    return Math.max(RETRANSMISSION_WITHIN, Math.max(synAckRetransmission, finRetransmission) * TIMER_SLACK);
  }

  /** The segments from now on prove the state, or end the connection. */
  endsHere(): void {
    this.#proofAt = this.mailbox.log.length;
  }

  /** Proves the state after the last step. @param last the last step, where that asks for a state */
  async prove(last: StateStep | undefined): Promise<Ending> {
    this.endsHere();
    const { environment, hazards } = this.#context;
    const played = this.#connection;
    const proof: Proof = hazards?.proofs.has(this.#place.state)
      ? { state: 'unknown', how: ['left out: it ends the target'] }
      : await prove(environment, this.#subject());
    const { state: stateAfter, how, rcvNxt } = proof;
    const step = this.steps.pop();
    if (step) {
      // The numbers of the old connection are not those of the new incarnation.
      const told = rcvNxt === undefined || this.#connection !== played ? {} : { rcvNxtAfter: rcvNxt };
      this.steps.push({ ...step, observation: { ...step.observation, stateAfter, ...told } });
    }
    this.#state = stateAfter === 'unknown' ? this.#state : stateAfter;
    const mayBeLost = environment.tester.path.disturbed && this.#last === 'segment';
    if (mayBeLost && isAcknowledgmentLost(this.mailbox.log.slice(this.#mark + 1), this.variables ?? {}))
      this.spoilt ??= { kind: 'acknowledgment lost' };
    const due = last && !this.#isElsewhere ? { due: last.state } : {};
    return { steps: this.steps, stateAfter, proof: how, listening: this.user.listening, ...due };
  }

  /** What is to be proven: the state after the last segment that was sent, or after what the user has done since. */
  #subject(): Subject {
    // Whether the old connection is back is to be asked with its own numbers.
    const isBack = this.#old !== undefined && this.#state === 'TIME-WAIT';
    if (isBack) this.#connection = this.#old as Connection;
    const about = {
      ...{ connection: this.#connection, handle: this.user.handle, listening: this.user.listening },
      greets: this.#reached.greets === true,
    };
    const stimulus = this.#stimulus;
    if (!stimulus || this.#last !== 'segment') {
      this.#intoTcb();
      const { rcvNxt } = this.#connection;
      const isGone = !SYNCHRONIZED.includes(this.#state) && SYNCHRONIZED.includes(this.#stateBefore);
      return {
        ...about,
        // Whether an ICMP error has ended the connection, nothing has told yet.
        state: isGone || this.#last === 'ICMP' ? this.#stateBefore : this.#state,
        stimulus: segmentOf({ seq: rcvNxt, ctl: [] }),
        // Text of the target's user is no answer to a segment.
        mark: Math.max(0, this.mailbox.log.length - 1),
      };
    }
    return {
      ...about,
      state: isBack ? 'TIME-WAIT' : this.#stateBefore,
      ...{ stimulus, mark: this.#mark },
      ...(isBack ? {} : { rcvNxtBefore: this.#rcvNxt }),
      altered: isAltered(this.#place, this.#context.family, stimulus),
      isHasty: this.isHasty,
    };
  }

  /**
   * Ends the connection. What the target would keep of it, above all half-open connections, would leave no room for the next
   * cases.
   */
  async release(): Promise<void> {
    const { environment, hazards, witness } = this.#context;
    const { tester } = environment;
    this.#leftAt = this.mailbox.log.length;
    const isDeadly = [this.#stateBefore, this.#state].some((state) => hazards?.resets.has(state));
    for (let copies = isDeadly ? 0 : tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1) {
      this.#connection.transmit(resetAt(this.#connection.rcvNxt), {}, false);
    }
    // A request to the target's user would overtake it.
    await tester.flushed();
    await this.user.release();
    witness?.(this.mailbox.log);
    if (!this.isHasty) this.mailbox.close();
  }

  /** After a hasty attempt: whether a reply still arrives for the ended connection before the observation time is over. */
  async hearsLateReply(): Promise<boolean> {
    if (!this.isHasty) return false;
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { log } = this.mailbox;
    const until = (log[this.#mark]?.at ?? 0) + timing.observation;
    // The end of a connection draws segments, too: what a late reply may be is what comes after them.
    let from = this.#leftAt;
    await aside(async () => {
      await tester.listen(promptOf(timing));
      if (!hasNoConnection(this.#place.state)) from = log.length;
      await tester.listen(Math.max(0, until - performance.now()));
    });
    this.mailbox.close();
    return sortReplies(log.slice(0, from), log.slice(from)).replies.length > 0;
  }
}

type Seen = Observation & {
  readonly besides: readonly Fault[];
  readonly entries: readonly Entry[];
  /** Those that tell the window that the target offers. */
  readonly windows: readonly Entry[];
};

const segmentsOf = (entries: readonly Entry[]): ConcreteSegment[] => entries.map(({ segment }) => segment);

/** A SYN that is sent again is the recipe's: it has cases of its own. */
const isOfTheStimulus = ({ segment: { ctl } }: Entry): boolean => !ctl.has('SYN');
