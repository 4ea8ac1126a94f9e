import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import { FIN_RECEIVED, type State } from '../standard/state.ts';
import type { Handle } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, gt } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { type Environment, KnownOfTarget, promptOf } from './environment.ts';
import { ProofUser } from './proof-user.ts';

/** The state that a connection was proven to be in, and the evidence. */
export interface Proof {
  readonly state: State | 'unknown';
  readonly how: readonly Evidence[];
  /** RCV.NXT and SND.NXT, as the target's own acknowledgment gave them. */
  readonly rcvNxt?: number;
  readonly sndNxt?: number;
}

/** The target's RCV.NXT, SND.NXT and RCV.WND, as its answer to a probe gave them. */
export interface Numbers {
  readonly rcvNxt: number;
  readonly sndNxt: number;
  readonly window: number;
  /** The answer was on a FIN or text of the target's. So the target may have sent it before the probe arrived. */
  readonly isOnText?: boolean;
}

/** A connection after a stimulus, whose state is to be proven. */
export interface Subject {
  readonly connection: Connection;
  readonly handle?: Handle | undefined;
  readonly listening: boolean;
  /** The state before the stimulus. */
  readonly state: State;
  readonly stimulus: ConcreteSegment;
  /** The stimulus's place in the mailbox's log. */
  readonly mark: number;
  /** RCV.NXT when the stimulus was sent; absent: the connection's. */
  readonly rcvNxtBefore?: number;
  /** The target's application sends text as soon as the connection is established. */
  readonly greets?: boolean;
  /** The stimulus has a wrong checksum, a wrong header or security options, so the target may ignore it. */
  readonly altered?: boolean;
  /**
   * The attempt did not wait for silence. So the first answer must prove that no more replies follow, and a missing answer proves
   * nothing.
   */
  readonly isHasty?: boolean;
  /** The proof may leave out the wait for a timer. Where it then shows another thing than the usual, a patient attempt decides. */
  readonly isBrief?: boolean;
}

/** Milliseconds beyond the guard for an answer that is due at once. A long wait costs nothing when the answer comes. */
export const ANSWER_PATIENCE = 750;

// At 10 % loss, three probes are all lost once in a thousand times.
const PROBES = 3;

// Beyond anything that the target may send during a proof.
const UNSENT = 2 ** 20;

/** A proof that did not wait for silence came to nothing: the case is tried patiently. */
class TooHasty extends Error {
  override name = 'TooHasty';
}

/** A distance in sequence numbers to a place outside every window. */
export const FAR = 2 ** 29;

export const isSynAck = ({ ctl }: ConcreteSegment): boolean => ctl.has('SYN') && ctl.has('ACK');

/** The exchanges that proofs are made of, on one connection. */
export class Prober {
  readonly environment: Environment;
  readonly subject: Subject;
  readonly connection: Connection;
  readonly user: ProofUser;
  /** RCV.NXT when the stimulus was sent. In LISTEN and SYN-SENT a SYN brings its own, so there it is SEG.SEQ. */
  readonly rcvNxtBefore: number;
  #isDeaf = false;
  #isFenced = false;
  #isAnew = false;

  constructor(environment: Environment, subject: Subject) {
    this.environment = environment;
    this.subject = subject;
    this.connection = subject.connection;
    this.user = new ProofUser(environment, subject);
    const { tsval } = subject.stimulus;
    // The target may have stored it as TS.Recent. It would drop a probe with less (RFC 7323 section 5.3).
    if (tsval !== undefined && gt(tsval, this.connection.tsRecent)) this.connection.tsRecent = tsval;
    const opening = subject.state === 'LISTEN' || subject.state === 'SYN-SENT';
    this.rcvNxtBefore = opening ? subject.stimulus.seq : (subject.rcvNxtBefore ?? subject.connection.rcvNxt);
  }

  /** The stimulus, a SYN, has begun a connection in place of the old one. @param synAck the answer */
  beginAnew(synAck: ConcreteSegment): void {
    this.connection.restart(synAck, this.subject.stimulus.seq);
    this.user.awaitsAnother();
    this.#isAnew = true;
  }

  /** Sends a probe and waits for the wanted answer; repeats the probe when the path loses segments. */
  async exchange(
    probe: ConcreteSegment,
    wanted: (segment: ConcreteSegment) => boolean,
    patience = this.environment.timing.guard + ANSWER_PATIENCE,
  ): Promise<Entry | undefined> {
    const { mailbox, precedence } = this.connection;
    const from = mailbox.log.length;
    for (let tries = this.environment.tester.path.disturbed ? PROBES : 1; tries > 0; tries -= 1) {
      this.connection.transmit(probe, { precedence });
      const entry = await mailbox.next(({ segment }) => wanted(segment), patience, from);
      if (entry) {
        await this.#checkFence(wanted, from);
        return entry;
      }
    }
    this.doubtSilence();
    return undefined;
  }

  /**
   * In a hasty proof: checks that the first probe had one answer. The target answers in order, so when a late reply to the
   * stimulus was taken for that answer, the answer itself follows.
   */
  async #checkFence(wanted: (segment: ConcreteSegment) => boolean, from: number): Promise<void> {
    if (!this.subject.isHasty || this.#isFenced) return;
    this.#isFenced = true;
    await this.environment.tester.listen(promptOf(this.environment.timing));
    const answers = this.connection.mailbox.log
      .slice(from)
      .filter((entry) => entry.from === 'target' && wanted(entry.segment));
    if (answers.length > 1) throw new TooHasty('more than one answer came to the first probe');
  }

  /** A reply just before may have used up a limit of replies, so in a hasty proof a missing answer proves nothing. @throws TooHasty */
  doubtSilence(): void {
    if (this.subject.isHasty) throw new TooHasty('a probe was not answered soon after the stimulus');
  }

  /** A brief proof does not show what it is for. @throws TooHasty */
  doubtState(): never {
    throw new TooHasty('another state than the one before may follow');
  }

  /** Sends a segment that needs no answer; twice when the path loses segments. */
  assure(segment: ConcreteSegment): void {
    const { precedence } = this.connection;
    for (let copies = this.environment.tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1) {
      this.connection.transmit(segment, { precedence });
    }
  }

  /** The first wanted segment after a place in the log; waits as long as for an answer that is due at once. */
  fromTarget(wanted: (segment: ConcreteSegment) => boolean, from: number): Promise<Entry | undefined> {
    const patience = this.environment.timing.guard + ANSWER_PATIENCE;
    return this.connection.mailbox.next(({ segment }) => wanted(segment), patience, from);
  }

  /** Waits until the answers to all earlier probes have arrived. */
  quiet(): Promise<void> {
    const { tester, timing } = this.environment;
    return tester.listen(tester.path.disturbed ? timing.roundTrip + timing.spread : promptOf(timing));
  }

  /** All that the target has sent since the stimulus. */
  answers(): Entry[] {
    return this.connection.mailbox.log.slice(this.subject.mark).filter(({ from }) => from === 'target');
  }

  /**
   * Sends an octet that the target has received before. Every synchronized state and SYN-RECEIVED acknowledge it (first check
   * of RFC 9293 section 3.10.7.4). The acknowledgment may be on a FIN or text that the target sends again.
   *
   * @returns `reset` when there is no connection, undefined when no answer came
   */
  async oldText(rcvNxt = this.connection.rcvNxt): Promise<Numbers | 'reset' | undefined> {
    const answer = await this.#answerToOldText(rcvNxt);
    return answer && numbersOf(answer.segment);
  }

  async #answerToOldText(
    rcvNxt: number,
  ): Promise<{ segment: ConcreteSegment; mayBeRetransmission: boolean } | undefined> {
    // One octet before a FIN that was taken is the number with which a SYN cookie would open a connection.
    const octets = this.environment.synCookies ? 2 : 1;
    const seq = add(rcvNxt, -octets);
    // The probe must not acknowledge what a discarded stimulus would have.
    const ack = this.connection.sndUna;
    const { targetFin } = this.connection;
    const isAck = ({ ctl, seq: from, data }: ConcreteSegment): boolean => {
      const isFinAgain = ctl.has('FIN') && add(from, data) === targetFin;
      return ctl.has('ACK') && !ctl.has('SYN') && !ctl.has('RST') && (isFinAgain || !ctl.has('FIN'));
    };
    const sentAt = performance.now();
    const entry = await this.exchange(
      segmentOf({ seq, ack, ctl: ['ACK'], data: octets }),
      // Any reset counts, whatever its numbers: no connection has a reason for one.
      (segment) => segment.ctl.has('RST') || isAck(segment),
    );
    if (!entry) return undefined;
    const { segment, at } = entry;
    const isLate = at - sentAt > this.environment.timing.guard;
    return { segment, mayBeRetransmission: isLate && lengthOf(segment) > 0 && !segment.ctl.has('RST') };
  }

  /**
   * Sends an ACK of octets that the target has not sent, at RCV.NXT. Every synchronized state answers it (fifth check of
   * RFC 9293 section 3.10.7.4), also in a target that does not answer segments outside its window.
   */
  async unsentAck(rcvNxt: number): Promise<Numbers | 'reset' | undefined> {
    const ack = add(this.connection.sndNxt, UNSENT);
    const entry = await this.exchange(
      segmentOf({ seq: rcvNxt, ack, ctl: ['ACK'] }),
      ({ ctl, data }) => ctl.has('RST') || (ctl.size === 1 && ctl.has('ACK') && data === 0),
    );
    return entry && numbersOf(entry.segment);
  }

  /**
   * The target's numbers: from its answer to old text, or else from its answer to an ACK of unsent octets. For a target that
   * never answers old text, the second probe comes first.
   *
   * @param places where RCV.NXT may be, the likeliest first
   */
  async numbers(rcvNxt = this.connection.rcvNxt, places = [rcvNxt]): Promise<Numbers | 'reset' | undefined> {
    const { environment } = this;
    const { state } = this.subject;
    const isDeaf = this.#isDeaf || isDeafIn(environment, state);
    let uncertain: Numbers | 'reset' | undefined;
    if (!isDeaf) {
      const answer = await this.#answerToOldText(rcvNxt);
      const told = answer && numbersOf(answer.segment);
      if (answer?.mayBeRetransmission) uncertain = told;
      else if (answer && told !== undefined) {
        if (lengthOf(answer.segment) === 0 && told !== 'reset') noteOldText(environment, state, 'answered');
        return told;
      }
    }
    for (const place of places) {
      const told = await this.unsentAck(place);
      if (told === undefined) continue;
      // CLOSED resets both probes; SYN-SENT only this one.
      if (told === 'reset') return isDeaf ? this.oldText(rcvNxt) : uncertain;
      if (!this.#isDeaf) noteOldText(environment, state, 'unanswered');
      this.#isDeaf = true;
      return told;
    }
    return isDeaf ? this.oldText(rcvNxt) : uncertain;
  }

  /** The connection exists, but did not answer old text. */
  get isDeaf(): boolean {
    return this.#isDeaf;
  }

  /** Where RCV.NXT may be: where the target's segments say, and behind the stimulus. */
  places(): number[] {
    const { stimulus } = this.subject;
    const told = this.rcvNxtTold();
    const length = lengthOf(stimulus);
    const isNext = length > 0 && stimulus.seq === told && !stimulus.ctl.has('RST');
    return isNext ? [told, add(told, length)] : [told];
  }

  /** The highest RCV.NXT in the target's segments since the stimulus. */
  rcvNxtTold(): number {
    const acks = this.answers().filter(({ segment: { ctl } }) => ctl.has('ACK') && !ctl.has('RST'));
    return acks.reduce((most, { segment: { ack } }) => (gt(ack, most) ? ack : most), this.connection.rcvNxt);
  }

  /** Whether the octet before this RCV.NXT is a FIN of the tester's, from the recipe or the stimulus. */
  finTaken(rcvNxt: number): boolean {
    const { mark, state, stimulus } = this.subject;
    if (this.#isAnew) return stimulus.ctl.has('FIN') && rcvNxt === add(stimulus.seq, lengthOf(stimulus));
    if (FIN_RECEIVED.includes(state)) return true;
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
   * Whether the stimulus reaches the fifth check with SEG.ACK = ISS, which RFC 793 accepts there and which acknowledges
   * nothing. A probe with the same SEG.ACK then does nothing new.
   */
  acknowledgesNothing(): boolean {
    const { stimulus, altered = false } = this.subject;
    const { ctl, seq, ack } = stimulus;
    const isChecked = !altered && seq === this.rcvNxtBefore && !ctl.has('RST') && !ctl.has('SYN');
    return isChecked && ctl.has('ACK') && ack === this.connection.iss;
  }

  /** Window and MSS of a SYN that probes. */
  synFields(): Pick<ConcreteSegment, 'wnd' | 'mss'> {
    return { wnd: TESTER_WINDOW, mss: TESTER_MSS[this.connection.mailbox.link.family] };
  }
}

/** The numbers in the answer to a probe. */
function numbersOf(segment: ConcreteSegment): Numbers | 'reset' {
  if (segment.ctl.has('RST')) return 'reset';
  const { ack, seq, wnd = 0 } = segment;
  const length = lengthOf(segment);
  return { rcvNxt: ack, sndNxt: add(seq, length), window: wnd, isOnText: length > 0 };
}

interface OldTextCount {
  answered: number;
  unanswered: number;
}

const oldTextCounts = new KnownOfTarget<OldTextCount>();

// One connection may have used up a rate limiter; three that got one probe each have not.
const ENOUGH_UNANSWERED = 3;

/** Notes whether a connection answered old text. @param state the state before the stimulus */
export function noteOldText(environment: Environment, state: State, answer: keyof OldTextCount): void {
  for (const key of [state, 'any']) oldTextCount(environment, key)[answer] += 1;
}

/** Whether the target never answers old text, in any state or in cases that begin in this one. */
export function isDeafIn(environment: Environment, state: State): boolean {
  return [state, 'any'].some((key) => {
    const { answered, unanswered } = oldTextCount(environment, key);
    return answered === 0 && unanswered >= ENOUGH_UNANSWERED;
  });
}

const oldTextCount = (environment: Environment, key: string): OldTextCount =>
  oldTextCounts.get(environment, key, () => ({ answered: 0, unanswered: 0 }));
