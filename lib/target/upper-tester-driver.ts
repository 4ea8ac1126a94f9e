import { type Mark, type Setting, TIDINGS } from '../catalogue/scenario.ts';
import type { Ability } from '../verdict/lack.ts';
import type { Peer } from '../verdict/middlebox-sign.ts';
import {
  ASKED_PRECEDENCE,
  type Delivered,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
  type OpenPorts,
  type OwnListener,
  type Settings,
} from './driver.ts';
import { type Accepted, type Capabilities, TestabilityClient } from './testability/client.ts';
import { UpperTesterRefused } from './testability/exchange.ts';
import { PARAMETER, RESULT } from './testability/message.ts';

interface UpperTesterDriverOptions {
  /** Of the upper tester. */
  readonly address: string;
  readonly port: number;
  /** Where active opens go. */
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  readonly target: Readonly<Partial<Record<4 | 6, string>>>;
}

// Its window holds one or two full segments. Systems round up.
const SMALL_BUFFER = 1024;
// Below every system's ephemeral ports.
const FIRST_LISTENER_PORT = 7930;
const PRECEDENCE_SHIFT = 5;
const TEXT = 'segment arrives ';

/** The parameter of CONFIGURE_SOCKET, and the octets of its value, which are at most 255. Diffserv is the upper six bits of what was the type of service. */
const SETTINGS_OF = {
  TTL: (value: number) => [PARAMETER.TTL, value],
  DIFFSERV: (value: number) => [PARAMETER.TOS, value << 2],
  NAGLE: (value: number) => [PARAMETER.NAGLE, value],
  'KEEP-ALIVE': (value: number) => [PARAMETER.KEEP_ALIVE, 0, value],
  R2: (value: number) => [PARAMETER.USER_TIMEOUT, 0, value],
  'ERROR REPORTS': (value: number) => [PARAMETER.ERROR_REPORTS, value],
} as const satisfies Record<string, (value: number) => readonly [number, ...number[]]>;

/** Has the text of one connection forwarded to a port of its own: the protocol's events do not name the connection. */
interface Reader {
  readonly client: TestabilityClient;
  readonly forwarded: { readonly fullLength: number; readonly payload: Uint8Array }[];
}

/** Drives the application on the target through an upper tester, which reaches every state. */
export class UpperTesterDriver implements Driver {
  readonly name = 'upper tester';
  readonly address: string;
  readonly seesAccepts = true;
  #client: TestabilityClient;
  readonly #capabilities: Capabilities;
  readonly #options: UpperTesterDriverOptions;
  readonly #listeners = new Map<string, Promise<OwnListener>>();
  /** By the tester's port, in order: a user that accepts at the SYN gets a connection for each SYN. */
  readonly #accepted = new Map<number, Handle[]>();
  readonly #waiting = new Map<number, (handle: Handle | undefined) => void>();
  /** Those of the running upper tester. After a restart, the same numbers mean other connections. */
  #handles = new WeakSet<Handle>();
  readonly #closed = new WeakSet<Handle>();
  readonly #readers = new Map<Handle, Reader>();
  #nextPort = FIRST_LISTENER_PORT;
  #asked: Promise<void> | undefined;
  #nextAsked: Promise<void> | undefined;
  #ports: OpenPorts | undefined;

  private constructor(
    client: TestabilityClient,
    capabilities: Capabilities,
    options: UpperTesterDriverOptions,
  ) {
    this.address = `${options.address}:${options.port}`;
    this.#client = client;
    this.#capabilities = capabilities;
    this.#options = options;
    client.onAccepted((event) => this.#onAccepted(event));
  }

  /** @throws UpperTesterAbsent, UpperTesterNonsense or UpperTesterRefused */
  static async open(options: UpperTesterDriverOptions): Promise<UpperTesterDriver> {
    const client = await TestabilityClient.open({ address: options.address, port: options.port });
    try {
      await client.getVersion();
      await client.startTest();
      return new UpperTesterDriver(client, await client.capabilities(), options);
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    const key = `${family} ${kind}`;
    let listener = this.#listeners.get(key);
    if (!listener) {
      listener = this.listen(family, kind);
      this.#listeners.set(key, listener);
      // A failed one is tried again.
      listener.catch(() => this.#listeners.delete(key));
    }
    return (await listener).port;
  }

  accepted(testerPort: number, timeout: number, former?: Handle): Promise<Handle | undefined> {
    const known = this.#accepted.get(testerPort)?.at(-1);
    if (known && known !== former) return Promise.resolve(known);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#waiting.delete(testerPort);
          resolve(undefined);
        },
        Math.max(0, timeout),
      );
      this.#waiting.set(testerPort, (handle) => {
        clearTimeout(timer);
        resolve(handle);
      });
    });
  }

  watchAccepts(tell: (peer: Peer) => void): () => void {
    return this.#client.onAccepted(({ address, port }) => tell({ address, port }));
  }

  /** Cases that ask while an answer is pending share the next one. */
  userHasRead(): Promise<void> {
    if (!this.#asked) {
      this.#asked = this.#askTwice().finally(() => {
        this.#asked = undefined;
      });
      return this.#asked;
    }
    this.#nextAsked ??= this.#asked
      .catch(() => undefined)
      .then(() => {
        this.#nextAsked = undefined;
        return this.userHasRead();
      });
    return this.#nextAsked;
  }

  /** The upper tester may answer before it reads its sockets, but reads before it answers again. */
  async #askTwice(): Promise<void> {
    await this.#client.getVersion();
    await this.#client.getVersion();
  }

  async connect(
    family: 4 | 6,
    testerPort: number,
    kind: ListenerKind,
    wishes: Settings = [],
  ): Promise<Handle> {
    const address = this.#options.tester[family];
    if (!address) throw new NotCapable({ what: 'tester address', family });
    const socketId = await this.#create(family, kind);
    const handle = this.#handle(socketId);
    for (const [setting, value] of wishes) await this.set(handle, setting, value);
    await this.#client.connect(socketId, address, testerPort);
    return handle;
  }

  async connectAgain(handle: Handle, family: 4 | 6, testerPort: number): Promise<string> {
    const address = this.#options.tester[family];
    if (!address) throw new NotCapable({ what: 'tester address', family });
    try {
      await this.#client.connect(this.#socketOf(handle), address, testerPort);
      return 'ok';
    } catch (error) {
      if (!(error instanceof UpperTesterRefused)) throw error;
      return error.result === RESULT.E_TCP_CAE ? 'connection already exists' : error.resultName;
    }
  }

  async connectToMulticast(family: 4 | 6, address: string, port: number): Promise<Handle | undefined> {
    const socketId = await this.#create(family, 'plain');
    const handle = this.#handle(socketId);
    try {
      await this.#client.connect(socketId, address, port);
      return handle;
    } catch (error) {
      await this.#abortIfHeld(handle);
      if (!(error instanceof UpperTesterRefused)) throw error;
      // The upper tester itself does not go there.
      if (error.result === RESULT.E_INV)
        throw new NotCapable({
          what: 'upper tester',
          ability: 'open to a multicast address',
          answer: error.resultName,
        });
      return undefined;
    }
  }

  async send(handle: Handle, octets: number): Promise<void> {
    await this.#client.sendData(this.#socketOf(handle), { data: TEXT.slice(0, octets), total: octets });
  }

  async sendMarked(handle: Handle, octets: number, mark: Mark): Promise<void> {
    const text = { data: TEXT.slice(0, octets), total: octets };
    await this.#client.sendData(this.#socketOf(handle), {
      ...text,
      ...(mark === 'PUSH' ? { push: true } : { urgent: true }),
    });
  }

  async set(handle: Handle, setting: Setting | 'NAGLE', value: number): Promise<void> {
    const [parameter, ...octets] = SETTINGS_OF[setting](value);
    await this.#capable('change a setting of a connection', () =>
      this.#client.configure(this.#socketOf(handle), parameter, Uint8Array.from(octets)),
    );
  }

  async told(handle: Handle) {
    const { known, told } = await this.#capable('tell what it was told', () =>
      this.#client.getTold(this.#socketOf(handle)),
    );
    const named = (bits: number) => TIDINGS.filter((_, index) => (bits & (1 << index)) !== 0);
    return { told: named(told), known: named(known) };
  }

  async shutdown(handle: Handle): Promise<void> {
    const socketId = this.#socketOf(handle);
    try {
      await this.#client.shutdown(socketId, 'tx');
    } catch (error) {
      if (!(error instanceof UpperTesterRefused) || error.result !== RESULT.E_NTF) throw error;
      const ability = 'close one direction before the connection is established';
      throw new NotCapable({ what: 'upper tester', ability, answer: error.resultName });
    }
  }

  async close(handle: Handle): Promise<void> {
    const socketId = this.#socketOf(handle);
    this.#closed.add(handle);
    await this.#client.close(socketId);
  }

  async abort(handle: Handle): Promise<void> {
    const socketId = this.#socketOf(handle);
    this.#closed.add(handle);
    await this.#client.abort(socketId);
  }

  async receive(handle: Handle, on: boolean): Promise<void> {
    const socketId = this.#socketOf(handle);
    await this.#capable(on ? 'receive again' : 'stop reading', () => this.#client.setReading(socketId, on));
  }

  async delivered(handle: Handle): Promise<Delivered> {
    const socketId = this.#socketOf(handle);
    const known = this.#readers.get(handle);
    if (!known) {
      const reader = await this.#reader();
      this.#readers.set(handle, reader);
      const dropped = await this.#capable('tell what it has received', () =>
        reader.client.receiveAndForward(socketId),
      );
      return { count: dropped, octets: new Uint8Array() };
    }
    // The answer comes after the events.
    await known.client.getVersion();
    const forwarded = known.forwarded.splice(0);
    const cut = forwarded.findLastIndex(({ fullLength, payload }) => payload.length < fullLength);
    return {
      count: forwarded.reduce((sum, { fullLength }) => sum + fullLength, 0),
      octets: Buffer.concat(forwarded.slice(cut + 1).map(({ payload }) => payload)),
    };
  }

  async #reader(): Promise<Reader> {
    const { address, port } = this.#options;
    const client = await TestabilityClient.open({ address, port });
    const forwarded: Reader['forwarded'] = [];
    client.onForwarded((event) => void forwarded.push(event));
    return { client, forwarded };
  }

  #endReading(handle: Handle): void {
    this.#readers.get(handle)?.client.dispose();
    this.#readers.delete(handle);
  }

  async closeListener({ socketId }: OwnListener): Promise<void> {
    await this.#client.close(socketId).catch((error: unknown) => {
      if (!(error instanceof UpperTesterRefused)) throw error;
    });
  }

  async release(testerPort: number, handle: Handle | undefined): Promise<void> {
    this.#waiting.get(testerPort)?.(undefined);
    this.#waiting.delete(testerPort);
    const held = new Set(this.#accepted.get(testerPort));
    this.#accepted.delete(testerPort);
    if (handle) held.add(handle);
    for (const each of held) this.#endReading(each);
    await Promise.all([...held].map((each) => this.#abortIfHeld(each)));
  }

  abortUnclaimed(ports: OpenPorts): void {
    this.#ports = ports;
    ports.onClosed((port) => void this.release(port, undefined));
  }

  async alive(within: number): Promise<boolean> {
    const { address, port } = this.#options;
    // A request is sent three times.
    const client = await TestabilityClient.open({ address, port, timeoutMs: Math.ceil(within / 3) });
    try {
      await client.getVersion();
      return true;
    } catch {
      return false;
    } finally {
      client.dispose();
    }
  }

  async renew(): Promise<void> {
    const { address, port } = this.#options;
    this.#client.dispose();
    for (const handle of [...this.#readers.keys()]) this.#endReading(handle);
    this.#listeners.clear();
    this.#accepted.clear();
    this.#handles = new WeakSet();
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
    const client = await TestabilityClient.open({ address, port });
    try {
      await client.startTest();
    } catch (error) {
      client.dispose();
      throw error;
    }
    client.onAccepted((event) => this.#onAccepted(event));
    this.#client = client;
  }

  async dispose(): Promise<void> {
    for (const handle of [...this.#readers.keys()]) this.#endReading(handle);
    await this.#client.endTest().catch(() => undefined);
    this.#client.dispose();
  }

  async listen(family: 4 | 6, kind: ListenerKind, given?: number, most?: number): Promise<OwnListener> {
    const port = given ?? this.#nextPort;
    if (given === undefined) this.#nextPort += 1;
    const socketId = await this.#create(family, kind, port);
    await this.#client.listenAndAccept(socketId, most);
    return { port, socketId };
  }

  async #create(family: 4 | 6, kind: ListenerKind, port?: number): Promise<number> {
    const binding = { family, ...(port === undefined ? {} : { port }) };
    if (kind === 'zero window') {
      return this.#capable('advertise a zero window from the first segment', () =>
        this.#client.createAndBindZeroWindow(binding),
      );
    }
    const socketId = await this.#client.createAndBind(binding);
    if (kind === 'closing window' || kind === 'small window') {
      await this.#capable('have a small receive buffer', () =>
        this.#client.setReceiveBuffer(socketId, SMALL_BUFFER),
      );
    }
    if (kind === 'closing window') {
      await this.#capable('stop reading', () => this.#client.setReading(socketId, false));
    }
    if (kind === 'precedence') {
      await this.#capable('set the precedence', () =>
        this.#client.setTos(socketId, ASKED_PRECEDENCE << PRECEDENCE_SHIFT),
      );
    }
    if (kind === 'raising precedence') await this.#letRaisePrecedence(socketId);
    return socketId;
  }

  /** A TCP that does not compare precedence has no such parameter, and needs none. */
  async #letRaisePrecedence(socketId: number): Promise<void> {
    try {
      await this.#client.configure(socketId, PARAMETER.RAISING_PRECEDENCE, Uint8Array.of(1));
    } catch (error) {
      if (!(error instanceof UpperTesterRefused)) throw error;
    }
  }

  async #capable<T>(ability: Ability, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof UpperTesterRefused)) throw error;
      throw new NotCapable({ what: 'upper tester', ability, answer: error.resultName });
    }
  }

  #handle(socketId: number): Handle {
    const handle = { socketId };
    this.#handles.add(handle);
    return handle;
  }

  #socketOf(handle: Handle): number {
    if (!this.#handles.has(handle)) throw new Error('the upper tester was restarted: the connection is lost');
    return handle.socketId;
  }

  /** Never throws. A closed handle is left alone: its number may be another socket's by now. */
  async #abortIfHeld(handle: Handle): Promise<void> {
    if (!this.#handles.has(handle) || this.#closed.has(handle)) return;
    this.#closed.add(handle);
    await this.#client.abort(handle.socketId).catch(() => undefined);
  }

  #onAccepted({ socketId, port }: Accepted): void {
    const handle = this.#handle(socketId);
    if (this.#ports && !this.#ports.isOpen(port)) {
      void this.#abortIfHeld(handle);
      return;
    }
    this.#accepted.set(port, [...(this.#accepted.get(port) ?? []), handle]);
    this.#waiting.get(port)?.(handle);
    this.#waiting.delete(port);
  }
}
