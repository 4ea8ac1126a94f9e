import { type ConcreteSegment, lengthOf, resetAt, segmentOf } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Handle } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, gt } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { DEFAULT_TIMING, type Environment } from './environment.ts';
import { habitOf } from './habits.ts';

/** The state that a connection was proven to be in, and by what. */
export interface Proof {
  readonly state: State | 'unknown';
  readonly how: readonly Evidence[];
  /** RCV.NXT and SND.NXT as the target's own acknowledgment gave them. */
  readonly rcvNxt?: number;
  readonly sndNxt?: number;
}

/** RCV.NXT, SND.NXT and RCV.WND of the target's, by its own word. */
export interface Numbers {
  readonly rcvNxt: number;
  readonly sndNxt: number;
  readonly window: number;
}

/** What there is to prove something of: a connection after a stimulus. */
export interface Subject {
  readonly connection: Connection;
  readonly handle?: Handle | undefined;
  readonly listening: boolean;
  readonly state: State;
  readonly stimulus: ConcreteSegment;
  /** Position in the mailbox's log of the stimulus. */
  readonly mark: number;
  /** RCV.NXT when the stimulus was sent; the connection's own when absent. */
  readonly rcvNxtBefore?: number;
  /** The target's application sends text by itself as soon as the connection is established. */
  readonly greets?: boolean;
  /** The packet of the stimulus is no ordinary one (its checksum, its header, its security): its numbers may count for nothing. */
  readonly altered?: boolean;
}

// A timer that fires late, or a first interval that was measured short, must not look like its absence.
const TIMER_SLACK = 1.6;
const TIMER_MARGIN = 200;

// RFC 6298 section 2.2: the first measurement R makes R + 4 * R/2 of the timer.
const ROUND_TRIPS_IN_TIMER = 3;

// An answer that is due at once: waiting longer costs nothing where it comes, and spares a verdict where it is late.
const ANSWER_PATIENCE = 750;

// Of which on a path that loses one in ten two are lost once in a thousand.
const PROBES = 3;

// Of a target that calls all the time, and sends the SYN of a call again at intervals that double.
const NEXT_CALL_WITHIN = 12_000;

// Beyond anything that the target may send during a proof.
const UNSENT = 2 ** 20;

/** Far outside every window: a probe there cannot be mistaken for part of what the stimulus began. */
export const FAR = 2 ** 29;

export const isSynAck = ({ ctl }: ConcreteSegment): boolean => ctl.has('SYN') && ctl.has('ACK');

/** The states in which the tester's FIN was taken before the stimulus. */
const FIN_TAKEN: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];

/** The exchanges that proofs are made of. */
export class Scene {
  readonly environment: Environment;
  readonly subject: Subject;
  readonly connection: Connection;
  /** RCV.NXT when the stimulus was sent; what a SYN brings with it counts from its own number. */
  readonly rcvNxtBefore: number;
  #user: Handle | undefined;
  #isDeaf = false;
  #hasToldUser = false;

  constructor(environment: Environment, subject: Subject) {
    this.environment = environment;
    this.subject = subject;
    this.connection = subject.connection;
    this.#user = subject.handle;
    const { tsval } = subject.stimulus;
    // What the target may have taken for TS.Recent; a probe with less would be refused for that (RFC 7323 section 5.3).
    if (tsval !== undefined && gt(tsval, this.connection.tsRecent)) this.connection.tsRecent = tsval;
    const opening = subject.state === 'LISTEN' || subject.state === 'SYN-SENT';
    this.rcvNxtBefore = opening ? subject.stimulus.seq : (subject.rcvNxtBefore ?? subject.connection.rcvNxt);
  }

  /** Sends a probe and waits for the answer that is wanted; more than once where the path may have lost it. */
  async exchange(
    probe: ConcreteSegment,
    wanted: (segment: ConcreteSegment) => boolean,
    patience = this.environment.timing.guard + ANSWER_PATIENCE,
  ): Promise<Entry | undefined> {
    const { mailbox } = this.connection;
    const from = mailbox.log.length;
    for (let tries = this.environment.tester.path.disturbed ? PROBES : 1; tries > 0; tries -= 1) {
      // At the precedence of the connection: nothing but what the probe asks for is to be wrong with it.
      this.connection.transmit(probe, { precedence: this.connection.precedence });
      const entry = await mailbox.next(({ segment }) => wanted(segment), patience, from);
      if (entry) return entry;
    }
    return undefined;
  }

  /** Sends what need not be answered: twice where the path may lose it. */
  assure(segment: ConcreteSegment): void {
    const { precedence } = this.connection;
    for (let copies = this.environment.tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1) {
      this.connection.transmit(segment, { precedence });
    }
  }

  /** The first wanted segment from that place in the log on, waited for as long as one that is due at once may take. */
  fromTarget(wanted: (segment: ConcreteSegment) => boolean, from: number): Promise<Entry | undefined> {
    const patience = this.environment.timing.guard + ANSWER_PATIENCE;
    return this.connection.mailbox.next(({ segment }) => wanted(segment), patience, from);
  }

  /** Lets the answers to all probes so far come, so that none is taken for the answer to the next one. */
  quiet(): Promise<void> {
    const { roundTrip, spread } = this.environment.timing;
    return this.environment.tester.listen(roundTrip + spread);
  }

  /**
   * How long a SYN of the target's that is not acknowledged may take to be sent again. A target that was never seen to do so
   * is given no more time than the others.
   */
  get synPatience(): number {
    const { synAckNeverAgain, synAckRetransmission } = this.environment.timing;
    const interval = synAckNeverAgain ? DEFAULT_TIMING.synAckRetransmission : synAckRetransmission;
    return interval * TIMER_SLACK + TIMER_MARGIN;
  }

  /** The target's SYN, sent again after the stimulus, with or without ACK; waits for as long as its timer may take. */
  synAgain(): Promise<Entry | undefined> {
    const { mailbox, iss } = this.connection;
    return mailbox.next(
      (entry) => entry.segment.ctl.has('SYN') && entry.segment.seq === iss && this.isLater(entry),
      this.synPatience,
      this.subject.mark,
    );
  }

  /** What the target has sent since the stimulus. */
  answers(): Entry[] {
    return this.connection.mailbox.log.slice(this.subject.mark).filter(({ from }) => from === 'target');
  }

  /**
   * An octet that the target has long received: the acknowledgment it earns in every synchronized state and in
   * SYN-RECEIVED (first check of RFC 9293 section 3.10.7.4), `reset` where there is no connection, or undefined. Some TCPs
   * have that acknowledgment ride on their FIN, or on text, once more: it tells the same.
   */
  async oldText(rcvNxt = this.connection.rcvNxt): Promise<Numbers | 'reset' | undefined> {
    const answer = await this.#answerToOldText(rcvNxt);
    return answer && toldBy(answer.segment);
  }

  /** What comes after an octet of old text, and whether it is what a timer of the target's has sent meanwhile. */
  async #answerToOldText(
    rcvNxt: number,
  ): Promise<{ segment: ConcreteSegment; isTimers: boolean } | undefined> {
    // One octet before a FIN that was taken lies the number with which a cookie would open the connection anew.
    const octets = this.environment.synCookies ? 2 : 1;
    const seq = add(rcvNxt, -octets);
    // Whatever the stimulus acknowledged: a probe must not do so in its stead, where the target has discarded it.
    const ack = this.connection.sndUna;
    const { targetFin } = this.connection;
    const isAck = ({ ctl, seq: from, data }: ConcreteSegment): boolean => {
      const isFinAgain = ctl.has('FIN') && add(from, data) === targetFin;
      return ctl.has('ACK') && !ctl.has('SYN') && !ctl.has('RST') && (isFinAgain || !ctl.has('FIN'));
    };
    const sentAt = performance.now();
    const entry = await this.exchange(
      segmentOf({ seq, ack, ctl: ['ACK'], data: octets }),
      // A reset, whatever its numbers: a connection that is there has no reason for one.
      (segment) => segment.ctl.has('RST') || isAck(segment),
    );
    if (!entry) return undefined;
    const { segment, at } = entry;
    const isLate = at - sentAt > this.environment.timing.guard;
    return { segment, isTimers: isLate && lengthOf(segment) > 0 && !segment.ctl.has('RST') };
  }

  /**
   * An ACK of what the target has not sent, at RCV.NXT: each of the synchronized states answers it (fifth check of RFC 9293
   * section 3.10.7.4), also a target that does not answer what lies outside its window.
   */
  async unsentAck(rcvNxt: number): Promise<Numbers | 'reset' | undefined> {
    const ack = add(this.connection.sndNxt, UNSENT);
    const entry = await this.exchange(
      segmentOf({ seq: rcvNxt, ack, ctl: ['ACK'] }),
      ({ ctl, data }) => ctl.has('RST') || (ctl.size === 1 && ctl.has('ACK') && data === 0),
    );
    return entry && toldBy(entry.segment);
  }

  /**
   * What the target says of its numbers: to old text, or where that is not answered to an ACK of what it has not sent. What
   * a target has never answered is asked last.
   *
   * @param next where RCV.NXT may be, the likeliest first
   */
  async numbers(rcvNxt = this.connection.rcvNxt, next = [rcvNxt]): Promise<Numbers | 'reset' | undefined> {
    const habit = habitOf(this.environment);
    const { state } = this.subject;
    const isDeaf = this.#isDeaf || habit.isDeafIn(state);
    let byTimer: Numbers | 'reset' | undefined;
    if (!isDeaf) {
      const answer = await this.#answerToOldText(rcvNxt);
      const said = answer && toldBy(answer.segment);
      if (answer?.isTimers) byTimer = said;
      else if (answer && said !== undefined) {
        if (lengthOf(answer.segment) === 0 && said !== 'reset') habit.note(state, 'answered');
        return said;
      }
    }
    for (const place of next) {
      const said = await this.unsentAck(place);
      if (said === undefined) continue;
      // CLOSED resets both; SYN-SENT resets this one alone, and is no connection with such numbers.
      if (said === 'reset') return isDeaf ? this.oldText(rcvNxt) : byTimer;
      if (!this.#isDeaf) habit.note(state, 'unanswered');
      this.#isDeaf = true;
      return said;
    }
    return isDeaf ? this.oldText(rcvNxt) : byTimer;
  }

  /** Where RCV.NXT may be by now: where the target has said, and behind the stimulus. */
  places(): number[] {
    const { stimulus } = this.subject;
    const said = this.rcvNxtSaid();
    const length = lengthOf(stimulus);
    const isNext = length > 0 && stimulus.seq === said && !stimulus.ctl.has('RST');
    return isNext ? [said, add(said, length)] : [said];
  }

  /** Old text was not answered on this connection, though it is there. */
  get isDeaf(): boolean {
    return this.#isDeaf;
  }

  /** Whether the preflight has found that the target resets nothing in CLOSED, over the family of the connection. */
  get saysNothingInClosed(): boolean {
    return this.environment.silentClosed?.includes(this.connection.mailbox.link.family) === true;
  }

  /** Where CLOSED says nothing, whether there is somebody to say it: another call comes, or a port that listens answers. */
  async isSilentlyClosed(): Promise<boolean> {
    const { tester, driver } = this.environment;
    const { mailbox } = this.connection;
    const { family } = mailbox.link;
    if (!this.saysNothingInClosed) return false;
    return driver.testerPorts ? tester.calls(family, NEXT_CALL_WITHIN, mailbox) : this.#somePortAnswers();
  }

  async #somePortAnswers(): Promise<boolean> {
    const { tester, driver, timing } = this.environment;
    const { family } = this.connection.mailbox.link;
    const port = await driver.listener(family, 'plain').catch(() => undefined);
    if (port === undefined) return false;
    const mailbox = tester.open(family);
    const seq = this.rcvNxtBefore;
    mailbox.send(segmentOf({ seq, ctl: ['SYN'], ...this.synFields() }), port, TESTER_WINDOW);
    const answer = await mailbox.next(() => true, timing.guard + ANSWER_PATIENCE);
    if (answer) mailbox.send(resetAt(add(seq, 1)), port, 0);
    mailbox.close();
    return answer !== undefined;
  }

  /** RCV.NXT as the target's segments since the stimulus tell, whatever they were sent for. */
  rcvNxtSaid(): number {
    const told = this.answers().filter(({ segment: { ctl } }) => ctl.has('ACK') && !ctl.has('RST'));
    return told.reduce((most, { segment: { ack } }) => (gt(ack, most) ? ack : most), this.connection.rcvNxt);
  }

  /** Whether a FIN of the tester's, in the recipe or since, is what lies before this RCV.NXT. */
  finTaken(rcvNxt: number): boolean {
    const { mark, state } = this.subject;
    if (FIN_TAKEN.includes(state)) return true;
    const { log } = this.connection.mailbox;
    let before = this.connection.irs;
    return log.slice(0, mark + 1).some(({ from, segment }, index) => {
      const { ctl, seq, ack } = segment;
      if (from === 'target') {
        if (ctl.has('ACK') && !ctl.has('RST')) before = ack;
        return false;
      }
      const end = add(seq, lengthOf(segment));
      const known = index === mark ? this.rcvNxtBefore : before;
      return ctl.has('FIN') && !ctl.has('RST') && end === rcvNxt && gt(end, known);
    });
  }

  /**
   * The first time after the stimulus that the target sends again what is not acknowledged: its FIN, or text before it.
   * Waits for as long as its timer may take, and not at all for a target that was never seen to send a FIN again.
   */
  finAgain(): Promise<Entry | undefined> {
    const { mailbox, targetFin, iss } = this.connection;
    if (targetFin === undefined || iss === undefined) return Promise.resolve(undefined);
    const isAgain = (entry: Entry): boolean => {
      const { ctl } = entry.segment;
      return this.isLater(entry) && !ctl.has('RST') && !ctl.has('SYN') && lengthOf(entry.segment) > 0;
    };
    if (this.environment.timing.finNeverAgain) return mailbox.next(isAgain, 0, this.subject.mark);
    const sent = mailbox.log.filter(
      (entry) => entry.from === 'target' && entry.segment.ctl.has('FIN') && !this.isLater(entry),
    );
    const last = sent.at(-1)?.at ?? performance.now();
    // The timer doubles with each time that it fires (RFC 6298 section 5.5).
    const interval = this.environment.timing.finRetransmission * 2 ** Math.max(0, sent.length - 1);
    const deadline =
      last + (interval + ROUND_TRIPS_IN_TIMER * this.#handshake()) * TIMER_SLACK + TIMER_MARGIN;
    return mailbox.next(isAgain, Math.max(0, deadline - performance.now()), this.subject.mark);
  }

  /**
   * Whether the target sent a segment after the stimulus, and not while that was on its way: a tester that was late may have
   * sent the one later than it thinks, and read the other later than it came.
   */
  isLater({ at }: Entry): boolean {
    const { timing, tester } = this.environment;
    const stimulus = this.connection.mailbox.log[this.subject.mark];
    return stimulus !== undefined && at > stimulus.at + timing.roundTrip + tester.lag.worstSince(stimulus.at);
  }

  /**
   * Whether the stimulus comes as far as the fifth step with the acknowledgment that RFC 793 takes for acceptable and that
   * acknowledges nothing. A probe with the same acknowledgment then does nothing that the stimulus has not done before.
   */
  acknowledgesNothing(): boolean {
    const { stimulus, altered = false } = this.subject;
    const { ctl, seq, ack } = stimulus;
    const comesThatFar = !altered && seq === this.rcvNxtBefore && !ctl.has('RST') && !ctl.has('SYN');
    return comesThatFar && ctl.has('ACK') && ack === this.connection.iss;
  }

  /**
   * How long the tester took to complete the handshake, and by how much it may have been later than it thinks: the round trip
   * that the target has measured, at most.
   */
  #handshake(): number {
    const [syn, ...others] = this.connection.mailbox.log;
    const ack = others.find(({ from, segment: { ctl } }) => from === 'tester' && ctl.has('ACK'));
    return syn && ack ? ack.at - syn.at + this.environment.tester.lag.worstSince(syn.at) : 0;
  }

  /** Has the target's user send an octet, which only goes out in ESTABLISHED and CLOSE-WAIT. */
  async userSends(
    patience = this.environment.timing.observation,
    told = this.tellUser(),
  ): Promise<Entry | undefined> {
    const from = await told;
    if (from === undefined) return undefined;
    return this.connection.mailbox.next(
      ({ segment }) => segment.data > 0 && !segment.ctl.has('RST'),
      patience,
      from,
    );
  }

  /**
   * What the target's application sends by itself once the connection is established. It is acknowledged with what is sent
   * next: there are TCPs that acknowledge nothing while text of their own waits for its timer.
   */
  async greeting(patience: number): Promise<Entry | undefined> {
    const { connection, subject } = this;
    const entry = await connection.mailbox.next(
      ({ segment: { ctl, data } }) => data > 0 && ctl.has('ACK') && !ctl.has('RST') && !ctl.has('SYN'),
      patience,
      subject.mark,
    );
    if (entry?.segment.seq === connection.sndNxt) {
      connection.sndNxt = add(entry.segment.seq, lengthOf(entry.segment));
    }
    return entry;
  }

  /**
   * Whether a connection whose user has it is known to be established. Otherwise its user may have it from the SYN on: that
   * there is a user proves nothing then, and what it can do must.
   */
  get acceptProves(): boolean {
    const { driver, acceptTime = 'when established' } = this.environment;
    return driver.seesAccepts && acceptTime === 'when established';
  }

  /** Who can be told what to do with the connection: also somebody who may have it before it is established. */
  async findUser(): Promise<Handle | undefined> {
    const { driver, timing } = this.environment;
    if (!this.acceptProves) this.#user ??= await driver.accepted(this.connection.mailbox.port, timing.guard);
    return this.#user;
  }

  /** Whether anybody is known who can be told what to do with the connection. */
  get hasUser(): boolean {
    return this.#user !== undefined;
  }

  /** Whether the target's user was told to send. */
  get hasToldUser(): boolean {
    return this.#hasToldUser;
  }

  /** The connection's user was found out to be that one. */
  adoptUser(user: Handle): void {
    this.#user ??= user;
  }

  /** Tells the target's user to send an octet. @returns from where in the log it may be; undefined: it was not told */
  async tellUser(): Promise<number | undefined> {
    const user = this.#user;
    if (!user) return undefined;
    const from = this.connection.mailbox.log.length;
    return this.environment.driver.send(user, 1).then(
      () => {
        this.#hasToldUser = true;
        return from;
      },
      () => undefined,
    );
  }

  /** Takes a SYN,ACK for the beginning of a connection whose SYN had that sequence number. */
  adopt(synAck: ConcreteSegment, irs: number): void {
    const { connection } = this;
    connection.irs = irs;
    connection.beginAt(synAck);
    connection.rcvNxt = synAck.ack;
    connection.rcvWnd = synAck.wnd ?? 0;
    connection.targetFin = undefined;
  }

  /** What a SYN of the tester's carries. */
  synFields(): Pick<ConcreteSegment, 'wnd' | 'mss'> {
    return { wnd: TESTER_WINDOW, mss: TESTER_MSS[this.connection.mailbox.link.family] };
  }
}

/** What the answer to a probe tells. */
function toldBy(segment: ConcreteSegment): Numbers | 'reset' {
  if (segment.ctl.has('RST')) return 'reset';
  const { ack, seq, wnd = 0 } = segment;
  return { rcvNxt: ack, sndNxt: add(seq, lengthOf(segment)), window: wnd };
}

/** What a connection that answers nothing is: CLOSED, where that is silent and the target is there; otherwise nobody knows. */
export async function silence(scene: Scene, ...how: readonly Evidence[]): Promise<Proof> {
  const sign = scene.environment.driver.testerPorts
    ? 'closed ports are silent, and it calls again'
    : 'closed ports are silent, and a listener answers';
  return (await scene.isSilentlyClosed())
    ? { state: 'CLOSED', how: [...how, sign] }
    : { state: 'unknown', how };
}
