import { type ConcreteSegment, lengthOf } from '../notation/index.ts';
import type { Handle } from '../target/driver.ts';
import { UpperTesterRefused } from '../target/testability/exchange.ts';
import type { Entry } from '../tester/index.ts';
import { add } from '../wire/seq.ts';
import type { Connection } from './connection.ts';
import type { Environment } from './environment.ts';

/** The user's connection, and the place of the stimulus in the log. */
interface Whose {
  readonly connection: Connection;
  readonly handle?: Handle | undefined;
  readonly mark: number;
}

/** The application of one connection on the target, and what a proof asks of it. */
export class ProofUser {
  readonly #environment: Environment;
  readonly #subject: Whose;
  #handle: Handle | undefined;
  #former: Handle | undefined;
  #wasToldToSend = false;
  #isRefused = false;

  constructor(environment: Environment, subject: Whose) {
    this.#environment = environment;
    this.#subject = subject;
    this.#handle = subject.handle;
  }

  /** Whether the application is known to have the connection. */
  get isKnown(): boolean {
    return this.#handle !== undefined;
  }

  get wasToldToSend(): boolean {
    return this.#wasToldToSend;
  }

  /** Its SEND was refused, and not because it has closed: as far as it knows, the connection has ended. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /**
   * Whether an accept event proves that the connection is established. Some targets give the connection to the user at the SYN:
   * there, only what the user can do is a proof.
   */
  get acceptProves(): boolean {
    const { driver, acceptTime = 'when established' } = this.#environment;
    return driver.seesAccepts && acceptTime === 'when established';
  }

  /** The connection in the application; asks the driver for it when accepting proves nothing. */
  async find(): Promise<Handle | undefined> {
    const { driver, timing } = this.#environment;
    const { port } = this.#subject.connection.mailbox;
    if (!this.acceptProves) this.#handle ??= await driver.accepted(port, timing.guard, this.#former);
    return this.#handle;
  }

  /** The application's connection, when it comes. */
  comes(patience: number): Promise<Handle | undefined> {
    return this.#environment.driver.accepted(this.#subject.connection.mailbox.port, patience, this.#former);
  }

  /** A new connection has taken the place of the one that it had. */
  awaitsAnother(): void {
    this.#former = this.#handle;
    this.#handle = undefined;
  }

  adopt(handle: Handle): void {
    this.#handle ??= handle;
  }

  /**
   * Has the application send one octet.
   *
   * @returns the place in the log from which it may come; `closing` when the TCP refuses, as no SEND is taken after the FIN
   *   (RFC 9293 section 3.10.2); undefined when not possible
   */
  async tellToSend(): Promise<number | 'closing' | undefined> {
    if (!this.#handle) return undefined;
    const from = this.#subject.connection.mailbox.log.length;
    return this.#environment.driver.send(this.#handle, 1).then(
      () => {
        this.#wasToldToSend = true;
        return from;
      },
      (error) => {
        if (!(error instanceof UpperTesterRefused)) return undefined;
        if (error.resultName === 'E_TCP_COC') return 'closing';
        this.#isRefused = true;
        return undefined;
      },
    );
  }

  /** Waits for the octet that the application was told to send; only ESTABLISHED and CLOSE-WAIT let it out. */
  async sends(
    patience = this.#environment.timing.observation,
    told = this.tellToSend(),
  ): Promise<Entry | undefined> {
    const from = await told;
    if (from === undefined || from === 'closing') return undefined;
    return this.#subject.connection.mailbox.next(
      ({ segment }) => segment.data > 0 && !segment.ctl.has('RST'),
      patience,
      from,
    );
  }

  /**
   * Waits for text that the application sends unasked once the connection is established. The next probe acknowledges it, since
   * some TCPs acknowledge nothing while text of their own is unacknowledged.
   */
  async greeting(patience: number): Promise<Entry | undefined> {
    const { connection, mark } = this.#subject;
    const isText = ({ ctl, data }: ConcreteSegment): boolean =>
      data > 0 && ctl.has('ACK') && !ctl.has('RST') && !ctl.has('SYN');
    const entry = await connection.mailbox.next(({ segment }) => isText(segment), patience, mark);
    if (entry?.segment.seq === connection.sndNxt) {
      connection.sndNxt = add(entry.segment.seq, lengthOf(entry.segment));
    }
    return entry;
  }
}
