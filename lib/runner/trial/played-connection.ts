import type {
  ExpectStep,
  OutcomesByProfile,
  Place,
  Reply,
  ResolvedOutcome,
  UserCall,
} from '../../catalogue/scenario.ts';
import {
  type ConcreteSegment,
  compareReply,
  lengthOf,
  printSegment,
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
  type prove,
  type Reached,
  sort,
  Unreached,
  userOf,
} from '../../states/index.ts';
import { type Handle, NotCapable, type OwnListener } from '../../target/driver.ts';
import type { Entry } from '../../tester/index.ts';
import type { Fault } from '../../verdict/fault.ts';
import { carriedAlong } from '../../verdict/judge.ts';
import { relativeReply } from '../../verdict/relative-reply.ts';
import { optionFaults } from '../../verdict/reply-options.ts';
import type { CaseContext } from './case-context.ts';
import type { Random } from './random.ts';
import { carriesTimestamps, overridesOf, stamped } from './setup.ts';

// An unacknowledged SYN is sent again after 1 s (RFC 6298), by old stacks after 3 s; those that take longer were measured.
const RETRANSMISSION_WITHIN = 3500;
const TIMER_SLACK = 1.3;

const NOT_SYNCHRONIZED: readonly State[] = ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'];

/** A step that was played: what was expected, and which of the outcomes it was. */
export interface PlayedStep {
  /** From 1. */
  readonly number: number;
  readonly expect: OutcomesByProfile;
  readonly isOutcome: (outcome: ResolvedOutcome) => boolean;
  /** What came, in terms of the TCB; empty for silence. */
  readonly seen: readonly string[];
}

/** One connection of a scenario: what the tester and the target's user do on it, and what came of that. */
export class PlayedConnection {
  readonly faults: Fault[] = [];
  readonly played: PlayedStep[] = [];
  readonly observed: ConcreteSegment[] = [];
  /** Where in the log the scenario begins. */
  readonly first: number;
  readonly #place: Place;
  readonly #context: CaseContext;
  readonly #reached: Reached;
  readonly #connection: Connection;
  readonly #random: Random;
  #handle: Handle | undefined;
  #listener: OwnListener | undefined;
  #listening: boolean;
  /** The state as the steps so far have led to it; proven only where that is asked for. */
  #state: State;
  #stateBefore: State;
  #last: ConcreteSegment | undefined;
  /** Whether the user has acted since the tester sent last. */
  #hasUserActed = false;
  /** Where in the log the tester sent last. */
  #mark: number;
  /** Where in the log the last segment was sent, or the user acted. */
  #actedAt: number;
  #rcvNxtBefore: number;
  /** The numbers of the connection at the start: a new incarnation overlays them. */
  readonly #numbers: Pick<Connection, 'iss' | 'irs' | 'sndUna' | 'sndNxt' | 'rcvNxt' | 'targetFin'>;
  #cursor: number;

  constructor(place: Place, context: CaseContext, reached: Reached, random: Random) {
    this.#place = place;
    this.#context = context;
    this.#reached = reached;
    this.#connection = reached.connection;
    this.#random = random;
    this.#handle = reached.handle;
    this.#listener = reached.listener;
    this.#listening = reached.listening;
    this.#state = place.state;
    this.#stateBefore = place.state;
    this.#connection.absorb();
    const { iss, irs, sndUna, sndNxt, rcvNxt, targetFin } = this.#connection;
    this.#numbers = { iss, irs, sndUna, sndNxt, rcvNxt, targetFin };
    this.first = this.#connection.mailbox.log.length;
    this.#mark = this.first;
    this.#actedAt = this.first;
    this.#rcvNxtBefore = this.#connection.rcvNxt;
    this.#cursor = this.first;
  }

  get mailbox(): Connection['mailbox'] {
    return this.#connection.mailbox;
  }

  get listening(): boolean {
    return this.#listening;
  }

  variables(): Variables {
    const last = this.#last;
    return {
      ...this.#connection.variables(),
      ...(last ? { 'SEG.SEQ': last.seq, 'SEG.ACK': last.ack, 'SEG.LEN': lengthOf(last) } : {}),
    };
  }

  /** What is to be proven: the state after the last segment that was sent, or after what the user has done since. */
  subject(): Parameters<typeof prove>[1] {
    const began = this.#place.state;
    // Whether the old connection is back is to be asked with its own numbers.
    if (this.#state === 'TIME-WAIT' && began === 'TIME-WAIT') Object.assign(this.#connection, this.#numbers);
    const about = {
      connection: this.#connection,
      handle: this.#handle,
      listening: this.#listening,
      origin: this.#listening ? 'passive' : 'active',
    } as const;
    if (this.#hasUserActed) {
      const { rcvNxt } = this.#connection;
      const isGone = !SYNCHRONIZED.includes(this.#state) && SYNCHRONIZED.includes(this.#stateBefore);
      return {
        ...about,
        state: isGone ? this.#stateBefore : this.#state,
        stimulus: segmentOf({ seq: rcvNxt, ctl: [] }),
        // What the target has sent for its user is no answer to any segment.
        mark: Math.max(0, this.mailbox.log.length - 1),
        rcvNxtBefore: rcvNxt,
      };
    }
    return {
      ...about,
      state: began === 'TIME-WAIT' ? 'TIME-WAIT' : this.#stateBefore,
      stimulus: this.#last ?? segmentOf({ seq: this.#connection.rcvNxt, ctl: [] }),
      mark: this.#mark,
      rcvNxtBefore: this.#rcvNxtBefore,
    };
  }

  roleOf(segment: ConcreteSegment): 'reply' | 'retransmission' {
    return this.observed.includes(segment) ? 'reply' : 'retransmission';
  }

  async release(): Promise<void> {
    const { environment, hazards } = this.#context;
    const { driver } = environment;
    const { rcvNxt } = this.#connection;
    if (!hazards?.resets.has(this.#state)) this.#connection.transmit(resetAt(rcvNxt));
    // A request to the target's user would overtake it.
    await environment.tester.flushed();
    await driver.release(this.mailbox.port, this.#handle);
    if (this.#listener) await driver.closeListener?.(this.#listener);
    this.mailbox.close();
  }

  /** Sends the segments at once, without a look at what comes in between. */
  send(segments: readonly SegmentNotation[]): void {
    for (const notation of segments) this.#sendOne(notation);
  }

  #sendOne(notation: SegmentNotation): void {
    const connection = this.#connection;
    const place = this.#place;
    const written = concrete(notation, connection, () => this.#random.sequenceNumber());
    const segment = stamped(place, written, connection);
    if (segment.ctl.has('SYN') && NOT_SYNCHRONIZED.includes(this.#state) && segment.seq !== connection.irs) {
      connection.irs = segment.seq;
      connection.rcvNxt = segment.seq;
      // A new SYN at a LISTEN is answered with an ISS of its own.
      if (this.#listening) connection.iss = undefined;
    }
    this.#mark = this.mailbox.log.length;
    this.#actedAt = this.#mark;
    this.#hasUserActed = false;
    this.#rcvNxtBefore = connection.rcvNxt;
    this.#cursor = this.#mark + 1;
    const overrides = overridesOf(place, this.#context.family);
    connection.transmit(segment, overrides, connection.timestamps && carriesTimestamps(place));
    connection.acknowledge(segment);
    this.#last = segment;
  }

  /** @throws NotCapable where nobody can tell the target's user to do so */
  async act(user: UserCall): Promise<void> {
    const { environment, family } = this.#context;
    const { driver } = environment;
    this.#cursor = this.mailbox.log.length;
    this.#actedAt = this.#cursor;
    this.#hasUserActed = true;
    switch (user.call) {
      case 'OPEN ACTIVE':
        this.#handle = await driver.connect(family, this.mailbox.port, 'plain');
        return;
      case 'OPEN PASSIVE':
        if (!driver.listen) throw cannot('be told to listen');
        this.#listener = await driver.listen(family, 'plain');
        this.#connection.peerPort = this.#listener.port;
        this.#listening = true;
        return;
      case 'CLOSE LISTENER':
        if (!this.#listener || !driver.closeListener) throw cannot('close its listener');
        await driver.closeListener(this.#listener);
        this.#listener = undefined;
        this.#listening = false;
        return;
    }
    const who = await this.#user();
    switch (user.call) {
      case 'SEND':
        return driver.send(who, user.octets);
      case 'RECEIVE':
      case 'STOP RECEIVING':
        if (!driver.receive) throw cannot('be told what to receive');
        return driver.receive(who, user.call === 'RECEIVE');
      case 'CLOSE':
        return driver.shutdown(who);
      case 'CLOSE BOTH WAYS':
        return driver.close(who);
      case 'ABORT':
        return driver.abort(who);
    }
  }

  async #user(): Promise<Handle> {
    const { driver, timing } = this.#context.environment;
    const handle = this.#handle ?? (await driver.accepted(this.mailbox.port, timing.observation));
    if (!handle && !this.#reached.byItself) {
      throw new Unreached('the target did not report that it accepted the connection');
    }
    this.#handle = handle;
    return userOf({ ...this.#reached, handle });
  }

  /** How many octets of text the user was given since this was asked last. @throws NotCapable */
  async delivered(): Promise<number> {
    const { driver } = this.#context.environment;
    if (!driver.delivered) throw cannot('tell what it was given');
    const who = await this.#user();
    await driver.settle?.();
    return driver.delivered(who);
  }

  /**
   * Waits for what a step expects, and takes note of what came.
   *
   * @param since when the step before was played, of `performance.now()`
   * @returns false when the scenario cannot go on: another segment came than the next steps build on.
   */
  async expect(step: ExpectStep, number: number, since: number): Promise<boolean> {
    const { expect, delivered } = step;
    const { tester, timing } = this.#context.environment;
    const variables = this.variables();
    await tester.listen(timing.observation);
    const { news, retransmissions } = this.#newEntries(number);
    let entries = news;
    let isCarried = false;
    const outcomes = PROFILES.flatMap((profile) => expect[profile]);
    const repeated = retransmissions.map(({ segment }) => segment);
    if (entries.length === 0 && outcomes.every(({ reply }) => reply.length > 0)) {
      isCarried = outcomes.some(({ reply }) => carriedAlong(reply, { retransmissions: repeated, variables }));
      const again = isCarried ? undefined : await this.#late(outcomes, variables, step, since);
      if (again) entries = [again];
    }
    const replies = entries.map(({ segment }) => segment);
    this.observed.push(...(isCarried ? repeated : replies));
    this.#checkTime(step, number, since, isCarried ? retransmissions : entries);
    this.#connection.absorb();
    const before = this.#state;
    this.#stateBefore = before;
    const isOutcome = ({ reply }: ResolvedOutcome): boolean =>
      isCarried
        ? carriedAlong(reply, { retransmissions: repeated, variables })
        : isReply(reply, replies, variables);
    const answered = { state: before, variables, acknowledges: this.#last?.ctl.has('ACK') === true };
    const seen = replies.map((one) => printSegment(relativeReply(one, answered)));
    this.played.push({ number, expect, isOutcome, seen });
    if (delivered !== undefined) await this.#checkDelivery(delivered, number);
    const right = outcomes.filter(isOutcome);
    const { then } = right.find((outcome) => outcome.then) ?? {};
    if (then) this.#state = then;
    return right.some(({ ends }) => !ends);
  }

  #checkTime(
    { within, notBefore }: ExpectStep,
    number: number,
    since: number,
    [first]: readonly Entry[],
  ): void {
    if (!first) return;
    const { tester, timing } = this.#context.environment;
    const observed = Math.round(first.at - since);
    const late = timing.guard + tester.lag.worstSince(since);
    if (within !== undefined && observed > within + late) {
      this.faults.push({ step: number, kind: 'time', limit: 'within', expected: within, observed });
    }
    // A tester that is late makes a reply seem later, never sooner.
    if (notBefore !== undefined && observed < notBefore) {
      this.faults.push({ step: number, kind: 'time', limit: 'not before', expected: notBefore, observed });
    }
  }

  async #checkDelivery(expected: number, number: number): Promise<void> {
    const observed = await this.delivered();
    if (observed !== expected) this.faults.push({ step: number, kind: 'delivered', expected, observed });
  }

  #newEntries(number: number): { news: Entry[]; retransmissions: Entry[] } {
    const { log } = this.mailbox;
    const news: Entry[] = [];
    const retransmissions: Entry[] = [];
    for (let index = this.#cursor; index < log.length; index += 1) {
      const sorted = sort(log.slice(0, index), log.slice(index, index + 1));
      news.push(...sorted.replies);
      retransmissions.push(...sorted.retransmissions);
      for (const { segment } of sorted.replies)
        for (const rule of optionFaults(segment, log.slice(0, index))) this.#note(rule, number);
    }
    this.#cursor = log.length;
    return { news, retransmissions };
  }

  /** A fault of the options, once for each step. */
  #note(rule: ReturnType<typeof optionFaults>[number], step: number): void {
    const isKnown = this.faults.some(
      (one) => one.kind === 'option' && one.step === step && one.rule === rule,
    );
    if (!isKnown) this.faults.push({ step, kind: 'option', rule });
  }

  /** What comes later than a reply: a retransmission, or what the step gives more time. */
  async #late(
    expected: readonly ResolvedOutcome[],
    variables: Variables,
    { within }: ExpectStep,
    since: number,
  ): Promise<Entry | undefined> {
    const wanted = expected.flatMap(({ reply }) => reply);
    const isWanted = ({ segment }: Entry): boolean =>
      (within !== undefined || lengthOf(segment) > 0) &&
      !this.observed.includes(segment) &&
      wanted.some((one) => compareReply(one, segment, variables).length === 0);
    const { timing } = this.#context.environment;
    const { synAckRetransmission, finRetransmission } = timing;
    const timers = Math.max(
      RETRANSMISSION_WITHIN,
      Math.max(synAckRetransmission, finRetransmission) * TIMER_SLACK,
    );
    const patience = within === undefined ? timers : since + within + timing.guard - performance.now();
    const entry = await this.mailbox.next(isWanted, Math.max(0, patience), this.#actedAt);
    this.#cursor = this.mailbox.log.length;
    return entry;
  }
}

const cannot = (what: string): NotCapable => new NotCapable(`the target's user cannot ${what}`);

/** Whether these segments are the expected ones, in their order. */
const isReply = (reply: Reply, seen: readonly ConcreteSegment[], variables: Variables): boolean =>
  reply.length === seen.length &&
  reply.every((one, index) => compareReply(one, seen[index] as ConcreteSegment, variables).length === 0);
