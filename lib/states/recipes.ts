import { type Demands, demandsOf } from '../catalogue/conditions.ts';
import type { Step } from '../catalogue/steps.ts';
import { type ConcreteSegment, evaluateSegment, resetAt, type SegmentNotation } from '../notation/index.ts';
import { FIN_RECEIVED, type State, SYNCHRONIZED } from '../standard/state.ts';
import {
  type AppBehaviour,
  ASKED_PRECEDENCE,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
  type OwnListener,
} from '../target/driver.ts';
import { UpperTesterRefused } from '../target/testability/exchange.ts';
import { add } from '../wire/seq.ts';
import { Connection } from './connection.ts';
import { Dialogue, SENDINGS } from './dialogue.ts';
import type { Environment } from './environment.ts';
import {
  agreeOnTimestamps,
  checkWindow,
  kindOf,
  type Precondition,
  type Reached,
  synOptions,
  Unreached,
  userOf,
  windowAndMss,
} from './precondition.ts';
import {
  closesByItself,
  closeWindow,
  finish,
  mostOfWindow,
  narrowWindow,
  putInFlight,
  receiveGreeting,
  sendBeyondWindow,
} from './transfers.ts';

/**
 * Brings the target into a state, on a new connection.
 *
 * @throws Unreached with the reason; NotCapable when the driver cannot do it
 */
export async function reach(environment: Environment, precondition: Precondition): Promise<Reached> {
  try {
    return await reachOnce(environment, precondition);
  } catch (error) {
    if (!(error instanceof WindowTooLarge)) throw error;
    // The buffer cannot be made small enough, so the recipe fills a part of it.
    return reachOnce(environment, { ...precondition, unread: true });
  }
}

/** Ends a connection with a reset that the target accepts, and releases all of it. */
export async function endByReset(
  { driver }: Environment,
  { connection, handle }: Pick<Reached, 'connection' | 'handle'>,
): Promise<void> {
  connection.transmit(resetAt(connection.rcvNxt));
  await driver.release(connection.mailbox.port, handle);
  connection.mailbox.close();
}

/** The target's smallest window is larger than a segment. */
class WindowTooLarge extends Error {}

async function reachOnce(environment: Environment, precondition: Precondition): Promise<Reached> {
  const { driver, tester } = environment;
  const behaviour = await driver.behaviour?.(precondition);
  // Earlier calls to this port belong to the kernel or to the case before.
  if (behaviour?.testerPort !== undefined) await tester.drained();
  const mailbox = tester.open(precondition.family, behaviour?.testerPort);
  mailbox.filler = behaviour?.filler;
  try {
    const dialogue = new Dialogue(environment, mailbox, precondition.state);
    const recipe = new Recipe(dialogue, precondition, behaviour);
    const reached = await recipe.run();
    if (SYNCHRONIZED.includes(precondition.state)) {
      await tester.flushed();
      await driver.userHasRead?.();
      // Answers to the recipe must not count as replies to the stimulus.
      await tester.drained();
    }
    await dialogue.rest();
    return {
      ...reached,
      ...(recipe.listener ? { listener: recipe.listener } : {}),
      sentAgain: dialogue.sentAgain,
      ...(behaviour?.greets ? { greets: true } : {}),
      ...(behaviour ? { byItself: true } : {}),
    };
  } catch (thrown) {
    // The application cannot use the connection: the target is not in the state.
    const error =
      thrown instanceof UpperTesterRefused
        ? new Unreached({ what: 'upper tester', primitive: thrown.primitive, answer: thrown.resultName })
        : thrown;
    if (error instanceof Unreached) error.log = [...mailbox.log];
    mailbox.close();
    await driver.release(mailbox.port, undefined);
    throw error;
  }
}

const ACK = { ctl: ['ACK'] } as const;

/** The way to one state. */
class Recipe {
  readonly #dialogue: Dialogue;
  readonly #driver: Driver;
  readonly #precondition: Precondition;
  readonly #demands: Demands;
  readonly #kind: ListenerKind;
  readonly #behaviour: AppBehaviour | undefined;
  /** The connection's own listener, when the precondition asks for one. */
  listener: OwnListener | undefined;

  constructor(dialogue: Dialogue, precondition: Precondition, behaviour: AppBehaviour | undefined) {
    this.#dialogue = dialogue;
    this.#driver = dialogue.environment.driver;
    this.#precondition = precondition;
    this.#behaviour = behaviour;
    this.#demands = demandsOf(precondition.conditions);
    this.#kind = kindOf(precondition);
  }

  async run(): Promise<Reached> {
    const { state, origin } = this.#precondition;
    switch (state) {
      case 'CLOSED':
        return this.#closed();
      case 'LISTEN':
        return { connection: this.#connection(await this.#port(), 0), listening: true };
      case 'SYN-SENT':
        return this.#synSent();
      case 'SYN-RECEIVED':
        return origin === 'active' ? this.#synReceivedActive() : this.#synReceivedPassive();
      default:
        return this.#synchronized(state);
    }
  }

  async #closed(): Promise<Reached> {
    const { closedBy = 'never opened' } = this.#precondition;
    const { tester, timing, closedPort } = this.#dialogue.environment;
    if (closedBy === 'never opened') return { connection: this.#connection(closedPort, 0), listening: false };
    // An active open leaves no listener on the port.
    const { connection, handle } = await this.#establishedActive(closedBy === 'FINs' ? 2 : 1);
    if (closedBy === 'abort') {
      // The tester aborts: a TCP that aborts may go to TIME-WAIT (RFC 9293 section 3.5.2).
      this.#dialogue.assure(connection, { ctl: ['RST'] });
      return { connection, listening: false };
    }
    await finish(this.#dialogue, connection, this.#fillsWindow);
    if (!this.#behaviour?.closes) await this.#driver.close(handle);
    await this.#dialogue.arrives(connection, 'FIN', 'CLOSE');
    this.#dialogue.assure(connection, ACK);
    // An ACK after the target's FIN must not count as a reply to the stimulus.
    await tester.listen(timing.guard);
    return { connection, listening: false };
  }

  async #synSent(): Promise<Reached & { handle: Handle }> {
    const connection = this.#connection(0, 0);
    const handle = await this.#driver.connect(
      this.#precondition.family,
      this.#dialogue.mailbox.port,
      this.#kind,
    );
    await this.#dialogue.arrives(connection, 'SYN', 'OPEN', this.#behaviour?.within);
    return { connection, handle, listening: false };
  }

  async #synReceivedActive(): Promise<Reached> {
    const reached = await this.#synSent();
    const { connection } = reached;
    this.#startAt(connection, 1);
    await this.#sendSyn(connection, 'SYN to SYN-SENT');
    checkWindow(this.#precondition, connection);
    return reached;
  }

  async #synReceivedPassive(taken = 1): Promise<Reached> {
    const connection = this.#connection(await this.#port(), taken);
    await this.#sendSyn(connection, 'SYN to LISTEN');
    const { smallWindow, unread, family, state } = this.#precondition;
    if (smallWindow && !unread && connection.rcvWnd > mostOfWindow(family)) {
      this.#dialogue.assure(connection, { ctl: ['RST'] });
      throw new WindowTooLarge();
    }
    if (state === 'SYN-RECEIVED') checkWindow(this.#precondition, connection);
    return { connection, listening: true };
  }

  /** Sends the tester's SYN and waits for the SYN,ACK. */
  async #sendSyn(connection: Connection, step: Step): Promise<void> {
    const syn = connection.send({ seq: connection.irs, ctl: ['SYN'], ...synOptions(this.#precondition) });
    const isSynAck = ({ ctl, ack }: ConcreteSegment): boolean =>
      ctl.has('SYN') && ctl.has('ACK') && ack === add(connection.irs, 1);
    const { segment } = await this.#dialogue.answered(connection, syn, 'SYN,ACK', step, isSynAck);
    agreeOnTimestamps(this.#precondition, connection, segment);
  }

  async #synchronized(state: State): Promise<Reached> {
    const { aged, smallWindow, unread } = this.#precondition;
    const dialogue = this.#dialogue;
    const closingText = this.#behaviour?.closes?.upon?.length ?? 0;
    const reached = await this.#established((FIN_RECEIVED.includes(state) ? 2 : 1) + closingText);
    const { connection } = reached;
    if (aged) await sendBeyondWindow(dialogue, connection, userOf(reached));
    if (smallWindow && unread) await narrowWindow(dialogue, connection);

    if (state === 'CLOSE-WAIT' || state === 'LAST-ACK') await finish(dialogue, connection, this.#fillsWindow);
    else if (this.#fillsWindow && !FIN_RECEIVED.includes(state))
      await closeWindow(dialogue, connection, false);
    const { sends } = this.#demands.user;
    const remains = state === 'ESTABLISHED' || state === 'CLOSE-WAIT';
    if (sends !== undefined) await putInFlight(dialogue, connection, userOf(reached), sends, !remains);
    if (remains) return reached;

    if (sends === undefined) await this.#targetCloses(reached);
    if (state === 'FIN-WAIT-1' || state === 'LAST-ACK') return reached;
    if (state === 'CLOSING') {
      await finish(dialogue, connection, this.#fillsWindow, 'sndUna');
      return reached;
    }
    dialogue.assure(connection, ACK);
    if (state !== 'FIN-WAIT-2') await finish(dialogue, connection, this.#fillsWindow);
    return reached;
  }

  /** Waits for the target's FIN, and does not acknowledge it. */
  async #targetCloses(reached: Reached): Promise<void> {
    const { connection } = reached;
    const byItself = this.#behaviour?.closes;
    if (byItself) return closesByItself(this.#dialogue, connection, byItself.upon);
    const user = userOf(reached);
    await (this.#demands.user.closed ? this.#driver.close(user) : this.#driver.shutdown(user));
    await this.#dialogue.arrives(connection, 'FIN', 'CLOSE');
  }

  /** @param taken as for `#connection` */
  async #established(taken: number): Promise<Reached> {
    const behaviour = this.#behaviour;
    const reached =
      behaviour && behaviour.port === undefined
        ? { ...(await this.#establishedActive(taken)), listening: false }
        : await this.#establishedPassive(taken);
    if (behaviour?.greets) await receiveGreeting(this.#dialogue, reached.connection);
    return reached;
  }

  async #establishedPassive(taken: number): Promise<Reached> {
    const reached = await this.#synReceivedPassive(taken);
    const { mailbox, patience } = this.#dialogue;
    const ack = this.#dialogue.assure(reached.connection, ACK);
    for (let sendings = 1; ; sendings += 1) {
      const handle = await this.#driver.accepted(mailbox.port, patience);
      if (handle || this.#behaviour) return { ...reached, handle };
      if (sendings === SENDINGS) break;
      this.#dialogue.sendAgain(ack);
    }
    throw new Unreached({ what: 'connection not accepted' }, 'ACK to SYN-RECEIVED');
  }

  async #establishedActive(taken: number): Promise<{ connection: Connection; handle: Handle }> {
    const { connection, handle } = await this.#synSent();
    this.#startAt(connection, taken);
    const syn = this.#dialogue.mailbox.log.find(({ from }) => from === 'target');
    if (syn) agreeOnTimestamps(this.#precondition, connection, syn.segment);
    // `send` adds the timestamps.
    const synAck = connection.send({
      ...{ seq: connection.irs, ctl: ['SYN', 'ACK'], ...windowAndMss(this.#precondition) },
    });
    const isAck = ({ ctl, ack }: ConcreteSegment): boolean =>
      ctl.has('ACK') && !ctl.has('SYN') && ack === add(connection.irs, 1);
    await this.#dialogue.answered(connection, synAck, 'ACK of the SYN', 'SYN,ACK to SYN-SENT', isAck);
    return { connection, handle };
  }

  /** The target's port. */
  async #port(): Promise<number> {
    const { family, ownListener } = this.#precondition;
    if (!ownListener) {
      const { port } = this.#dialogue.mailbox;
      return this.#behaviour?.port ?? this.#driver.listener(family, this.#kind, port);
    }
    if (!this.#driver.listen) throw new NotCapable({ what: 'closing its listener' });
    this.listener = await this.#driver.listen(family, this.#kind);
    return this.listener.port;
  }

  /** @param taken sequence numbers that the recipe uses before the stimulus, the SYN's among them */
  #connection(peerPort: number, taken: number): Connection {
    const connection = new Connection(this.#dialogue.mailbox, peerPort, 0);
    this.#startAt(connection, taken);
    if (this.#kind === 'precedence') connection.precedence = ASKED_PRECEDENCE;
    return connection;
  }

  /** Chooses IRS so that RCV.NXT has the value of the precondition when the stimulus is sent. */
  #startAt(connection: Connection, taken: number): void {
    connection.irs = add(this.#precondition.rcvNxt, -taken);
    connection.rcvNxt = connection.irs;
  }

  get #fillsWindow(): boolean {
    return this.#demands.window === 'zero';
  }
}

/** The stimulus with its numbers. @param any chooses a value for `ANY` */
export const concrete = (
  notation: SegmentNotation,
  connection: Connection,
  any: () => number,
): ConcreteSegment => evaluateSegment(notation, connection.variables(), any);
