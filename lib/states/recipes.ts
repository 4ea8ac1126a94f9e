import { type ConcreteSegment, evaluateSegment, parseSegment } from '../notation/index.ts';
import type { ClosedBy, Condition } from '../spec/case.ts';
import { type Origin, type State, SYNCHRONIZED } from '../spec/state.ts';
import {
  ASKED_PRECEDENCE,
  type Course,
  type Handle,
  type ListenerKind,
  NotCapable,
} from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import { add, gt } from '../wire/seq.ts';
import { Connection, lengthOf, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { type Environment, pause } from './environment.ts';
import { hasDoubles } from './replies.ts';
import { Unreached } from './unreached.ts';

/** What a case needs to be true before its stimulus. */
export interface Wish {
  readonly family: 4 | 6;
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly closedBy?: ClosedBy | undefined;
  readonly condition?: Condition | undefined;
  /** The tester's sequence number that the target is to expect next. */
  readonly rcvNxt: number;
  /** The stimulus speaks of acknowledgments that are older than the connection's first octets would allow. */
  readonly aged?: boolean;
  /** The stimulus fills the target's window with one segment. */
  readonly smallWindow?: boolean;
  /** The target's user does not take what arrives. */
  readonly unread?: boolean;
  /** The states in which the stimulus may leave the target. */
  readonly outcomes?: readonly State[];
}

/** A state that was reached. */
export interface Reached {
  readonly connection: Connection;
  /** How to move the target's user; none where there is no connection of its. */
  readonly handle?: Handle | undefined;
  /** A LISTEN on the target's port outlives the connection. */
  readonly listening: boolean;
  /** The target's application sends text by itself as soon as the connection is established. */
  readonly greets?: boolean;
  /** How many segments had to be sent again. */
  readonly sentAgain?: number;
}

const IN_FLIGHT = 3000;
// A segment that is not answered is sent again so often.
const SENDINGS = 3;
// Longer than any limiter of one reply per second: what the recipe used up is free again.
const LIMITER_REST = 1100;
// What is held back on the path is so for longer than the round trip's spread tells.
const STRAGGLERS = 30;
// A window closes in a few segments or never.
const MOST_FILLS = 64;

/**
 * Brings the target into a state, with its TCB known from what was exchanged.
 *
 * @throws Unreached with the reason; NotCapable when the driver cannot do it
 */
export async function reach(environment: Environment, wish: Wish): Promise<Reached> {
  const { driver, tester } = environment;
  const course = await driver.course?.(wish);
  const mailbox = tester.open(wish.family, course?.testerPort);
  mailbox.filler = course?.filler;
  try {
    const recipe = new Recipe(environment, wish, mailbox, course);
    const reached = await recipe.run();
    if (SYNCHRONIZED.includes(wish.state)) await driver.settle?.();
    await recipe.rest();
    return { ...reached, sentAgain: recipe.sentAgain, ...(course?.greets ? { greets: true } : {}) };
  } catch (error) {
    mailbox.close();
    await driver.release(mailbox.port, undefined);
    throw error;
  }
}

class Recipe {
  readonly #environment: Environment;
  readonly #wish: Wish;
  readonly #mailbox: Connection['mailbox'];
  readonly #kind: ListenerKind;
  readonly #course: Course | undefined;
  /** How many segments had to be sent again. */
  sentAgain = 0;

  constructor(
    environment: Environment,
    wish: Wish,
    mailbox: Connection['mailbox'],
    course: Course | undefined,
  ) {
    this.#environment = environment;
    this.#wish = wish;
    this.#mailbox = mailbox;
    this.#course = course;
    this.#kind = kindOf(wish);
  }

  run(): Promise<Reached> {
    const { state, origin } = this.#wish;
    switch (state) {
      case 'CLOSED':
        return this.#closed();
      case 'LISTEN':
        return this.#listen();
      case 'SYN-SENT':
        return this.#synSent();
      case 'SYN-RECEIVED':
        return origin === 'active' ? this.#synReceivedActive() : this.#synReceivedPassive();
      default:
        return this.#synchronized(state);
    }
  }

  /**
   * A segment that came twice to the target, or was sent to it twice, may have used up the replies that the target allows
   * itself within a second; and what nobody has acknowledged may still be on its way.
   */
  async rest(): Promise<void> {
    const { path } = this.#environment.tester;
    const { log } = this.#mailbox;
    if (!log.some(({ from }) => from === 'tester')) return;
    if (this.sentAgain > 0 || (path.disturbed && hasDoubles(log))) await pause(LIMITER_REST);
    else if (path.disturbed) await pause(this.#environment.timing.spread + STRAGGLERS);
  }

  async #closed(): Promise<Reached> {
    const { closedBy = 'never opened' } = this.#wish;
    if (closedBy === 'never opened') {
      const connection = this.#connection(this.#environment.closedPort, 0);
      return { connection, listening: false };
    }
    // Opened by the target, so that no LISTEN stands behind the port when the connection is gone.
    const { connection, handle } = await this.#establishedActive(closedBy === 'FINs' ? 2 : 1);
    if (closedBy === 'abort') {
      // By the tester: a TCP that aborts may rest in TIME-WAIT itself (RFC 9293 section 3.5.2).
      this.#assure(connection, '<SEQ=RCV.NXT><CTL=RST>');
      return { connection, listening: false };
    }
    await this.#finish(connection);
    if (!this.#course?.closes) await this.#environment.driver.close(handle);
    await this.#finFromTarget(connection);
    this.#assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    return { connection, listening: false };
  }

  async #listen(): Promise<Reached> {
    return { connection: this.#connection(await this.#port(), 0), listening: true };
  }

  async #synSent(): Promise<Reached & { handle: Handle }> {
    const connection = this.#connection(0, 0);
    const { driver } = this.#environment;
    const handle = await driver.connect(this.#wish.family, this.#mailbox.port, this.#kind);
    const isSyn = ({ ctl }: ConcreteSegment): boolean => ctl.has('SYN') && !ctl.has('ACK');
    await this.#arrives(connection, 'SYN', isSyn, this.#course?.within);
    return { connection, handle, listening: false };
  }

  async #synReceivedActive(): Promise<Reached> {
    const reached = await this.#synSent();
    const { connection } = reached;
    connection.irs = add(this.#wish.rcvNxt, -1);
    connection.rcvNxt = connection.irs;
    const syn = connection.send(`<SEQ=IRS><CTL=SYN>${this.#synOptions()}`);
    const { segment } = await this.#answered(connection, syn, 'SYN,ACK', isSynAck(connection));
    this.#agreeOnTimestamps(connection, segment);
    this.#checkWindow(connection);
    return reached;
  }

  async #synReceivedPassive(bound = 1): Promise<Reached> {
    const connection = this.#connection(await this.#port(), bound);
    const syn = connection.send(`<SEQ=IRS><CTL=SYN>${this.#synOptions()}`);
    const { segment } = await this.#answered(connection, syn, 'SYN,ACK', isSynAck(connection));
    this.#agreeOnTimestamps(connection, segment);
    if (this.#wish.state === 'SYN-RECEIVED') this.#checkWindow(connection);
    return { connection, listening: true };
  }

  async #synchronized(state: State): Promise<Reached> {
    const { condition } = this.#wish;
    const byItself = this.#course?.closes;
    const taken = (FINS_TAKEN.includes(state) ? 2 : 1) + (byItself?.upon?.length ?? 0);
    const reached = await this.#established(taken);
    const { connection } = reached;
    if (this.#wish.aged) await this.#age(connection, userOf(reached));

    if (state === 'CLOSE-WAIT' || state === 'LAST-ACK') await this.#finish(connection);
    else if (condition === 'zero receive window' && !FINS_TAKEN.includes(state)) {
      await this.#closeWindow(connection, false);
    }
    if (condition === 'target has 3000 octets in flight') await this.#fly(connection, userOf(reached));
    if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') return reached;

    if (byItself) await this.#closesByItself(connection, byItself.upon);
    else {
      const { driver } = this.#environment;
      const user = userOf(reached);
      await (condition === 'the user has closed the connection' ? driver.close(user) : driver.shutdown(user));
      await this.#finFromTarget(connection);
    }
    if (state === 'FIN-WAIT-1' || state === 'LAST-ACK') return reached;
    if (state === 'CLOSING') {
      await this.#finish(connection, 'SND.UNA');
      return reached;
    }
    this.#assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    if (state === 'FIN-WAIT-2') return reached;
    await this.#finish(connection);
    return reached;
  }

  async #established(taken: number): Promise<Reached> {
    const course = this.#course;
    let reached: Reached;
    if (course && course.port === undefined) {
      reached = { ...(await this.#establishedActive(taken)), listening: false };
    } else {
      reached = await this.#synReceivedPassive(taken);
      const ack = this.#assure(reached.connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
      let handle = await this.#environment.driver.accepted(this.#mailbox.port, this.#patience);
      for (let sendings = 1; !handle && !course && sendings < SENDINGS; sendings += 1) {
        this.#sendAgain(reached.connection, ack);
        handle = await this.#environment.driver.accepted(this.#mailbox.port, this.#patience);
      }
      if (!handle && !course)
        throw new Unreached('the target did not report that it accepted the connection');
      reached = { ...reached, handle };
    }
    if (course?.greets) await this.#hear(reached.connection);
    return reached;
  }

  async #establishedActive(taken: number): Promise<{ connection: Connection; handle: Handle }> {
    const { connection, handle } = await this.#synSent();
    connection.irs = add(this.#wish.rcvNxt, -taken);
    connection.rcvNxt = connection.irs;
    const syn = this.#mailbox.log.find(({ from }) => from === 'target');
    if (syn) this.#agreeOnTimestamps(connection, syn.segment);
    // Timestamps that are agreed on are added to every segment.
    const synAck = connection.send(`<SEQ=IRS><ACK=SND.NXT><CTL=SYN,ACK>${this.#windowAndMss()}`);
    await this.#answered(
      connection,
      synAck,
      'ACK of the SYN',
      ({ ctl, ack }) => ctl.has('ACK') && !ctl.has('SYN') && ack === add(connection.irs, 1),
    );
    return { connection, handle };
  }

  /** Takes and acknowledges the text with which the target's application begins. */
  async #hear(connection: Connection): Promise<void> {
    const { log } = this.#mailbox;
    const isText = ({ segment }: Entry): boolean => segment.data > 0;
    let entry = await this.#mailbox.next(isText, this.#patience);
    if (!entry) throw new Unreached('the application did not send the text that it begins with');
    while (entry) {
      const since = log.length;
      connection.absorb();
      this.#assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
      entry = await this.#mailbox.next(isText, this.#environment.timing.guard, since);
    }
  }

  /** Has the application close, and acknowledges the text that it sends before its FIN, but not the FIN. */
  async #closesByItself(connection: Connection, upon = ''): Promise<void> {
    if (upon !== '') {
      const text = `<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=${upon.length}>`;
      const entry = connection.send(text, { text: upon });
      await this.#acknowledges(connection, entry, 'ACK of the text upon which the application closes');
    }
    const { log } = this.#mailbox;
    const isNews = ({ segment }: Entry): boolean => segment.data > 0 || segment.ctl.has('FIN');
    for (let since = 0; connection.targetFin === undefined || connection.targetFin !== connection.sndUna; ) {
      const entry = await this.#mailbox.next(isNews, this.#patience, since);
      if (!entry) throw new Unreached(`no FIN within ${Math.round(this.#patience)} ms`);
      since = log.indexOf(entry) + 1;
      connection.absorb();
      const end = connection.targetFin ?? connection.sndNxt;
      if (gt(end, connection.sndUna)) this.#assure(connection, `<SEQ=RCV.NXT><ACK=${end}><CTL=ACK>`);
    }
  }

  /** Where the target takes the connection. */
  async #port(): Promise<number> {
    const { driver } = this.#environment;
    return this.#course?.port ?? driver.listener(this.#wish.family, this.#kind, this.#mailbox.port);
  }

  /** The tester's FIN, and its acknowledgment; together with as much text as closes the window where that is wished. */
  async #finish(connection: Connection, ack = 'SND.NXT'): Promise<void> {
    if (this.#wish.condition === 'zero receive window') {
      await this.#closeWindow(connection, true, ack);
      return;
    }
    const fin = connection.send(`<SEQ=RCV.NXT><ACK=${ack}><CTL=FIN,ACK>`);
    await this.#acknowledges(connection, fin, 'ACK of the FIN');
  }

  /** Fills the target's receive buffer until it advertises a window of zero. */
  async #closeWindow(connection: Connection, withFin: boolean, ack = 'SND.NXT'): Promise<void> {
    const mss = TESTER_MSS[this.#wish.family];
    for (let fills = 0; fills < MOST_FILLS && connection.rcvWnd > 0; fills += 1) {
      const last = connection.rcvWnd <= mss;
      const fin = withFin && last;
      const octets = Math.min(connection.rcvWnd, mss) - (fin ? 1 : 0);
      const segment = connection.send(
        `<SEQ=RCV.NXT><ACK=${ack}><CTL=${fin ? 'FIN,' : ''}ACK,PSH><DATA=${octets}>`,
      );
      await this.#acknowledges(connection, segment, 'ACK of text that fills the window');
      if (fin) break;
    }
    if (connection.rcvWnd !== 0) {
      throw new Unreached(
        `the target's window did not close: it still advertises ${connection.rcvWnd} octets`,
      );
    }
  }

  /** Has the target send more than MAX.SND.WND, all of it acknowledged. */
  async #age(connection: Connection, handle: Handle): Promise<void> {
    const octets = TESTER_WINDOW + TESTER_MSS[this.#wish.family];
    const end = add(connection.sndNxt, octets);
    const { log } = this.#mailbox;
    let since = log.length;
    await this.#environment.driver.send(handle, octets);
    while (connection.sndUna !== end) {
      const before = connection.sndNxt;
      const entry = await this.#mailbox.next(({ segment }) => segment.data > 0, this.#patience, since);
      if (!entry) throw new Unreached('the target did not send the text that ages the connection');
      since = log.length;
      connection.absorb();
      if (connection.sndNxt !== before) this.#assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    }
  }

  /** Has the target send text that stays unacknowledged. */
  async #fly(connection: Connection, handle: Handle): Promise<void> {
    const end = add(connection.sndNxt, IN_FLIGHT);
    await this.#environment.driver.send(handle, IN_FLIGHT);
    await this.#arrives(
      connection,
      `${IN_FLIGHT} octets of text`,
      (segment) => add(segment.seq, lengthOf(segment)) === end,
    );
    if (connection.sndNxt !== end) throw new Unreached('the target sent other text than it was told to');
  }

  async #finFromTarget(connection: Connection): Promise<void> {
    await this.#arrives(connection, 'FIN', ({ ctl }) => ctl.has('FIN'));
  }

  /** Waits until all of a segment of the tester's is acknowledged. */
  async #acknowledges(connection: Connection, entry: Entry, what: string): Promise<void> {
    const end = add(entry.segment.seq, lengthOf(entry.segment));
    await this.#answered(connection, entry, what, ({ ctl, ack }) => ctl.has('ACK') && ack === end);
  }

  /** Waits for the answer to a segment of the tester's, and sends it again as any TCP would when none comes. */
  async #answered(
    connection: Connection,
    entry: Entry,
    what: string,
    wanted: (segment: ConcreteSegment) => boolean,
  ): Promise<Entry> {
    for (let sendings = 1; sendings < SENDINGS; sendings += 1) {
      const answer = await this.#mailbox.next(({ segment }) => wanted(segment), this.#patience);
      if (answer) {
        connection.absorb();
        return answer;
      }
      this.#sendAgain(connection, entry);
    }
    return this.#arrives(connection, what, wanted);
  }

  #sendAgain(connection: Connection, { segment }: Entry): void {
    this.sentAgain += 1;
    connection.transmit(segment, { precedence: connection.precedence });
  }

  /** Sends what the target does not answer: twice where the path may lose it, since nothing would tell. */
  #assure(connection: Connection, notation: string): Entry {
    const entry = connection.send(notation);
    if (this.#environment.tester.path.disturbed) {
      connection.transmit(entry.segment, { precedence: connection.precedence });
    }
    return entry;
  }

  async #arrives(
    connection: Connection,
    what: string,
    wanted: (segment: ConcreteSegment) => boolean,
    patience = this.#patience,
  ): Promise<Entry> {
    const entry = await this.#mailbox.next(({ segment }) => wanted(segment), patience);
    if (!entry) throw new Unreached(`no ${what} within ${Math.round(patience)} ms`);
    connection.absorb();
    return entry;
  }

  get #patience(): number {
    const { guard, observation } = this.#environment.timing;
    return guard + observation + 500;
  }

  /** @param taken octets of sequence space, SYN included, that the recipe will use before the stimulus. */
  #connection(peerPort: number, taken: number): Connection {
    const connection = new Connection(this.#mailbox, peerPort, add(this.#wish.rcvNxt, -taken));
    if (this.#kind === 'precedence') connection.precedence = ASKED_PRECEDENCE;
    return connection;
  }

  #windowAndMss(): string {
    return `<WND=${TESTER_WINDOW}><MSS=${TESTER_MSS[this.#wish.family]}>`;
  }

  #synOptions(): string {
    const wnd = this.#windowAndMss();
    return this.#wish.condition?.startsWith('timestamps') ? `${wnd}<TSVAL=${FIRST_TSVAL}><TSECR=0>` : wnd;
  }

  #agreeOnTimestamps(connection: Connection, synAck: ConcreteSegment): void {
    if (!this.#wish.condition?.startsWith('timestamps')) return;
    if (synAck.tsval === undefined) throw new Unreached('the target does not negotiate timestamps');
    connection.timestamps = true;
    connection.tsRecent = FIRST_TSVAL;
  }

  #checkWindow(connection: Connection): void {
    if (this.#wish.condition !== 'zero receive window' || connection.rcvWnd === 0) return;
    throw new Unreached(`the target's first window is not zero but ${connection.rcvWnd} octets`);
  }
}

// Any value, far from both ends of the space of timestamps.
const FIRST_TSVAL = 0x1234_5678;

/** The states in which the tester's FIN has been taken. */
const FINS_TAKEN: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];

/** @throws NotCapable where nobody tells the user what to do */
function userOf({ handle }: Reached): Handle {
  if (handle) return handle;
  throw new NotCapable("what the target's user does is up to the application: it cannot be told");
}

const isSynAck =
  (connection: Connection) =>
  ({ ctl, ack }: ConcreteSegment): boolean =>
    ctl.has('SYN') && ctl.has('ACK') && ack === add(connection.irs, 1);

function kindOf({ state, condition, smallWindow, unread }: Wish): ListenerKind {
  if (condition === 'zero receive window') {
    return state === 'SYN-RECEIVED' ? 'zero window' : 'closing window';
  }
  if (unread) return 'closing window';
  if (condition === 'IPv4 precedence lower') return 'precedence';
  if (condition === 'IPv4 precedence higher, target allowed to raise it') return 'raising precedence';
  return smallWindow ? 'small window' : 'plain';
}

/** A stimulus with its numbers, from the notation and what is known of the connection. */
export const concrete = (notation: string, connection: Connection, any: () => number): ConcreteSegment =>
  evaluateSegment(parseSegment(notation), connection.variables(), any);
