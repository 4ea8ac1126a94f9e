import { type Driver, type Handle, type ListenerKind, NotCapable } from '../../target/driver.ts';
import { type Accepted, TestabilityClient } from '../../target/testability/client.ts';
import type { Addresses } from '../lab.ts';
import type { SlirpApi } from './api.ts';

// Ports on the host behind the proxy, below those that it chooses by itself.
const LISTENERS = { low: 8000, high: 31_999 };
const FORWARDS = { low: 2000, high: 7999 };
const LOOPBACK: Addresses = { 4: '127.0.0.1', 6: '::1' };
const TEXT = 'segment arrives ';

/** What a connection of the tester's has on the host behind the proxy. */
interface Behind {
  listener?: number;
  forward?: number;
  handle?: Handle;
  waiting?: (handle: Handle | undefined) => void;
}

/**
 * Moves the user behind a proxy, through an upper tester there. The proxy's TCP is the target: its user is whoever is at
 * the other end of the proxy's own connection, which comes from a port that says nothing of the tester's. So each of the
 * tester's connections gets a listener to itself. That the user has accepted says nothing of the tester's handshake.
 */
export class SlirpDriver implements Driver {
  readonly name: string;
  readonly seesAccepts = false;
  readonly #client: TestabilityClient;
  readonly #api: SlirpApi;
  readonly #guest: Addresses;
  readonly #behind = new Map<number, Behind>();
  /** Listening sockets by the tester's port that they are for. */
  readonly #listeners = new Map<number, number>();
  readonly #shared = new Map<4 | 6, Promise<number>>();
  #nextListener = LISTENERS.low;
  #nextForward = FORWARDS.low;

  private constructor(client: TestabilityClient, api: SlirpApi, guest: Addresses) {
    this.name = 'an upper tester behind the proxy';
    this.#client = client;
    this.#api = api;
    this.#guest = guest;
    client.onAccepted((event) => this.#onAccepted(event));
  }

  /** @param control where the upper tester takes commands, as the tester sees it through the proxy */
  static async open(
    control: { address: string; port: number },
    api: SlirpApi,
    guest: Addresses,
  ): Promise<SlirpDriver> {
    const client = await TestabilityClient.open(control);
    try {
      await client.startTest();
      return new SlirpDriver(client, api, guest);
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  async listener(family: 4 | 6, kind: ListenerKind, testerPort?: number): Promise<number> {
    if (kind !== 'plain') throw new NotCapable(`the window and precedence are the proxy's own: no ${kind}`);
    if (testerPort !== undefined) {
      const { port, socketId } = await this.#listen(family);
      this.#of(testerPort).listener = socketId;
      this.#listeners.set(socketId, testerPort);
      return port;
    }
    let shared = this.#shared.get(family);
    if (!shared) {
      shared = this.#listen(family).then(({ port }) => port);
      this.#shared.set(family, shared);
    }
    return shared;
  }

  accepted(testerPort: number, timeout: number): Promise<Handle | undefined> {
    const behind = this.#of(testerPort);
    if (behind.handle) return Promise.resolve(behind.handle);
    return new Promise((resolve) => {
      const timer = setTimeout(() => behind.waiting?.(undefined), timeout);
      behind.waiting = (handle) => {
        clearTimeout(timer);
        delete behind.waiting;
        resolve(handle);
      };
    });
  }

  async connect(family: 4 | 6, testerPort: number, kind: ListenerKind): Promise<Handle> {
    if (family === 6) throw new NotCapable('slirp4netns forwards connections to its guest over IPv4 only');
    if (kind !== 'plain') throw new NotCapable(`the window and precedence are the proxy's own: no ${kind}`);
    const hostPort = this.#nextForward;
    this.#nextForward = hostPort === FORWARDS.high ? FORWARDS.low : hostPort + 1;
    const behind = this.#of(testerPort);
    behind.forward = await this.#api.forward(hostPort, { address: this.#guest[4], port: testerPort });
    const socketId = await this.#client.createAndBind({ family });
    behind.handle = { socketId };
    await this.#client.connect(socketId, LOOPBACK[4], hostPort);
    return behind.handle;
  }

  async send({ socketId }: Handle, octets: number): Promise<void> {
    await this.#client.sendData(socketId, { data: TEXT.slice(0, octets), total: octets });
  }

  shutdown({ socketId }: Handle): Promise<void> {
    return this.#client.shutdown(socketId, 'tx');
  }

  close({ socketId }: Handle): Promise<void> {
    return this.#client.close(socketId);
  }

  abort({ socketId }: Handle): Promise<void> {
    return this.#client.abort(socketId);
  }

  async release(testerPort: number): Promise<void> {
    const behind = this.#behind.get(testerPort);
    if (!behind) return;
    this.#behind.delete(testerPort);
    behind.waiting?.(undefined);
    const { handle, listener, forward } = behind;
    // Each may be gone already: closed by the case, or reset by the tester.
    const quietly = (action: Promise<void>): Promise<void> => action.catch(() => undefined);
    if (handle) await quietly(this.#client.abort(handle.socketId));
    if (listener !== undefined) {
      this.#listeners.delete(listener);
      await quietly(this.#client.close(listener));
    }
    if (forward !== undefined) await quietly(this.#api.unforward(forward));
  }

  async dispose(): Promise<void> {
    await this.#client.endTest().catch(() => undefined);
    this.#client.dispose();
  }

  async #listen(family: 4 | 6): Promise<{ port: number; socketId: number }> {
    const port = this.#nextListener;
    this.#nextListener = port === LISTENERS.high ? LISTENERS.low : port + 1;
    const socketId = await this.#client.createAndBind({ family, port });
    await this.#client.listenAndAccept(socketId);
    return { port, socketId };
  }

  #of(testerPort: number): Behind {
    let behind = this.#behind.get(testerPort);
    if (!behind) {
      behind = {};
      this.#behind.set(testerPort, behind);
    }
    return behind;
  }

  #onAccepted({ listenSocketId, socketId }: Accepted): void {
    const testerPort = this.#listeners.get(listenSocketId);
    if (testerPort === undefined) return;
    const behind = this.#of(testerPort);
    behind.handle = { socketId };
    behind.waiting?.(behind.handle);
  }
}
