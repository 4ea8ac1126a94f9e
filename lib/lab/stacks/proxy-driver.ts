import { type Driver, type Handle, type ListenerKind, NotCapable } from '../../target/driver.ts';
import { type Accepted, type Binding, TestabilityClient } from '../../target/testability/client.ts';
import type { Ending } from '../../verdict/reason.ts';
import type { KeptProcess } from './kept-process.ts';

const TEXT = 'segment arrives ';
// Connections of nobody, which the user keeps for a while: to abort one that is young would show on the wire.
const MOST_UNCLAIMED = 64;
// For a user that does not read. Systems round up.
const SMALL_BUFFER = 1024;

/** Where a user on the host connects to, so that the proxy connects to the tester. */
export interface WayIn {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Proxy {
  readonly process: Pick<KeptProcess, 'crashes' | 'lastEnding' | 'lastEndedAt'>;
  /** Ports for the listeners on the host behind the proxy, below the ephemeral ones. */
  readonly listeners: { readonly low: number; readonly high: number };
  /** @throws NotCapable when there is no way in over that family */
  wayIn(family: 4 | 6, testerPort: number): Promise<WayIn>;
}

/** What a connection of the tester has on the host behind the proxy. */
interface Behind {
  listener?: number;
  wayIn?: WayIn;
  handle?: Handle;
  /** Those before it: a proxy connects at each SYN. */
  readonly earlier: Handle[];
  waiting?: (handle: Handle | undefined) => void;
}

/**
 * Commands the user behind a proxy, through an upper tester there. The proxy's TCP is the target. The proxy connects to the
 * user from a port unrelated to the tester's, so each connection has a listener of its own. An accept there does not prove
 * that the tester's handshake is complete.
 */
export class ProxyDriver implements Driver {
  readonly name: string;
  readonly seesAccepts = false;
  readonly #client: TestabilityClient;
  readonly #proxy: Proxy;
  readonly #behind = new Map<number, Behind>();
  /** The tester's port that a listening socket is for. */
  readonly #listeners = new Map<number, number>();
  readonly #shared = new Map<4 | 6, Promise<number>>();
  /** Connections of ports that were released, and of listeners that belong to no port: the oldest first. */
  readonly #unclaimed: Handle[] = [];
  #nextListener: number;

  private constructor(client: TestabilityClient, proxy: Proxy) {
    this.name = 'an upper tester behind the proxy';
    this.#client = client;
    this.#proxy = proxy;
    this.#nextListener = proxy.listeners.low;
    client.onAccepted((event) => this.#onAccepted(event));
  }

  /** @param control where the upper tester takes commands, as the tester reaches it through the proxy */
  static async open(control: { address: string; port: number }, proxy: Proxy): Promise<ProxyDriver> {
    const client = await TestabilityClient.open(control);
    try {
      await client.startTest();
      return new ProxyDriver(client, proxy);
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  get restarts(): number {
    return this.#proxy.process.crashes;
  }

  get lastEnding(): Ending | undefined {
    return this.#proxy.process.lastEnding;
  }

  get lastEndedAt(): number | undefined {
    return this.#proxy.process.lastEndedAt;
  }

  async listener(family: 4 | 6, kind: ListenerKind, testerPort?: number): Promise<number> {
    if (testerPort !== undefined) {
      const { port, socketId } = await this.#listen(family, kind);
      this.#of(testerPort).listener = socketId;
      this.#listeners.set(socketId, testerPort);
      return port;
    }
    let shared = this.#shared.get(family);
    if (!shared) {
      shared = this.#listen(family, kind).then(({ port }) => port);
      this.#shared.set(family, shared);
    }
    return shared;
  }

  accepted(testerPort: number, timeout: number, former?: Handle): Promise<Handle | undefined> {
    const behind = this.#of(testerPort);
    if (behind.handle && behind.handle !== former) return Promise.resolve(behind.handle);
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
    const wayIn = await this.#proxy.wayIn(family, testerPort);
    const behind = this.#of(testerPort);
    behind.wayIn = wayIn;
    const socketId = await this.#create(kind, { family });
    behind.handle = { socketId };
    await this.#client.connect(socketId, wayIn.address, wayIn.port);
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
    const { handle, earlier, listener, wayIn } = behind;
    // Each may be gone already.
    const quietly = (action: Promise<void>): Promise<void> => action.catch(() => undefined);
    for (const { socketId } of handle ? [...earlier, handle] : [])
      await quietly(this.#client.abort(socketId));
    if (listener !== undefined) {
      this.#listeners.delete(listener);
      await quietly(this.#client.close(listener));
    }
    if (wayIn) await quietly(wayIn.close());
  }

  async dispose(): Promise<void> {
    await this.#client.endTest().catch(() => undefined);
    this.#client.dispose();
  }

  async #listen(family: 4 | 6, kind: ListenerKind): Promise<{ port: number; socketId: number }> {
    const { low, high } = this.#proxy.listeners;
    const port = this.#nextListener;
    this.#nextListener = port === high ? low : port + 1;
    const socketId = await this.#create(kind, { family, port });
    await this.#client.listenAndAccept(socketId);
    return { port, socketId };
  }

  /** A user that does not read fills the proxy's buffer in time. Nobody can choose what the proxy puts into its SYN. */
  async #create(kind: ListenerKind, binding: Binding): Promise<number> {
    if (kind !== 'plain' && kind !== 'closing window') {
      throw new NotCapable({ what: 'kind of listener', listener: kind });
    }
    const socketId = await this.#client.createAndBind(binding);
    if (kind === 'closing window') {
      await this.#client.setReceiveBuffer(socketId, SMALL_BUFFER);
      await this.#client.setReading(socketId, false);
    }
    return socketId;
  }

  #of(testerPort: number): Behind {
    let behind = this.#behind.get(testerPort);
    if (!behind) {
      behind = { earlier: [] };
      this.#behind.set(testerPort, behind);
    }
    return behind;
  }

  #onAccepted({ listenSocketId, socketId }: Accepted): void {
    const testerPort = this.#listeners.get(listenSocketId);
    const behind = testerPort === undefined ? undefined : this.#behind.get(testerPort);
    if (!behind) {
      this.#unclaimed.push({ socketId });
      const oldest = this.#unclaimed.length > MOST_UNCLAIMED ? this.#unclaimed.shift() : undefined;
      if (oldest) this.#client.abort(oldest.socketId).catch(() => undefined);
      return;
    }
    if (behind.handle) behind.earlier.push(behind.handle);
    behind.handle = { socketId };
    behind.waiting?.(behind.handle);
  }
}
