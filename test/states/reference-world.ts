import { type Mark, type Setting, TIDINGS } from '../../lib/catalogue/scenario.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import type { Connection } from '../../lib/lab/reference/connection.ts';
import { Tcp } from '../../lib/lab/reference/tcp.ts';
import { type UserSocket, UserSockets } from '../../lib/lab/reference/user-sockets.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import { DEFAULT_TIMING, type Environment, type Timing } from '../../lib/states/index.ts';
import {
  ASKED_PRECEDENCE,
  type Delivered,
  type Driver,
  type Handle,
  type ListenerKind,
  type OwnListener,
  type Settings,
} from '../../lib/target/driver.ts';
import { UpperTesterRefused } from '../../lib/target/testability/exchange.ts';
import { RESULT } from '../../lib/target/testability/message.ts';
import { readIcmpError } from '../../lib/tester/icmp.ts';
import { type Arrival, type IcmpError, type Link, PortRange, Tester } from '../../lib/tester/index.ts';
import { decodeIpv4, decodeIpv6, type Family, PROTOCOL_TCP } from '../../lib/wire/index.ts';

/** One end of a wire in memory: what it sends arrives at the other end in the next turn of the event loop. */
class WireEnd implements Link {
  readonly family: Family;
  readonly local: string;
  readonly remote: string;
  other: WireEnd | undefined;
  #reads = 0;
  #inFlight = 0;
  #onArrival: (arrival: Arrival) => void = () => {};
  #onIcmpError: (error: IcmpError) => void = () => {};

  constructor(family: Family, local: string, remote: string) {
    this.family = family;
    this.local = local;
    this.remote = remote;
  }

  send(packet: Uint8Array): void {
    const copy = Uint8Array.from(packet);
    this.#inFlight += 1;
    setImmediate(() => {
      this.#inFlight -= 1;
      this.other?.arrive(copy);
    });
  }

  arrive(packet: Uint8Array): void {
    this.#reads += 1;
    const decoded = this.family === 4 ? decodeIpv4(packet) : decodeIpv6(packet);
    const { src, payload } = decoded;
    if (('protocol' in decoded ? decoded.protocol : decoded.nextHeader) !== PROTOCOL_TCP) {
      const error = readIcmpError(this.family, payload, src);
      if (error) this.#onIcmpError(error);
      return;
    }
    this.#onArrival({ at: performance.now(), source: src, tcp: payload, packet });
  }

  async flushed(): Promise<void> {
    while (this.#inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  onArrival(handler: (arrival: Arrival) => void): void {
    this.#onArrival = handler;
  }

  onFailure(): void {}
  onIcmpError(handler: (error: IcmpError) => void): void {
    this.#onIcmpError = handler;
  }

  reads = (): number => this.#reads;
  losses = (): number => 0;
  close = (): Promise<void> => Promise.resolve();
}

const SMALL_BUFFER = 1024;
const FIRST_PORT = 7930;
const CLOSED_PORT = 79;

/** Drives the user of a reference TCP in this process. */
class ReferenceDriver implements Driver {
  readonly name = 'the reference, in memory';
  readonly seesAccepts = true;
  readonly #tcp: Tcp;
  readonly #listeners = new Map<string, Promise<OwnListener>>();
  readonly #ends = new Map<number, () => void>();
  readonly #accepted = new Map<number, Connection>();
  readonly #connections = new Map<number, Connection>();
  readonly #waiting = new Map<number, (connection: Connection) => void>();
  #lastId = 0;
  #lastPort = FIRST_PORT;

  constructor(tcp: Tcp) {
    this.#tcp = tcp;
  }

  async listener(family: Family, kind: ListenerKind): Promise<number> {
    const key = `${family} ${kind}`;
    const known = this.#listeners.get(key) ?? this.listen(family, kind);
    this.#listeners.set(key, known);
    return (await known).port;
  }

  async listen(family: Family, kind: ListenerKind, given?: number): Promise<OwnListener> {
    if (given === undefined) this.#lastPort += 1;
    const port = given ?? this.#lastPort;
    const { wishes } = socketOf(kind);
    const accept = (connection: Connection, testerPort: number): void => {
      this.#accepted.set(testerPort, connection);
      this.#waiting.get(testerPort)?.(connection);
    };
    const end = this.#tcp.listen({ family, port, wishes: () => ({ ...wishes }), accept });
    if (end) this.#ends.set(port, end);
    return { port, socketId: port };
  }

  async closeListener({ port }: OwnListener): Promise<void> {
    this.#ends.get(port)?.();
  }

  async receive(handle: Handle, on: boolean): Promise<void> {
    this.#open(handle).read(on);
  }

  async delivered({ socketId }: Handle): Promise<Delivered> {
    const octets = this.#connections.get(socketId)?.delivered() ?? new Uint8Array();
    return { count: octets.length, octets };
  }

  async accepted(testerPort: number, timeout: number, former?: Handle): Promise<Handle | undefined> {
    const there = this.#accepted.get(testerPort);
    if (there && there !== (former && this.#connections.get(former.socketId))) return this.#handle(there);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(testerPort);
        resolve(undefined);
      }, timeout);
      this.#waiting.set(testerPort, (connection) => {
        clearTimeout(timer);
        this.#waiting.delete(testerPort);
        resolve(this.#handle(connection));
      });
    });
  }

  async connect(
    family: Family,
    testerPort: number,
    kind: ListenerKind,
    settings: Settings = [],
  ): Promise<Handle> {
    const header = Object.fromEntries(settings.map(([name, value]) => [name.toLowerCase(), value]));
    const connection = this.#tcp.open(family, testerPort, { ...socketOf(kind).wishes, header });
    if (!connection) throw new Error('OPEN was refused');
    return this.#handle(connection);
  }

  async connectToMulticast(family: Family, address: string, port: number): Promise<Handle | undefined> {
    const connection = this.#tcp.open(family, port, socketOf('plain').wishes, address);
    return connection && this.#handle(connection);
  }

  async send(handle: Handle, octets: number): Promise<void> {
    if (!this.#open(handle).write(new Uint8Array(octets)))
      throw new UpperTesterRefused('SEND_DATA', RESULT.E_TCP_COC);
  }

  async sendMarked(handle: Handle, octets: number, mark: Mark): Promise<void> {
    this.#open(handle).write(new Uint8Array(octets), mark === 'URGENT' ? { urgent: true } : {});
  }

  async set(handle: Handle, setting: Setting | 'NAGLE', value: number): Promise<void> {
    const connection = this.#open(handle);
    if (setting === 'NAGLE') connection.combines(value !== 0);
    else if (setting === 'KEEP-ALIVE') connection.asks({ keepAlive: value === 0 ? undefined : 1000 * value });
    else connection.header = { ...connection.header, [setting === 'TTL' ? 'ttl' : 'diffserv']: value };
  }

  async told({ socketId }: Handle) {
    return { told: this.#connections.get(socketId)?.told ?? [], known: TIDINGS };
  }

  async shutdown(handle: Handle): Promise<void> {
    this.#open(handle).shutdown();
  }

  async close(handle: Handle): Promise<void> {
    this.#open(handle).close();
  }

  async abort(handle: Handle): Promise<void> {
    this.#open(handle).abort();
  }

  /** In memory, the user reads at once. */
  async userHasRead(): Promise<void> {}

  async release(testerPort: number, handle: Handle | undefined): Promise<void> {
    const connection = (handle && this.#connections.get(handle.socketId)) ?? this.#accepted.get(testerPort);
    this.#accepted.delete(testerPort);
    if (connection && !connection.isClosed) connection.abort();
  }

  async dispose(): Promise<void> {}

  #handle(connection: Connection): Handle {
    this.#lastId += 1;
    this.#connections.set(this.#lastId, connection);
    return { socketId: this.#lastId };
  }

  #open({ socketId }: Handle): Connection {
    const connection = this.#connections.get(socketId);
    if (!connection || connection.isClosed) throw new Error('there is no such connection');
    return connection;
  }
}

/** The socket of a listener of that kind. */
function socketOf(kind: ListenerKind): UserSocket {
  const sockets = new UserSockets();
  const id = sockets.create(4, 0, kind === 'zero window' ? { buffer: 0 } : {});
  const socket = sockets.get(id) as UserSocket;
  if (kind === 'closing window' || kind === 'small window')
    socket.wishes = { ...socket.wishes, buffer: SMALL_BUFFER, reading: kind === 'small window' };
  if (kind === 'precedence') socket.wishes = { ...socket.wishes, precedence: ASKED_PRECEDENCE };
  if (kind === 'raising precedence') socket.wishes = { ...socket.wishes, mayRaisePrecedence: true };
  return socket;
}

/** The reference with short timers, because round trips take no time here; 2 MSL as in RFC 793, for machines that are busy. */
export const REFERENCE_TIMERS = { syn: 400, text: 200, timeWait: 240_000 } as const;
export const REFERENCE_TIMING: Timing = {
  ...DEFAULT_TIMING,
  guard: 100,
  // A busy machine may make this process so late. Attempts at which it was later are not trusted.
  observation: 400,
  roundTrip: 5,
  spread: 5,
  synAckRetransmission: REFERENCE_TIMERS.syn,
  finRetransmission: REFERENCE_TIMERS.text,
};

export interface ReferenceWorld {
  readonly tester: Tester;
  readonly environment: Environment;
}

function wire(family: Family, here: string, there: string): [WireEnd, WireEnd] {
  const [ours, theirs] = [new WireEnd(family, here, there), new WireEnd(family, there, here)];
  ours.other = theirs;
  theirs.other = ours;
  return [ours, theirs];
}

/** A tester, and the reference TCP with or without a fault as its target, in this process. */
export function referenceWorld(profile: Profile, behaviour: Behaviour = {}): ReferenceWorld {
  const [ours4, theirs4] = wire(4, '192.0.2.1', '192.0.2.2');
  const [ours6, theirs6] = wire(6, '2001:db8::1', '2001:db8::2');
  const timers = { ...REFERENCE_TIMERS, ...behaviour.timers };
  const tcp = new Tcp([theirs4, theirs6], profile, { ...behaviour, timers });
  const tester = new Tester([ours4, ours6], new PortRange(10_000, 30_000));
  const driver = new ReferenceDriver(tcp);
  const environment = {
    ...{ tester, driver, timing: REFERENCE_TIMING, closedPort: CLOSED_PORT, forgesSources: true },
  };
  return { tester, environment };
}
