import type { Setting, Tidings, UserCall } from '../../catalogue/scenario.ts';
import { type Connection, type Environment, type Reached, Unreached, userOf } from '../../states/index.ts';
import {
  type Delivered,
  type Handle,
  NotCapable,
  type OwnListener,
  type Settings,
} from '../../target/driver.ts';

/** All hosts of the link: what every host receives. */
export const MULTICAST = { 4: '224.0.0.1', 6: 'ff02::1' } as const;

/** The target's user, as far as it concerns one connection: it makes the calls of RFC 9293 section 3.9.1. */
export class TargetUser {
  /** A LISTEN stands behind the connection. */
  listening: boolean;
  handle: Handle | undefined;
  /** What its last call was answered, where that was asked. */
  answer: string | undefined;
  readonly #environment: Environment;
  readonly #reached: Reached;
  #listener: OwnListener | undefined;
  /** For the connection that it opens. */
  #wishes: Settings = [];

  constructor(environment: Environment, reached: Reached) {
    this.#environment = environment;
    this.#reached = reached;
    this.#listener = reached.listener;
    this.handle = reached.handle;
    this.listening = reached.listening;
  }

  /** @throws NotCapable where nobody can tell the user to do so */
  async call(user: UserCall, connection: Connection): Promise<void> {
    const { driver } = this.#environment;
    const { mailbox } = connection;
    const { family } = mailbox.link;
    switch (user.call) {
      case 'OPEN ACTIVE':
        this.handle = await driver.connect(family, mailbox.port, 'plain', this.#wishes);
        return;
      case 'OPEN ACTIVE AGAIN':
        if (!driver.connectAgain) throw new NotCapable({ what: 'OPEN to another address' });
        this.answer = await driver.connectAgain(await this.#found(), family, mailbox.port);
        return;
      case 'OPEN TO MULTICAST': {
        if (!driver.connectToMulticast) throw new NotCapable({ what: 'OPEN to another address' });
        const address = MULTICAST[family];
        // A SYN to that address, if one comes, is part of this connection.
        mailbox.listensTo(address);
        this.handle = await driver.connectToMulticast(family, address, mailbox.port);
        return;
      }
      case 'OPEN PASSIVE':
      case 'OPEN PASSIVE AGAIN':
      case 'OPEN PASSIVE UNACCEPTED':
        if (!driver.listen) throw new NotCapable({ what: 'own listener' });
        this.#listener = await driver.listen(
          family,
          'plain',
          user.call === 'OPEN PASSIVE AGAIN' ? connection.peerPort : undefined,
          user.call === 'OPEN PASSIVE UNACCEPTED' ? 0 : undefined,
        );
        connection.peerPort = this.#listener.port;
        this.listening = true;
        return;
      case 'CLOSE LISTENER':
        if (!this.#listener || !driver.closeListener) throw new NotCapable({ what: 'closing its listener' });
        await driver.closeListener(this.#listener);
        this.#listener = undefined;
        this.listening = false;
        return;
    }
    if ('value' in user && this.#isToOpen) {
      if (!driver.set) throw new NotCapable({ what: 'settings of a connection' });
      this.#wishes = [...this.#wishes, [user.call, user.value]];
      return;
    }
    const who = await this.#found();
    switch (user.call) {
      case 'SEND':
        if (!user.mark) return driver.send(who, user.octets);
        if (!driver.sendMarked) throw new NotCapable({ what: 'marked text' });
        return driver.sendMarked(who, user.octets, user.mark);
      case 'NAGLE OFF':
        return this.#set(who, 'NAGLE', 0);
      case 'TTL':
      case 'DIFFSERV':
      case 'KEEP-ALIVE':
      case 'R2':
      case 'ERROR REPORTS':
        return this.#set(who, user.call, user.value);
      case 'RECEIVE':
      case 'STOP RECEIVING':
        if (!driver.receive) throw new NotCapable({ what: 'control of RECEIVE' });
        return driver.receive(who, user.call === 'RECEIVE');
      case 'CLOSE':
        return driver.shutdown(who);
      case 'CLOSE BOTH WAYS':
        return driver.close(who);
      case 'ABORT':
        if (driver.cannotAbort) throw new NotCapable({ what: 'ABORT at any time' });
        return driver.abort(who);
    }
  }

  /** The text that the user was given since this was asked last. @throws NotCapable */
  async delivered(): Promise<Delivered> {
    const { driver } = this.#environment;
    if (!driver.delivered) throw new NotCapable({ what: 'count of delivered text' });
    const who = await this.#found();
    await driver.userHasRead?.();
    return driver.delivered(who);
  }

  /** What the user was told, which must be among what it can be told of. @throws NotCapable */
  async told(wanted: readonly Tidings[]): Promise<readonly Tidings[]> {
    const { driver } = this.#environment;
    if (!driver.told) throw new NotCapable({ what: 'what its user was told' });
    const who = await this.#found();
    await driver.userHasRead?.();
    const { told, known } = await driver.told(who);
    if (wanted.some((one) => !known.includes(one))) throw new NotCapable({ what: 'what its user was told' });
    return told;
  }

  #set(who: Handle, setting: Setting | 'NAGLE', value: number): Promise<void> {
    const { driver } = this.#environment;
    if (!driver.set) throw new NotCapable({ what: 'settings of a connection' });
    return driver.set(who, setting, value);
  }

  get #isToOpen(): boolean {
    const { byItself } = this.#reached;
    return !this.handle && !this.listening && !byItself;
  }

  async #found(): Promise<Handle> {
    const { driver, timing } = this.#environment;
    const { byItself, connection } = this.#reached;
    this.handle ??= await driver.accepted(connection.mailbox.port, timing.observation);
    if (!this.handle && !byItself) throw new Unreached({ what: 'connection not accepted' });
    return userOf({ ...this.#reached, handle: this.handle });
  }

  /** Gives free what the target still holds of the connection. */
  async release(): Promise<void> {
    const { driver } = this.#environment;
    await driver.release(this.#reached.connection.mailbox.port, this.handle);
    if (this.#listener) await driver.closeListener?.(this.#listener);
  }
}
