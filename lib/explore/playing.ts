import { type ConcreteSegment, evaluateSegment, type Variables } from '../notation/index.ts';
import type { IcmpStep, UserCall } from '../catalogue/scenario.ts';
import { LINK_MTU, NOBODYS_PORT } from '../runner/trial/played-connection.ts';
import { TargetUser } from '../runner/trial/target-user.ts';
import { type State, SYNCHRONIZED } from '../standard/state.ts';
import { keepAliveOf, keepsAlive } from '../standard/timeouts/probes.ts';
import type { Segment } from '../standard/tcb.ts';
import { type Connection, pause, type Reached, TESTER_WINDOW } from '../states/index.ts';
import { carriesTimestamps, overridesOf, stamped } from '../runner/trial/setup.ts';
import type { Random } from '../runner/trial/random.ts';
import { NotCapable } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import { type Pair, pairOfCall, pairOfIcmp, pairOfSegment, stimulusOfPair } from './coverage.ts';
import { GivenText } from './given-text.ts';
import { type Ground, termsOf } from './ground.ts';
import { arriving, isReadingIn, observed, tcbIn, withFlight } from './model.ts';
import { behind } from './oracle/behind.ts';
import { crossed } from './oracle/crossing.ts';
import { type Event, happen } from './oracle/events.ts';
import { knownWays } from './known-ways.ts';
import { faultsOfSegment, type SegmentFault, type Wanted } from './segment-faults.ts';
import type { Failure, Played, Trace, TracedStep } from './played.ts';
import { segmentSeen, silenceSeen } from './oracle/sightings.ts';
import { beginning, distinct, isEmptyAck, MOST_WORLDS, type Terms, type World } from './oracle/world.ts';
import type { Sequence, SequenceStep } from './sequence.ts';
import { untrueTidings } from './tidings.ts';

const LIMITER_REST = 1100;
// Beyond twice the interval, in milliseconds: timers have coarse ticks.
const LATEST_PROBE = 500;
const AFTER_ICMP = 10;
const NOT_SYNCHRONIZED: readonly State[] = ['CLOSED', 'LISTEN', 'SYN-SENT'];
const OPENS: readonly UserCall['call'][] = ['OPEN ACTIVE', 'OPEN TO MULTICAST'];

/** One connection of a sequence, while it is played. */
export class Playing {
  readonly #sequence: Sequence;
  readonly #ground: Ground;
  readonly #connection: Connection;
  readonly #user: TargetUser;
  readonly #random: Random;
  readonly #terms: Terms;
  #worlds: readonly World[];
  /** The worlds before the step, and what the step does to a world. */
  #before: readonly World[] = [];
  #events: Event[] = [];
  #stimulus = '';
  /** The ISS of the connection that the user has. */
  #handleIss: number | undefined;
  /** Of a sequence at whose end it is read. */
  #given: GivenText | undefined;
  /** What is wrong with the last segment, whatever the TCB. */
  #faults: readonly SegmentFault[] = [];
  /** What the user has asked for. */
  #wanted: Wanted = {};
  /** What of the IP header it has asked for in this step. */
  #asked: Pick<Wanted, 'ttl' | 'diffserv'> | undefined;
  /** The tester's copy of the TCB when the last segment was sent, or the user called. */
  #variables: Variables = {};
  /** What came of the step. */
  #seen: Segment[] = [];
  #isKeepAliveDue = false;
  #pending: ConcreteSegment | undefined;
  #cursor: number;
  /** The worlds that met the last segment that came. */
  #met: readonly World[] = [];
  readonly #first: readonly World[];
  readonly #traced: TracedStep[] = [];
  readonly start: number;
  waited = 0;

  constructor(sequence: Sequence, ground: Ground, reached: Reached, random: Random) {
    const { place } = sequence;
    const { environment, adoptions } = ground;
    const { connection, listening } = reached;
    this.#sequence = sequence;
    this.#ground = ground;
    this.#connection = connection;
    this.#random = random;
    this.#user = new TargetUser(environment, reached);
    this.#terms = { ...termsOf(ground), isListening: listening };
    const { log } = connection.mailbox;
    const last = log.findLast(({ from }) => from === 'tester');
    const { iss = 0, irs, sndUna, sndNxt, sndWnd, maxSndWnd, rcvNxt, rcvWnd } = connection;
    const { timestamps, tsRecent } = connection;
    const known = {
      ...{ iss, irs, sndUna, sndNxt, sndWnd, maxSndWnd, rcvNxt, rcvWnd, timestamps, tsRecent },
      ...(last ? { last: { seq: last.segment.seq, ack: last.segment.ack } } : {}),
    };
    const tcb = withFlight(tcbIn(place, known, this.#terms.unsaidMss), log);
    // RFC 793 page 61 says CLOSING where its figures say LAST-ACK.
    const isEither = ground.profile === 'rfc793' && place.state === 'LAST-ACK';
    const tcbs = isEither ? [tcb, { ...tcb, state: 'CLOSING' as const }] : [tcb];
    const since = last && place.state === 'TIME-WAIT' ? { from: last.at, to: performance.now() } : undefined;
    this.#worlds = tcbs
      .flatMap((one) => beginning(one, adoptions, isReadingIn(place)))
      .map((world) => (since ? { ...world, lingering: since } : world));
    this.#first = this.#worlds;
    if (reached.handle && connection.iss !== undefined) this.#handleIss = connection.iss;
    this.start = connection.mailbox.log.length;
    this.#cursor = this.start;
  }

  /** From now on the text counts that the user is given. Text that already waits for the user does not belong to the sequence. */
  async beginsToRead(): Promise<void> {
    const isAllRead = this.#worlds.every(({ tcb }) => tcb.unread === 0);
    if (this.#user.handle && isAllRead)
      this.#given = await GivenText.begin(this.#user, this.#connection.rcvNxt);
  }

  get mailbox(): Connection['mailbox'] {
    return this.#connection.mailbox;
  }

  get trace(): Trace {
    return { worlds: this.#first, terms: this.#terms, steps: this.#traced };
  }

  begin(): void {
    this.#learn();
    this.#want();
    this.#before = this.#worlds;
    this.#variables = this.#connection.variables();
    this.#seen = [];
    this.#events = [];
    this.#isKeepAliveDue = false;
    this.#stimulus = 'wait';
  }

  /** @returns why it was not done */
  async take(step: SequenceStep): Promise<'left out' | 'not able' | undefined> {
    if ('send' in step) {
      if (!step.send.every((notation) => this.#send(evaluated(notation, this.#connection, this.#random))))
        return 'left out';
    } else if ('icmp' in step) {
      this.#sendIcmpError(step);
      // It may take another way through the target than segments: the fence does not tell of it.
      await this.#waiting(pause(AFTER_ICMP));
    } else if ('wait' in step) await this.#waiting(pause(step.wait));
    else return this.#act(step.user);
    return undefined;
  }

  /** Looks at what came of a step of this connection, or of another. @returns how the sequence ends here, if it does */
  async judge(
    index: number,
    isLast: boolean,
    acting: Playing,
  ): Promise<Pick<Played, 'outcome' | 'failure'> | undefined> {
    if (acting !== this && acting.#stimulus !== 'wait') this.#stimulus = `elsewhere ${acting.#stimulus}`;
    const before = this.#before;
    const sent = this.#pending;
    const traced: TracedStep = {
      ...{ stimulus: this.#stimulus, variables: this.#variables, events: this.#events, seen: this.#seen },
      isThrottled: this.#isThrottled(),
      ...(sent ? { sent } : {}),
    };
    this.#traced.push(traced);
    for (let worlds = this.#worlds, isOver = false; !isOver; ) {
      if (worlds.length > MOST_WORLDS) return { outcome: 'too many worlds' };
      const failed = await this.#look(isLast);
      if (!failed) break;
      const { wanted, asks } = failed.faults?.find((one) => one.wanted ?? one.asks) ?? {};
      if (wanted) this.#traced[index] = { ...traced, wanted };
      if (asks) this.#traced[index] = { ...traced, asks };
      if (this.#isKeepAliveDue) this.#traced[index] = { ...traced, isKeepAliveDue: true };
      // What is due may be a timer's.
      const timed = failed.kind === 'silence' && this.#worlds.length > 0 ? this.#worlds : worlds;
      const failure: Failure = { ...failed, step: index, worlds: timed, before };
      worlds = isLast ? [] : this.#behind(failure);
      if (worlds.length === 0) return { outcome: 'failed', failure };
      this.#worlds = worlds;
      this.#traced[index] = { ...traced, behind: worlds };
      isOver = failed.kind === 'silence';
    }
    const ways = isLast ? [] : this.#knownWays(before);
    if (ways.length > 0) {
      this.#worlds = distinct([...this.#worlds, ...ways]);
      this.#traced[index] = { ...(this.#traced[index] as TracedStep), behind: this.#worlds };
    }
    return this.#worlds.length > MOST_WORLDS ? { outcome: 'too many worlds' } : undefined;
  }

  /** Where the target may be, too, if it has done what it is known to do. */
  #knownWays(before: readonly World[]): readonly World[] {
    const { known } = this.#ground;
    const [event, ...others] = this.#events;
    if (!known || !event || !('arrives' in event) || others.length > 0) return [];
    const met = { before, arrived: event.arrives, at: event.at, seen: this.#seen };
    return knownWays(met, known.habitsAt, this.#terms);
  }

  /** Where a known deviation has led to; nowhere, where it is none, or too little is known to go on. */
  #behind(failure: Failure): readonly World[] {
    const habit = this.#ground.known?.deviates({ trace: this.trace, failure });
    if (!habit) return [];
    const { kind, seen } = failure;
    // All else was right.
    if (kind === 'faults') return this.#worlds;
    const last = seen.at(-1);
    const met =
      kind === 'segment' && last ? { met: this.#met, seen: observed(last.segment) } : { met: this.#worlds };
    const { after } = habit;
    return behind({ before: this.#before, ...met, ...(after ? { after } : {}) }, this.#terms);
  }

  /** What was sent and what has come enters the tester's copy of the TCB when the next step begins, as in a scenario. */
  #learn(): void {
    if (this.#pending) this.#connection.acknowledge(this.#pending);
    this.#pending = undefined;
    this.#connection.absorb();
  }

  /** @returns false, and sends nothing, when the target would not survive it */
  #send(written: ConcreteSegment): boolean {
    const connection = this.#connection;
    const { place } = this.#sequence;
    const { family, hazards } = this.#ground;
    const segment = stamped(place, written, connection);
    const [first] = this.#worlds;
    if (first) this.#meets(pairOfSegment(first.tcb, arriving(segment, place, TESTER_WINDOW)));
    if (hazards?.has(this.#stimulus)) return false;
    if (segment.ctl.has('SYN') && !segment.ctl.has('RST')) this.#takeSyn(segment);
    const to = { address: this.mailbox.link.remote, port: connection.peerPort };
    const overrides = overridesOf(place, family, to);
    this.#variables = connection.variables();
    const entry = connection.transmit(segment, overrides, connection.timestamps && carriesTimestamps(place));
    this.#pending = segment;
    this.#happens({ arrives: arriving(entry.segment, place, TESTER_WINDOW), at: performance.now() });
    return true;
  }

  #sendIcmpError({ icmp, about, otherPort }: IcmpStep): void {
    const { mailbox, peerPort, rcvWnd } = this.#connection;
    const quoted = evaluated(about, this.#connection, this.#random);
    const [first] = this.#worlds;
    if (first) this.#meets(pairOfIcmp(first.tcb, { icmp, about, ...(otherPort ? { otherPort } : {}) }));
    const ports = { target: peerPort, tester: mailbox.port };
    const quotedPorts = otherPort ? { ...ports, [otherPort]: NOBODYS_PORT } : ports;
    mailbox.sendIcmpError(icmp, { wnd: rcvWnd, ...quoted }, quotedPorts, LINK_MTU);
    // It is about a segment of no connection.
    if (!otherPort) this.#happens({ icmp: { name: icmp, seq: quoted.seq } });
  }

  #meets(pair: Pair): void {
    this.#ground.coverage?.count(pair);
    this.#stimulus = stimulusOfPair(pair);
  }

  #happens(event: Event): void {
    this.#events.push(event);
    this.#worlds = happen(this.#worlds, event, this.#terms);
  }

  /** A SYN begins new numbers where the target has none. */
  #takeSyn({ seq }: ConcreteSegment): void {
    const connection = this.#connection;
    const [first] = this.#worlds;
    if (!first || !NOT_SYNCHRONIZED.includes(first.tcb.state) || seq === connection.irs) return;
    connection.irs = seq;
    connection.rcvNxt = seq;
    if (this.#user.listening) connection.iss = undefined;
  }

  /** @returns why it was not done: nobody can tell the target's user to do so, or the target would not survive it */
  async #act(user: UserCall): Promise<'left out' | 'not able' | undefined> {
    const { environment, hazards } = this.#ground;
    // Nobody has the connection before it is established.
    const mayBeNobodys = this.#worlds.some(
      ({ tcb }) => !SYNCHRONIZED.includes(tcb.state) && tcb.origin !== 'active' && tcb.state !== 'SYN-SENT',
    );
    if (this.#user.handle === undefined && mayBeNobodys && !OPENS.includes(user.call)) return undefined;
    // It is the user of no connection yet; and RFC 793 does not say what becomes of it.
    const isClosed = this.#worlds.every(({ tcb }) => tcb.state === 'CLOSED');
    if (user.call === 'OPEN TO MULTICAST' && (!isClosed || this.#terms.profile === 'rfc793'))
      return undefined;
    // The user has the connection before this one.
    if (this.#handleIss !== undefined && this.#worlds.some(({ tcb }) => tcb.iss !== this.#handleIss))
      return undefined;
    // Where it cannot be sent yet, an upper tester may hold text back by itself, and what is called after it.
    if (user.call === 'SEND' && this.#worlds.some(({ tcb }) => !SYNCHRONIZED.includes(tcb.state)))
      return undefined;
    // A user whose calls are those of sockets has nothing left there to abort.
    if (user.call === 'ABORT' && this.#worlds.some(({ tcb }) => tcb.state === 'TIME-WAIT')) return undefined;
    const [first] = this.#worlds;
    if (first) this.#meets(pairOfCall(first.tcb, user));
    if (hazards?.has(this.#stimulus)) return 'left out';
    let isRefused = false;
    try {
      await this.#waiting(
        (async () => {
          await environment.tester.flushed();
          await environment.driver.userHasRead?.();
          await this.#user.call(user, this.#connection);
        })(),
      );
    } catch (error) {
      // A place may need a user that obeys; a setting is left out, and an OPEN is that of a sequence of its own.
      if (error instanceof NotCapable)
        return 'value' in user || OPENS.includes(user.call) ? undefined : 'not able';
      isRefused = true;
    }
    if (this.#user.handle) this.#handleIss ??= first?.tcb.iss;
    this.#asks(user);
    this.#happens({ calls: user, isRefused });
    return undefined;
  }

  #asks(user: UserCall): void {
    if (user.call === 'TTL') this.#asked = { ttl: user.value };
    else if (user.call === 'DIFFSERV') this.#asked = { diffserv: user.value };
    else if (user.call === 'KEEP-ALIVE')
      this.#wanted = { ...this.#wanted, keepAlive: { every: 1000 * user.value, since: performance.now() } };
  }

  /** What a timer has sent may have crossed the call: it holds from the next step. */
  #want(): void {
    if (this.#asked)
      this.#wanted = { ...this.#wanted, ...this.#asked, from: this.#worlds[0]?.tcb.sndNxt ?? 0 };
    this.#asked = undefined;
  }

  /** Looks at what came; waits for what may be late. @param isLast nothing more will be done, so what is owed must come now */
  async #look(isLast: boolean): Promise<Pick<Failure, 'seen' | 'kind' | 'faults'> | undefined> {
    const { environment, fence } = this.#ground;
    const from = this.#cursor;
    const isThrottled = this.#isThrottled();
    await this.#waiting(fence.pass());
    const seen = (): readonly Entry[] =>
      this.mailbox.log.slice(from, this.#cursor).filter(({ from: who }) => who === 'target');
    if (!this.#takeIn()) return this.#failedBy(seen());
    const rest = (): readonly World[] =>
      silenceSeen(this.#worlds, { now: performance.now(), isThrottled }, this.#terms);
    if (rest().length === 0) {
      // It may have been on another way than the fence: nothing is silence before the time of a reply is over.
      await this.#waiting(pause(environment.timing.guard));
      await this.#waiting(fence.pass());
      if (!this.#takeIn()) return this.#failedBy(seen());
      if (rest().length === 0) return { seen: seen(), kind: 'silence' };
    }
    const owing = (): boolean => rest().every(({ owesAckSince }) => owesAckSince !== undefined);
    if (isLast && owing()) {
      await this.#waiting(this.#untilOwed());
      await this.#waiting(fence.pass());
      if (!this.#takeIn()) return this.#failedBy(seen());
      if (rest().length === 0) return { seen: seen(), kind: 'silence' };
    }
    this.#worlds = rest();
    const untrue = isLast
      ? ((await this.#waiting(this.#untrueTidings())) ?? (await this.#waiting(this.#wrongText())))
      : undefined;
    if (untrue) return { seen: seen(), kind: 'faults', faults: [untrue] };
    if (this.#isKeepAliveMissing()) {
      this.#isKeepAliveDue = true;
      this.#worlds = this.#worlds.map((world) => ({ ...world, due: [keepAliveOf(world.tcb)] }));
      return { seen: [], kind: 'silence' };
    }
    return undefined;
  }

  async #untrueTidings(): Promise<SegmentFault | undefined> {
    const { handle } = this.#user;
    const isClear = this.#worlds.every(({ tcb, told }) => tcb.iss === this.#handleIss && told.length < 2);
    if (!handle || !isClear) return undefined;
    // Where it has gone another way that is known, its user was told of that.
    const worlds = [...this.#worlds, ...this.#knownWays(this.#before)];
    return untrueTidings(this.#ground.environment, handle, worlds, this.#sequence, this.#events);
  }

  /** Of the connection that the user has. */
  async #wrongText(): Promise<SegmentFault | undefined> {
    const isClear = this.#worlds.every(({ tcb }) => tcb.iss === this.#handleIss);
    return isClear ? this.#given?.fault(this.#worlds, this.#events) : undefined;
  }

  /** An idle connection is probed where the user has asked for it (RFC 9293 section 3.8.4). */
  #isKeepAliveMissing(): boolean {
    const { keepAlive: { every, since } = { every: 0, since: 0 } } = this.#wanted;
    if (every === 0 || this.#terms.profile === 'rfc793') return false;
    if (!this.#worlds.every(({ tcb }) => keepsAlive(tcb))) return false;
    const last = Math.max(since, this.mailbox.log.at(-1)?.at ?? 0);
    return performance.now() - last > 2 * every + LATEST_PROBE;
  }

  /** Until a delayed acknowledgment comes, or its time is over. */
  async #untilOwed(): Promise<void> {
    const since = Math.max(...this.#worlds.map(({ owesAckSince }) => owesAckSince ?? 0));
    const left = since + this.#terms.longestDelay + 5 - performance.now();
    await this.mailbox.next(() => true, Math.max(0, left), this.#cursor);
  }

  /** @returns false when no world explains a segment, or its options are wrong; the cursor stands behind it */
  #takeIn(): boolean {
    const { log } = this.mailbox;
    this.#faults = [];
    while (this.#cursor < log.length) {
      const entry = log[this.#cursor] as Entry;
      this.#cursor += 1;
      if (entry.from !== 'target') continue;
      const segment = observed(entry.segment);
      this.#seen.push(segment);
      this.#met = this.#worlds;
      const worlds = segmentSeen(this.#worlds, segment, this.#terms);
      const others = crossed(this.#before, { events: this.#events, seen: this.#seen }, this.#terms);
      this.#worlds = others.length > 0 ? distinct([...worlds, ...others]) : worlds;
      if (this.#worlds.length === 0) return false;
      const earlier = log.slice(0, this.#cursor - 1);
      this.#faults = faultsOfSegment(entry, earlier, {
        ...{ family: this.#ground.family, profile: this.#terms.profile, wanted: this.#wanted },
        isProbing: this.#worlds.some(({ tcb }) => tcb.state !== 'SYN-SENT' && tcb.sndWnd === 0),
        lagSince: (since) => this.#ground.environment.tester.lag.worstSince(since),
      });
      if (this.#faults.length > 0) return false;
    }
    return true;
  }

  #failedBy(seen: readonly Entry[]): Pick<Failure, 'seen' | 'kind' | 'faults'> {
    if (this.#faults.length === 0) return { seen, kind: 'segment' };
    return { seen, kind: 'faults', faults: this.#faults };
  }

  /** A TCP may answer only so many segments of a connection in a time (RFC 5961 section 7): a SYN that comes again counts, too. */
  #isThrottled(): boolean {
    if (this.#ground.environment.answersManyAtOnce) return false;
    const since = performance.now() - LIMITER_REST;
    const { log } = this.mailbox;
    return log.some(
      ({ from, at, segment }, index) =>
        from === 'target' &&
        index < this.#cursor &&
        at > since &&
        (isEmptyAck(segment) ||
          (isSynAck(segment) && log.slice(0, index).some((one) => isSynAck(one.segment)))),
    );
  }

  async #waiting<T>(promise: Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await promise;
    } finally {
      this.waited += performance.now() - since;
    }
  }

  async release(): Promise<void> {
    const { tester } = this.#ground.environment;
    this.#learn();
    this.#connection.transmit(
      { seq: this.#connection.rcvNxt, ack: 0, ctl: new Set(['RST']), data: 0, urg: 0 },
      {},
      false,
    );
    await tester.flushed();
    await this.#user.release();
    this.mailbox.close();
  }
}

const isSynAck = ({ ctl }: ConcreteSegment): boolean => ctl.has('SYN') && ctl.has('ACK');

/** A segment with its numbers. Those of variables that nothing has told yet are free choices. */
function evaluated(
  notation: Parameters<typeof evaluateSegment>[0],
  connection: Connection,
  random: Random,
): ConcreteSegment {
  const unknown = { ISS: 0, 'SND.UNA': 0, 'SND.NXT': 0, 'SND.WND': 0, 'MAX.SND.WND': 0, 'TS.RECENT': 0 };
  return evaluateSegment(notation, { ...unknown, ...connection.variables() }, () => random.sequenceNumber());
}
