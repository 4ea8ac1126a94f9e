import type {
  ExpectStep,
  OutcomesByProfile,
  Reply,
  ResolvedOutcome,
  Scenario,
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
import type { State } from '../../standard/state.ts';
import {
  type Connection,
  concrete,
  type prove,
  type Reached,
  sort,
  Unreached,
  userOf,
} from '../../states/index.ts';
import type { Handle } from '../../target/driver.ts';
import type { Fault } from '../../verdict/fault.ts';
import { carriedAlong } from '../../verdict/judge.ts';
import { relativeReply } from '../../verdict/relative-reply.ts';
import { type OptionFault, optionFaults } from '../../verdict/reply-options.ts';
import type { CaseContext } from './case-context.ts';
import type { Random } from './random.ts';

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

/** Plays the tester's part of a ladder on a connection that is where the ladder begins, step by step. */
export class Climber {
  readonly faults: Fault[] = [];
  readonly played: PlayedStep[] = [];
  readonly observed: ConcreteSegment[] = [];
  /** Where in the log the ladder begins. */
  readonly first: number;
  readonly #ladder: Scenario;
  readonly #context: CaseContext;
  readonly #reached: Reached;
  readonly #connection: Connection;
  readonly #random: Random;
  #handle: Handle | undefined;
  #state: State;
  #stateBefore: State;
  #last: ConcreteSegment | undefined;
  #mark: number;
  #rcvNxtBefore: number;
  /** The numbers of the connection at the start: a new incarnation overlays them. */
  readonly #numbers: Pick<Connection, 'iss' | 'irs' | 'sndUna' | 'sndNxt' | 'rcvNxt' | 'targetFin'>;
  #cursor: number;

  constructor(ladder: Scenario, context: CaseContext, reached: Reached, random: Random) {
    this.#ladder = ladder;
    this.#context = context;
    this.#reached = reached;
    this.#connection = reached.connection;
    this.#random = random;
    this.#handle = reached.handle;
    this.#state = ladder.state;
    this.#stateBefore = ladder.state;
    this.#connection.absorb();
    const { iss, irs, sndUna, sndNxt, rcvNxt, targetFin } = this.#connection;
    this.#numbers = { iss, irs, sndUna, sndNxt, rcvNxt, targetFin };
    this.first = this.#connection.mailbox.log.length;
    this.#mark = this.first;
    this.#rcvNxtBefore = this.#connection.rcvNxt;
    this.#cursor = this.first;
  }

  async climb(): Promise<void> {
    for (const [index, step] of this.#ladder.steps.entries()) {
      if ('send' in step) for (const segment of step.send) this.#send(segment);
      else if ('user' in step) await this.#act(step.user);
      else if ('expect' in step && !(await this.#expect(step, index + 1))) return;
    }
  }

  variables(): Variables {
    const last = this.#last;
    return {
      ...this.#connection.variables(),
      ...(last ? { 'SEG.SEQ': last.seq, 'SEG.ACK': last.ack, 'SEG.LEN': lengthOf(last) } : {}),
    };
  }

  /** What is to be proven: the state after the last segment that was sent. */
  subject(): Parameters<typeof prove>[1] {
    // Whether the old connection is back is to be asked with its own numbers.
    if (this.#state === 'TIME-WAIT' && this.#ladder.state === 'TIME-WAIT') {
      Object.assign(this.#connection, this.#numbers);
    }
    const stimulus = this.#last ?? segmentOf({ seq: this.#connection.rcvNxt, ctl: [] });
    return {
      connection: this.#connection,
      handle: this.#handle,
      listening: this.#reached.listening,
      state: this.#ladder.state === 'TIME-WAIT' ? 'TIME-WAIT' : this.#stateBefore,
      origin: this.#reached.listening ? 'passive' : 'active',
      stimulus,
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
    const { mailbox, rcvNxt } = this.#connection;
    if (!hazards?.resets.has(this.#state)) this.#connection.transmit(resetAt(rcvNxt));
    // A request to the target's user would overtake it.
    await environment.tester.flushed();
    await driver.release(mailbox.port, this.#handle);
    mailbox.close();
  }

  #send(notation: SegmentNotation): void {
    const connection = this.#connection;
    const segment = concrete(notation, connection, () => this.#random.sequenceNumber());
    if (segment.ctl.has('SYN') && NOT_SYNCHRONIZED.includes(this.#state) && segment.seq !== connection.irs) {
      connection.irs = segment.seq;
      connection.rcvNxt = segment.seq;
      // A new SYN at a LISTEN is answered with an ISS of its own.
      if (this.#reached.listening) connection.iss = undefined;
    }
    this.#mark = connection.mailbox.log.length;
    this.#rcvNxtBefore = connection.rcvNxt;
    this.#cursor = this.#mark + 1;
    connection.transmit(segment);
    connection.acknowledge(segment);
    this.#last = segment;
  }

  async #act(user: UserCall): Promise<void> {
    const { environment, family } = this.#context;
    const { driver } = environment;
    this.#cursor = this.#connection.mailbox.log.length;
    if (user.call === 'OPEN ACTIVE') {
      this.#handle = await driver.connect(family, this.#connection.mailbox.port, 'plain');
      return;
    }
    const handle =
      this.#handle ?? (await driver.accepted(this.#connection.mailbox.port, environment.timing.observation));
    if (!handle && !this.#reached.byItself) {
      throw new Unreached('the target did not report that it accepted the connection');
    }
    this.#handle = handle;
    const who = userOf({ ...this.#reached, handle });
    if (user.call === 'SEND') await driver.send(who, user.octets);
    else if (user.call === 'CLOSE') await driver.shutdown(who);
    else await driver.close(who);
  }

  /** @returns false when the ladder cannot go on: another segment came than the next steps build on. */
  async #expect({ expect }: ExpectStep, number: number): Promise<boolean> {
    const { timing } = this.#context.environment;
    const variables = this.variables();
    await this.#context.environment.tester.listen(timing.observation);
    const { news, retransmissions, optionFaults } = this.#newSegments();
    for (const rule of optionFaults) this.faults.push({ step: number, kind: 'option', rule });
    let replies = news;
    let isCarried = false;
    const outcomes = PROFILES.flatMap((profile) => expect[profile]);
    if (replies.length === 0 && outcomes.every(({ reply }) => reply.length > 0)) {
      isCarried = outcomes.some(({ reply }) => carriedAlong(reply, { retransmissions, variables }));
      const again = isCarried ? undefined : await this.#retransmission(outcomes, variables);
      if (again) replies = [again];
    }
    this.observed.push(...(isCarried ? retransmissions : replies));
    this.#connection.absorb();
    const before = this.#state;
    this.#stateBefore = before;
    const isOutcome = ({ reply }: ResolvedOutcome): boolean =>
      isCarried ? carriedAlong(reply, { retransmissions, variables }) : isReply(reply, replies, variables);
    const answered = { state: before, variables, acknowledges: this.#last?.ctl.has('ACK') === true };
    const seen = replies.map((one) => printSegment(relativeReply(one, answered)));
    this.played.push({ number, expect, isOutcome, seen });
    const right = outcomes.filter(isOutcome);
    const { then } = right.find((outcome) => outcome.then) ?? {};
    if (then) this.#state = then;
    return right.some(({ ends }) => !ends);
  }

  #newSegments(): {
    news: ConcreteSegment[];
    retransmissions: ConcreteSegment[];
    optionFaults: readonly OptionFault[];
  } {
    const { log } = this.#connection.mailbox;
    const news: ConcreteSegment[] = [];
    const retransmissions: ConcreteSegment[] = [];
    const faults = new Set<OptionFault>();
    for (let index = this.#cursor; index < log.length; index += 1) {
      const sorted = sort(log.slice(0, index), log.slice(index, index + 1));
      for (const { segment } of sorted.replies) {
        news.push(segment);
        for (const fault of optionFaults(segment, log.slice(0, index))) faults.add(fault);
      }
      retransmissions.push(...sorted.retransmissions.map(({ segment }) => segment));
    }
    this.#cursor = log.length;
    return { news, retransmissions, optionFaults: [...faults] };
  }

  /** A retransmission that the ladder waits for. */
  async #retransmission(
    expected: readonly ResolvedOutcome[],
    variables: Variables,
  ): Promise<ConcreteSegment | undefined> {
    const wanted = expected.flatMap(({ reply }) => reply);
    const isWanted = (segment: ConcreteSegment): boolean =>
      lengthOf(segment) > 0 && wanted.some((one) => compareReply(one, segment, variables).length === 0);
    const { mailbox } = this.#connection;
    const { synAckRetransmission, finRetransmission } = this.#context.environment.timing;
    const within = Math.max(
      RETRANSMISSION_WITHIN,
      Math.max(synAckRetransmission, finRetransmission) * TIMER_SLACK,
    );
    const entry = await mailbox.next(({ segment }) => isWanted(segment), within, this.#mark);
    this.#cursor = mailbox.log.length;
    return entry?.segment;
  }
}

/** Whether these segments are the expected ones, in their order. */
const isReply = (reply: Reply, seen: readonly ConcreteSegment[], variables: Variables): boolean =>
  reply.length === seen.length &&
  reply.every((one, index) => compareReply(one, seen[index] as ConcreteSegment, variables).length === 0);
