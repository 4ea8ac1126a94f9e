import { type Demands, demandsOf } from '../catalogue/conditions.ts';
import { type ConcreteSegment, evaluateSegment, resetAt, type SegmentNotation } from '../notation/index.ts';
import { type State, SYNCHRONIZED } from '../standard/state.ts';
import {
  ASKED_PRECEDENCE,
  type AppBehaviour,
  type Handle,
  type ListenerKind,
  NotCapable,
  type OwnListener,
} from '../target/driver.ts';
import { UpperTesterRefused } from '../target/testability/failures.ts';
import { add } from '../wire/seq.ts';
import { Connection } from './connection.ts';
import { Dialogue, SENDINGS } from './dialogue.ts';
import type { Environment } from './environment.ts';
import {
  sendBeyondWindow,
  closesByItself,
  closeWindow,
  finish,
  putInFlight,
  receiveGreeting,
  mostOfWindow,
  narrowWindow,
} from './transfers.ts';
import { agreeOnTimestamps, checkWindow, synOptions, windowAndMss } from './syn-options.ts';
import { Unreached } from './unreached.ts';
import { kindOf, type Reached, userOf, type Precondition } from './precondition.ts';

/**
 * Brings the target into a state, with its TCB known from what was exchanged.
 *
 * @throws Unreached with the reason; NotCapable when the driver cannot do it
 */
export async function reach(environment: Environment, precondition: Precondition): Promise<Reached> {
  try {
    return await reachOnce(environment, precondition);
  } catch (error) {
    if (!(error instanceof WindowTooLarge)) throw error;
    // A buffer that cannot be made small enough is filled in part.
    return reachOnce(environment, { ...precondition, unread: true });
  }
}

/** Ends a connection that was reached: by a reset that the target takes, so that it keeps none of it. */
export async function endByReset(
  { driver }: Environment,
  { connection, handle }: Pick<Reached, 'connection' | 'handle'>,
): Promise<void> {
  connection.transmit(resetAt(connection.rcvNxt));
  await driver.release(connection.mailbox.port, handle);
  connection.mailbox.close();
}

/** The smallest window that the target advertises is more than a segment holds. */
class WindowTooLarge extends Error {}

async function reachOnce(environment: Environment, precondition: Precondition): Promise<Reached> {
  const { driver, tester } = environment;
  const behaviour = await driver.behaviour?.(precondition);
  // What has called before is answered for: by the kernel, or by the case before.
  if (behaviour?.testerPort !== undefined) await tester.drained();
  const mailbox = tester.open(precondition.family, behaviour?.testerPort);
  mailbox.filler = behaviour?.filler;
  try {
    const dialogue = new Dialogue(environment, mailbox, precondition.state);
    const recipe = new Recipe(dialogue, precondition, behaviour);
    const reached = await recipe.run();
    if (SYNCHRONIZED.includes(precondition.state)) {
      await tester.flushed();
      await driver.settle?.();
      // What the target answered to the last of the recipe's segments must not be read as a reply to the stimulus.
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
    // An application that cannot use the connection any more: the target has not come to where it should be.
    const error = thrown instanceof UpperTesterRefused ? new Unreached(thrown.message) : thrown;
    if (error instanceof Unreached) error.log = [...mailbox.log];
    mailbox.close();
    await driver.release(mailbox.port, undefined);
    throw error;
  }
}

class Recipe {
  readonly #dialogue: Dialogue;
  readonly #precondition: Precondition;
  readonly #demands: Demands;
  readonly #kind: ListenerKind;
  readonly #behaviour: AppBehaviour | undefined;
  /** One that nobody else uses, where that is asked for. */
  listener: OwnListener | undefined;

  constructor(dialogue: Dialogue, precondition: Precondition, behaviour: AppBehaviour | undefined) {
    this.#dialogue = dialogue;
    this.#precondition = precondition;
    this.#behaviour = behaviour;
    this.#demands = demandsOf(precondition.conditions);
    this.#kind = kindOf(precondition);
  }

  run(): Promise<Reached> {
    const { state, origin } = this.#precondition;
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

  async #closed(): Promise<Reached> {
    const { closedBy = 'never opened' } = this.#precondition;
    if (closedBy === 'never opened') {
      const connection = this.#connection(this.#dialogue.environment.closedPort, 0);
      return { connection, listening: false };
    }
    // Opened by the target, so that no LISTEN stands behind the port when the connection is gone.
    const { connection, handle } = await this.#establishedActive(closedBy === 'FINs' ? 2 : 1);
    if (closedBy === 'abort') {
      // By the tester: a TCP that aborts may rest in TIME-WAIT itself (RFC 9293 section 3.5.2).
      this.#dialogue.assure(connection, '<SEQ=RCV.NXT><CTL=RST>');
      return { connection, listening: false };
    }
    await finish(this.#dialogue, connection, this.#fillsWindow);
    if (!this.#behaviour?.closes) await this.#dialogue.environment.driver.close(handle);
    await this.#dialogue.finFromTarget(connection);
    this.#dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    // A TCP may send an ACK at any time. One that follows its FIN must not be read as a reply to the stimulus.
    const { tester, timing } = this.#dialogue.environment;
    await tester.listen(timing.guard);
    return { connection, listening: false };
  }

  async #listen(): Promise<Reached> {
    return { connection: this.#connection(await this.#port(), 0), listening: true };
  }

  async #synSent(): Promise<Reached & { handle: Handle }> {
    const connection = this.#connection(0, 0);
    const { driver } = this.#dialogue.environment;
    const handle = await driver.connect(this.#precondition.family, this.#dialogue.mailbox.port, this.#kind);
    const isSyn = ({ ctl }: ConcreteSegment): boolean => ctl.has('SYN') && !ctl.has('ACK');
    await this.#dialogue.arrives(connection, 'SYN', 'OPEN', isSyn, this.#behaviour?.within);
    return { connection, handle, listening: false };
  }

  async #synReceivedActive(): Promise<Reached> {
    const reached = await this.#synSent();
    const { connection } = reached;
    connection.irs = add(this.#precondition.rcvNxt, -1);
    connection.rcvNxt = connection.irs;
    const syn = connection.send(`<SEQ=IRS><CTL=SYN>${synOptions(this.#precondition)}`);
    const { segment } = await this.#dialogue.answered(
      connection,
      syn,
      'SYN,ACK',
      'SYN to SYN-SENT',
      isSynAck(connection),
    );
    agreeOnTimestamps(this.#precondition, connection, segment);
    checkWindow(this.#precondition, connection);
    return reached;
  }

  async #synReceivedPassive(bound = 1): Promise<Reached> {
    const connection = this.#connection(await this.#port(), bound);
    const syn = connection.send(`<SEQ=IRS><CTL=SYN>${synOptions(this.#precondition)}`);
    const { segment } = await this.#dialogue.answered(
      connection,
      syn,
      'SYN,ACK',
      'SYN to LISTEN',
      isSynAck(connection),
    );
    agreeOnTimestamps(this.#precondition, connection, segment);
    const { smallWindow, unread, family } = this.#precondition;
    if (smallWindow && !unread && connection.rcvWnd > mostOfWindow(family)) {
      this.#dialogue.assure(connection, '<SEQ=RCV.NXT><CTL=RST>');
      throw new WindowTooLarge();
    }
    if (this.#precondition.state === 'SYN-RECEIVED') checkWindow(this.#precondition, connection);
    return { connection, listening: true };
  }

  async #synchronized(state: State): Promise<Reached> {
    const closingText = this.#behaviour?.closes?.upon?.length ?? 0;
    const taken = (FINS_TAKEN.includes(state) ? 2 : 1) + closingText;
    const reached = await this.#established(taken);
    const { connection } = reached;
    if (this.#precondition.aged) await sendBeyondWindow(this.#dialogue, connection, userOf(reached));
    if (this.#precondition.smallWindow && this.#precondition.unread)
      await narrowWindow(this.#dialogue, connection);

    if (state === 'CLOSE-WAIT' || state === 'LAST-ACK')
      await finish(this.#dialogue, connection, this.#fillsWindow);
    else if (this.#fillsWindow && !FINS_TAKEN.includes(state)) {
      await closeWindow(this.#dialogue, connection, false);
    }
    const { sends } = this.#demands.user;
    const remains = state === 'ESTABLISHED' || state === 'CLOSE-WAIT';
    if (sends !== undefined) await putInFlight(this.#dialogue, connection, userOf(reached), sends, !remains);
    if (remains) return reached;

    if (sends === undefined) await this.#targetCloses(reached);
    if (state === 'FIN-WAIT-1' || state === 'LAST-ACK') return reached;
    if (state === 'CLOSING') {
      await finish(this.#dialogue, connection, this.#fillsWindow, 'SND.UNA');
      return reached;
    }
    this.#dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    if (state === 'FIN-WAIT-2') return reached;
    await finish(this.#dialogue, connection, this.#fillsWindow);
    return reached;
  }

  /** The target's FIN, not acknowledged. */
  async #targetCloses(reached: Reached): Promise<void> {
    const { connection } = reached;
    const byItself = this.#behaviour?.closes;
    if (byItself) return closesByItself(this.#dialogue, connection, byItself.upon);
    const { driver } = this.#dialogue.environment;
    const user = userOf(reached);
    await (this.#demands.user.closed ? driver.close(user) : driver.shutdown(user));
    await this.#dialogue.finFromTarget(connection);
  }

  async #established(taken: number): Promise<Reached> {
    const behaviour = this.#behaviour;
    let reached: Reached;
    if (behaviour && behaviour.port === undefined) {
      reached = { ...(await this.#establishedActive(taken)), listening: false };
    } else {
      reached = await this.#synReceivedPassive(taken);
      const ack = this.#dialogue.assure(reached.connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
      let handle = await this.#dialogue.environment.driver.accepted(
        this.#dialogue.mailbox.port,
        this.#dialogue.patience,
      );
      for (let sendings = 1; !handle && !behaviour && sendings < SENDINGS; sendings += 1) {
        this.#dialogue.sendAgain(ack);
        handle = await this.#dialogue.environment.driver.accepted(
          this.#dialogue.mailbox.port,
          this.#dialogue.patience,
        );
      }
      if (!handle && !behaviour)
        throw new Unreached(
          'the target did not report that it accepted the connection',
          'ACK to SYN-RECEIVED',
        );
      reached = { ...reached, handle };
    }
    if (behaviour?.greets) await receiveGreeting(this.#dialogue, reached.connection);
    return reached;
  }

  async #establishedActive(taken: number): Promise<{ connection: Connection; handle: Handle }> {
    const { connection, handle } = await this.#synSent();
    connection.irs = add(this.#precondition.rcvNxt, -taken);
    connection.rcvNxt = connection.irs;
    const syn = this.#dialogue.mailbox.log.find(({ from }) => from === 'target');
    if (syn) agreeOnTimestamps(this.#precondition, connection, syn.segment);
    // Timestamps that are agreed on are added to every segment.
    const synAck = connection.send(`<SEQ=IRS><ACK=SND.NXT><CTL=SYN,ACK>${windowAndMss(this.#precondition)}`);
    await this.#dialogue.answered(
      connection,
      synAck,
      'ACK of the SYN',
      'SYN,ACK to SYN-SENT',
      ({ ctl, ack }) => ctl.has('ACK') && !ctl.has('SYN') && ack === add(connection.irs, 1),
    );
    return { connection, handle };
  }

  /** Where the target takes the connection. */
  async #port(): Promise<number> {
    const { driver } = this.#dialogue.environment;
    if (this.#precondition.ownListener) {
      if (!driver.listen) throw new NotCapable('nobody can close a listener of this target');
      this.listener = await driver.listen(this.#precondition.family, this.#kind);
      return this.listener.port;
    }
    return (
      this.#behaviour?.port ??
      driver.listener(this.#precondition.family, this.#kind, this.#dialogue.mailbox.port)
    );
  }

  /** @param taken octets of sequence space, SYN included, that the recipe will use before the stimulus. */
  #connection(peerPort: number, taken: number): Connection {
    const connection = new Connection(
      this.#dialogue.mailbox,
      peerPort,
      add(this.#precondition.rcvNxt, -taken),
    );
    if (this.#kind === 'precedence') connection.precedence = ASKED_PRECEDENCE;
    return connection;
  }

  get #fillsWindow(): boolean {
    return this.#demands.window === 'zero';
  }
}

/** The states in which the tester's FIN has been taken. */
const FINS_TAKEN: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];

const isSynAck =
  (connection: Connection) =>
  ({ ctl, ack }: ConcreteSegment): boolean =>
    ctl.has('SYN') && ctl.has('ACK') && ack === add(connection.irs, 1);

/** A stimulus with its numbers, from the notation and what is known of the connection. */
export const concrete = (
  notation: SegmentNotation,
  connection: Connection,
  any: () => number,
): ConcreteSegment => evaluateSegment(notation, connection.variables(), any);
