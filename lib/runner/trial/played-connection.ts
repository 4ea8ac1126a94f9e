import type {
  CrowdStep,
  ExpectStep,
  IcmpStep,
  Place,
  ResolvedOutcome,
  SendStep,
  StateStep,
  Tidings,
  UserCall,
} from '../../catalogue/scenario.ts';
import {
  type ConcreteSegment,
  lengthOf,
  resetAt,
  type SegmentNotation,
  segmentOf,
  type Variables,
} from '../../notation/index.ts';
import { PROFILES } from '../../standard/profile.ts';
import { FIN_RECEIVED, type State, SYNCHRONIZED } from '../../standard/state.ts';
import {
  concrete,
  type Connection,
  hasDoubles,
  pause,
  promptOf,
  type Proof,
  prove,
  type Reached,
  sortReplies,
  type Subject,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { type Entry, hasRightChecksum, textAt } from '../../tester/index.ts';
import type { Fault } from '../../verdict/fault.ts';
import { areRepliesOf, type Observation } from '../../verdict/judge.ts';
import type { Ending, PlayedStep } from '../../verdict/judge-scenario.ts';
import type { Role } from '../../verdict/observed.ts';
import { add } from '../../wire/seq.ts';
import type { CaseContext } from './case-context.ts';
import { hasNoConnection } from './kinds-of-waits.ts';
import { isLastSynAgain, lastSent } from './intervals.ts';
import { sendCrowd } from './crowd.ts';
import type { Random } from './random.ts';
import { carriesTimestamps, isAltered, overridesOf, stamped } from './setup.ts';
import {
  ecnOf,
  edgesOf,
  faultsOfIss,
  faultsOfTime,
  ipHeaderOf,
  isAcknowledgmentLost,
  issOf,
  mssOf,
  scalingOf,
} from './step-faults.ts';
import { StepWatch, type Turn } from './step-watch.ts';
import { TargetUser } from './target-user.ts';

// Of no connection of a run.
export const NOBODYS_PORT = 1;
// Who is said to need smaller packets keeps to it from then on, with all connections to the tester.
export const LINK_MTU = 1500;
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
  /** What came of the steps. */
  readonly watch: StepWatch;
  readonly #place: Place;
  readonly #context: CaseContext;
  readonly #reached: Reached;
  readonly #random: Random;
  /** The turn of the tester's, or of the target's user, that the next step looks at. */
  readonly #turn: Turn;
  /** The old connection in TIME-WAIT, after a SYN has opened a new incarnation. */
  #old: Connection | undefined;
  /** The state that the steps so far have led to. It is believed; a `state` step proves it. */
  #state: State;
  /** Whether the stimulus has not entered the TCB yet. */
  #isPending = false;
  /** An outcome has led away from what the next steps are about. */
  #isElsewhere = false;
  /** Whether a step has looked at what came of the last segment, or call. */
  #isObserved = true;
  /** The sequence number after the text that the user was given; unknown until somebody has asked. */
  #given: number | undefined;
  /** RCV.NXT before the stimulus. */
  #rcvNxt = 0;
  /** Since when the last step was waited for, of `performance.now()`. */
  #since = 0;
  /** The replies that were as a step expects them. */
  readonly #awaited: Entry[] = [];
  /** Where in the log the connection was left. */
  #leftAt = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #proofAt = Number.POSITIVE_INFINITY;

  constructor(name: string, place: Place, context: CaseContext, reached: Reached, random: Random) {
    this.name = name;
    this.#place = place;
    this.#context = context;
    this.#reached = reached;
    this.#random = random;
    this.user = new TargetUser(context.environment, reached);
    this.#state = place.state;
    this.#turn = {
      ...{ connection: reached.connection, stateBefore: place.state, last: 'segment', mark: 0, actedAt: 0 },
      answeredAt: 0,
      done: [],
      cursor: reached.connection.mailbox.log.length,
    };
    this.watch = new StepWatch(place, context, reached, this.user, this.#turn);
  }

  /** The TCB before the last step, and the segment that was sent last. */
  get variables(): Variables | undefined {
    return this.#turn.variables;
  }

  get mailbox(): Connection['mailbox'] {
    return this.#turn.connection.mailbox;
  }

  roleOf(entry: Entry, position: number): Role {
    if (position < this.#firstAt) return 'setup';
    if (position >= this.#proofAt) return 'proof';
    return this.watch.roleOf(entry) ?? (entry.from === 'tester' ? 'stimulus' : 'reply');
  }

  /** Sends the segments at once or one by one. What comes in between is looked at in the next step. */
  async send({ send: segments, spaced = 0 }: SendStep): Promise<void> {
    await this.#goOn();
    const first = this.mailbox.log.length;
    for (const [index, notation] of segments.entries()) {
      if (index > 0 && spaced > 0) await pause(spaced);
      this.#turn.done.push(notation);
      this.#sendOne(notation);
    }
    // A reply to the first may come before the last is sent.
    if (spaced > 0) this.#turn.mark = first;
  }

  /** What has arrived until now is no reply to the next step. */
  async #goOn(): Promise<void> {
    if (!this.#isObserved) return;
    await this.#context.environment.tester.drained();
    this.#intoTcb();
    this.#turn.cursor = this.mailbox.log.length;
    this.#firstAt = Math.min(this.#firstAt, this.#turn.cursor);
    this.#isObserved = false;
    this.#turn.done = [];
  }

  /** Takes the last segment sent, and the segments that have arrived, into the TCB. */
  #intoTcb(): void {
    this.#acknowledge();
    this.#turn.connection.absorb();
  }

  #acknowledge(): void {
    const stimulus = this.#turn.stimulus;
    if (!stimulus || !this.#isPending) return;
    this.#isPending = false;
    if (stimulus.ctl.has('SYN')) this.#takeSyn(stimulus);
    this.#turn.connection.acknowledge(stimulus);
  }

  /** A SYN starts new sequence numbers when the target has no connection, or opens another one. */
  #takeSyn({ seq }: ConcreteSegment): void {
    const connection = this.#turn.connection;
    if (this.#turn.stateBefore === 'TIME-WAIT' && this.#state === 'SYN-RECEIVED') {
      this.#old = connection;
      this.#turn.connection = connection.reopened(seq, this.#turn.mark);
    } else if (NOT_SYNCHRONIZED.includes(this.#turn.stateBefore) && seq !== connection.irs) {
      connection.irs = seq;
      connection.rcvNxt = seq;
      // A LISTEN answers each SYN with an ISS of its own.
      if (this.user.listening) connection.iss = undefined;
    }
  }

  #known(): Variables {
    const last = this.#turn.stimulus;
    return {
      ...this.#turn.connection.variables(),
      ...(last ? { 'SEG.SEQ': last.seq, 'SEG.ACK': last.ack, 'SEG.LEN': lengthOf(last) } : {}),
    };
  }

  #sendOne(notation: SegmentNotation): void {
    this.#acknowledge();
    const place = this.#place;
    const connection = this.#turn.connection;
    // What is sent now echoes the timestamp of that SYN, and not of the reply that the step before has looked at.
    if (connection.timestamps && this.steps.length > 0 && this.#isSynAgainUnawaited())
      this.watch.spoilt ??= { kind: 'stimulus late' };
    const written = concrete(notation, connection, () => this.#random.sequenceNumber());
    const segment = stamped(place, written, connection);
    const { environment, family } = this.#context;
    const to = { address: this.mailbox.link.remote, port: connection.peerPort };
    const overrides = overridesOf(place, family, to);
    if (overrides.source !== undefined && !environment.forgesSources)
      throw new NotCapable({ what: 'leave to forge sources' });
    this.#turn.stimulus = segment;
    this.#turn.variables = this.#known();
    this.#isPending = true;
    this.#turn.last = 'segment';
    this.#turn.stateBefore = this.#state;
    this.#rcvNxt = connection.rcvNxt;
    this.#turn.mark = this.mailbox.log.length;
    this.#turn.actedAt = this.#turn.mark;
    const entry = connection.transmit(segment, overrides, connection.timestamps && carriesTimestamps(place));
    if (segment.checksum !== undefined && hasRightChecksum(entry.packet))
      this.watch.spoilt ??= { kind: 'checksum right by accident' };
  }

  /** Whether the timer of the target's SYN has run out since the reply that was looked at last. */
  #isSynAgainUnawaited(): boolean {
    const { log } = this.mailbox;
    const last = log.findLast(({ from }) => from === 'target');
    return last !== undefined && !this.#awaited.includes(last) && isLastSynAgain(log);
  }

  async sendIcmpError({ icmp, about, otherPort }: IcmpStep): Promise<void> {
    await this.#goOn();
    this.#begins('ICMP');
    this.#turn.done.push(icmp);
    const { mailbox, peerPort, rcvWnd } = this.#turn.connection;
    const quoted = concrete(about, this.#turn.connection, () => this.#random.sequenceNumber());
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

  /** @throws NotCapable where the application is given each connection at the SYN */
  crowd(step: CrowdStep): Promise<void> {
    const { environment, family } = this.#context;
    const { peerPort } = this.#turn.connection;
    return sendCrowd(step, environment, { family, port: peerPort }, () => this.#random.sequenceNumber());
  }

  /** What is about to be done is no segment. */
  #begins(what: 'call' | 'ICMP'): void {
    this.#turn.variables = this.#known();
    this.#turn.actedAt = this.mailbox.log.length;
    this.#turn.last = what;
    this.#turn.stateBefore = this.#state;
  }

  /** @throws NotCapable where nobody can tell the target's user to do so */
  async act(user: UserCall): Promise<void> {
    await this.#goOn();
    this.#begins('call');
    this.#turn.done.push(user.call);
    await this.user.call(user, this.#turn.connection);
    this.#turn.answeredAt = this.mailbox.log.length;
    const isAgain = user.call === 'OPEN PASSIVE AGAIN' && this.#state === 'CLOSED';
    if (isAgain || ['OPEN PASSIVE', 'OPEN PASSIVE UNACCEPTED'].includes(user.call)) this.#state = 'LISTEN';
    // It takes an ISS of its own.
    if (user.call === 'OPEN ACTIVE') this.#turn.connection.iss = undefined;
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
      this.#turn.variables = this.#known();
    }
    const outcomes = PROFILES.flatMap((profile) => step.expect[profile]);
    this.#since = since;
    const { entries, ...seen } = await this.watch.observe(step, outcomes, since, {
      ...{ isTimers, isFirst: this.steps.length === 0, isOnly: number === undefined, known: this.#known() },
    });
    const { log } = this.mailbox;
    const from = step.next ? lastSent(log.slice(0, this.#turn.cursor), since) : since;
    const { tester, timing } = this.#context.environment;
    const lag = tester.lag.worstSince(from);
    const [first] = entries;
    const late = faultsOfTime(step, from, first, timing, lag);
    // It may be the tester that was late.
    if (late.length === 0 && faultsOfTime(step, from, first, timing, 0).length > 0)
      this.watch.spoilt ??= { kind: 'tester late', milliseconds: Math.round(lag) };
    const besides = [...seen.besides, ...late];
    if (step.newIss) besides.push(...faultsOfIss(log, entries));
    if (step.delivered !== undefined) besides.push(...(await this.#faultsOfText(step.delivered)));
    const aspects = await this.#aspects(outcomes, since, seen.windows, entries);
    const { windows: _, ...rest } = seen;
    const observation: Observation = { ...rest, besides, ...aspects };
    this.steps.push({ ...(number === undefined ? {} : { number }), expect: step.expect, observation });
    const right = outcomes.filter((outcome) => areRepliesOf(outcome, observation));
    if (right.length > 0 && observation.replies.length > 0) this.#awaited.push(...entries);
    const [last] = step.next ? entries : [];
    this.#turn.cursor = last ? log.indexOf(last) + 1 : log.length;
    this.#isObserved = true;
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
    entries: readonly Entry[],
  ): Promise<Pick<Observation, 'aspects'>> {
    const wanted = outcomes.flatMap(({ with: aspects }) => aspects ?? []);
    if (wanted.length === 0) return {};
    const tidings = wanted.flatMap(({ told }) => told ?? []);
    const told = wanted.some(({ told }) => told) ? { told: await this.#toldSince(tidings) } : {};
    const { rcvNxt, rcvWnd } = this.#turn.connection;
    const [first] = entries;
    const syn = first?.segment.ctl.has('SYN') ? first : undefined;
    const { family } = this.#context;
    const window = first && scalingOf(this.mailbox.log, first);
    return {
      aspects: {
        ...{ edges: edgesOf(windows, add(rcvNxt, rcvWnd)), leastStep: Math.min(LEAST_MSS, rcvWnd / 2) },
        ...(first ? { after: Math.round(first.at - since), ...ipHeaderOf(first, family) } : {}),
        ...(window ? { window } : {}),
        ...(syn
          ? { mss: mssOf(syn.segment, family), ecn: ecnOf(syn.segment), iss: issOf(this.mailbox.log, syn) }
          : {}),
        ...{
          segments: entries.length,
          ...(this.user.answer === undefined ? {} : { answer: this.user.answer }),
        },
        ...told,
      },
    };
  }

  /** What the user was told since the scenario began: of a FIN that has led to its first state, it was told before. */
  async #toldSince(wanted: readonly Tidings[]): Promise<readonly Tidings[]> {
    const told = await this.user.told(wanted);
    const wasTold = FIN_RECEIVED.includes(this.#place.state);
    return wasTold ? told.filter((one) => one !== 'connection closing') : told;
  }

  /** From now on it counts what the target's user is given. @throws NotCapable */
  async beginsToRead(): Promise<void> {
    await this.user.delivered();
    this.#given = this.#turn.connection.rcvNxt;
  }

  /** Whether the user was given so many octets since it was last asked, and the ones that were sent. */
  async #faultsOfText(expected: number): Promise<readonly Fault[]> {
    const { count: observed, octets } = await this.user.delivered();
    const from = this.#given ?? add(this.#turn.connection.irs, 1);
    this.#given = add(from, observed);
    const uncounted = observed - octets.length;
    const right = textAt(add(from, uncounted), octets.length);
    const wrong = octets.findIndex((octet, index) => octet !== right[index]);
    if (observed === expected && wrong < 0) return [];
    // The text comes in datagrams, which such a path loses as well.
    if (this.#context.environment.tester.path.disturbed) this.watch.spoilt ??= { kind: 'text not told' };
    const other = observed === expected ? { wrongAt: uncounted + wrong } : {};
    return [{ kind: 'delivered', expected, observed, ...other }];
  }

  /** Lets so many milliseconds pass. No step looks at what comes meanwhile. */
  async waits(milliseconds: number): Promise<void> {
    const { aside = (wait) => wait() } = this.#context;
    await aside(() => pause(milliseconds), true);
    this.#isObserved = true;
  }

  /** The segments from now on prove the state, or end the connection. */
  endsHere(): void {
    this.#proofAt = this.mailbox.log.length;
  }

  /** Proves the state after the last step. @param last the last step, where that asks for a state */
  async prove(last: StateStep | undefined): Promise<Ending> {
    this.endsHere();
    const { environment, hazards } = this.#context;
    const played = this.#turn.connection;
    const proof: Proof = hazards?.proofs.has(this.#place.state)
      ? { state: 'unknown', how: ['left out: it ends the target'] }
      : await prove(environment, this.#subject());
    const { state: stateAfter, how, rcvNxt } = proof;
    const step = this.steps.pop();
    if (step) {
      // The numbers of the old connection are not those of the new incarnation.
      const told = rcvNxt === undefined || this.#turn.connection !== played ? {} : { rcvNxtAfter: rcvNxt };
      this.steps.push({ ...step, observation: { ...step.observation, stateAfter, ...told } });
    }
    this.#state = stateAfter === 'unknown' ? this.#state : stateAfter;
    const mayBeLost = environment.tester.path.disturbed && this.#turn.last === 'segment';
    const unexpected = this.mailbox.log
      .slice(this.#turn.mark + 1)
      .filter((entry) => !this.#awaited.some((one) => one === entry || hasDoubles([one, entry])));
    if (mayBeLost && isAcknowledgmentLost(unexpected, this.#turn.variables ?? {}))
      this.watch.spoilt ??= { kind: 'acknowledgment lost' };
    const due = last && !this.#isElsewhere ? { due: last.state } : {};
    return { steps: this.steps, stateAfter, proof: how, listening: this.user.listening, ...due };
  }

  /** What is to be proven: the state after the last segment that was sent, or after what the user has done since. */
  #subject(): Subject {
    // Whether the old connection is back is to be asked with its own numbers.
    const isBack = this.#old !== undefined && this.#state === 'TIME-WAIT';
    if (isBack) this.#turn.connection = this.#old as Connection;
    const about = {
      ...{ connection: this.#turn.connection, handle: this.user.handle, listening: this.user.listening },
      greets: this.#reached.greets === true,
      isHasty: this.watch.isLastHasty,
      isBrief: Boolean(this.#context.isHasty),
    };
    const stimulus = this.#turn.stimulus;
    if (!stimulus || this.#turn.last !== 'segment') {
      this.#intoTcb();
      const { rcvNxt } = this.#turn.connection;
      const isGone = !SYNCHRONIZED.includes(this.#state) && SYNCHRONIZED.includes(this.#turn.stateBefore);
      return {
        ...about,
        // Whether an ICMP error has ended the connection, nothing has told yet.
        state: isGone || this.#turn.last === 'ICMP' ? this.#turn.stateBefore : this.#state,
        stimulus: segmentOf({ seq: rcvNxt, ctl: [] }),
        // Text of the target's user is no answer to a segment.
        mark: Math.max(0, this.mailbox.log.length - 1),
      };
    }
    return {
      ...about,
      state: isBack ? 'TIME-WAIT' : this.#turn.stateBefore,
      ...{ stimulus, mark: this.#turn.mark },
      ...(isBack ? {} : { rcvNxtBefore: this.#rcvNxt }),
      altered: isAltered(this.#place, this.#context.family, stimulus),
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
    const isDeadly = [this.#turn.stateBefore, this.#state].some((state) => hazards?.resets.has(state));
    for (let copies = isDeadly ? 0 : tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1) {
      this.#turn.connection.transmit(resetAt(this.#turn.connection.rcvNxt), {}, false);
    }
    // A request to the target's user would overtake it.
    await tester.flushed();
    await this.user.release();
    witness?.(this.mailbox.log);
    if (!this.watch.isLastHasty) this.mailbox.close();
  }

  /** After a hasty last step: whether a reply still arrives for the ended connection before the observation time is over. */
  async hearsLateReply(): Promise<boolean> {
    if (!this.watch.isLastHasty) return false;
    const { environment, aside = (wait) => wait() } = this.#context;
    const { tester, timing } = environment;
    const { log } = this.mailbox;
    const until = this.#since + timing.observation;
    // The end of a connection draws segments, too: what a late reply may be is what comes after them. Where none is left, nothing does.
    const isGone = hasNoConnection(this.#turn.stateBefore) || hasNoConnection(this.#state);
    let from = this.#leftAt;
    await aside(async () => {
      await tester.listen(promptOf(timing));
      if (!isGone) from = log.length;
      await tester.listen(Math.max(0, until - performance.now()));
    });
    this.mailbox.close();
    return sortReplies(log.slice(0, from), log.slice(from)).replies.length > 0;
  }
}
