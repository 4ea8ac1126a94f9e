/** The tester's end of the Testability Protocol: one upper tester, one UDP socket, one request in flight. */
import { Exchange } from './exchange.ts';
import { UpperTesterAbsent, UpperTesterRefused } from './failures.ts';
import {
  ANY_PORT,
  CAPABILITY,
  DEFAULT_SERVICE_ID,
  type Event,
  PARAMETER,
  SEND_FLAG,
  SHUTDOWN,
  UNLIMITED,
} from './message.ts';

export * from './failures.ts';

export interface UpperTesterAt {
  address: string;
  port: number;
  serviceId?: number;
  /** How long an answer may take; 1000 ms by default. */
  timeoutMs?: number;
}

export interface Version {
  major: number;
  minor: number;
  patch: number;
}

export interface Binding {
  family: 4 | 6;
  /** Any port when left out. */
  port?: number;
  /** Any address when left out. */
  address?: string;
}

export interface Capabilities {
  stopReading: boolean;
  receiveBuffer: boolean;
  zeroWindow: boolean;
  state: boolean;
  /** Null when the upper tester does not tell. */
  maxSockets: number | null;
}

export interface Text {
  data: Uint8Array | string;
  /** The data are repeated up to this many octets; all the data and no more when left out. */
  total?: number;
  urgent?: boolean;
  push?: boolean;
}

export type Accepted = Event<'LISTEN_AND_ACCEPT'>;
export type Forwarded = Event<'RECEIVE_AND_FORWARD'>;

const NO_CAPABILITIES: Capabilities = {
  stopReading: false,
  receiveBuffer: false,
  zeroWindow: false,
  state: false,
  maxSockets: null,
};

const bigEndian = (value: number, width: number): Uint8Array => {
  const octets = Buffer.alloc(width);
  octets.writeUIntBE(value, 0, width);
  return octets;
};

const creation = ({ family, port = ANY_PORT, address = family === 4 ? '0.0.0.0' : '::' }: Binding) => ({
  doBind: true,
  localPort: port,
  localAddress: address,
});

export class TestabilityClient {
  readonly #exchange: Exchange;

  private constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Opens the socket; whether anything answers shows with the first request. */
  static async open(at: UpperTesterAt): Promise<TestabilityClient> {
    const { address, port, serviceId = DEFAULT_SERVICE_ID, timeoutMs = 1000 } = at;
    return new TestabilityClient(await Exchange.open({ address, port, serviceId, timeoutMs }));
  }

  getVersion(): Promise<Version> {
    return this.#exchange.request('GET_VERSION', {});
  }

  async startTest(): Promise<void> {
    await this.#exchange.request('START_TEST', {});
  }

  /** The upper tester closes everything that it still has. */
  async endTest(testCaseId = 0, name = ''): Promise<void> {
    await this.#exchange.request('END_TEST', { testCaseId, name });
  }

  async createAndBind(binding: Binding): Promise<number> {
    return (await this.#exchange.request('CREATE_AND_BIND', creation(binding))).socketId;
  }

  /** The socket's first SYN or SYN,ACK, and all after it, advertise a window of zero. */
  async createAndBindZeroWindow(binding: Binding): Promise<number> {
    return (await this.#exchange.request('CREATE_AND_BIND_ZERO_WINDOW', creation(binding))).socketId;
  }

  async listenAndAccept(listenSocketId: number, maxConnections: number = UNLIMITED): Promise<void> {
    await this.#exchange.request('LISTEN_AND_ACCEPT', { listenSocketId, maxConnections });
  }

  /**
   * Calls back for each connection that a listening socket accepted; returns what ends that. Events can precede
   * the answer to `listenAndAccept`, so call this first.
   */
  onAccepted(callback: (accepted: Accepted) => void): () => void {
    return this.#exchange.on('LISTEN_AND_ACCEPT', callback);
  }

  /** Sends the SYN; how it went on shows on the wire, not here. */
  async connect(socketId: number, address: string, port: number): Promise<void> {
    await this.#exchange.request('CONNECT', { socketId, port, address });
  }

  async sendData(socketId: number, { data, total, urgent = false, push = false }: Text): Promise<void> {
    const octets = typeof data === 'string' ? Buffer.from(data) : data;
    const flags = (urgent ? SEND_FLAG.URG : 0) | (push ? SEND_FLAG.PSH : 0);
    const request = { socketId, totalLength: total ?? octets.length, flags, data: octets };
    await this.#exchange.request('SEND_DATA', request);
  }

  /** Returns how many octets of text were received and not forwarded since the last call (65535: or more). */
  async receiveAndForward(
    socketId: number,
    { maxForward = UNLIMITED, maxLength = UNLIMITED }: { maxForward?: number; maxLength?: number } = {},
  ): Promise<number> {
    const request = { socketId, maxForward, maxLength };
    return (await this.#exchange.request('RECEIVE_AND_FORWARD', request)).dropped;
  }

  /** Calls back for each piece of text forwarded. The event does not say of which socket. */
  onForwarded(callback: (forwarded: Forwarded) => void): () => void {
    return this.#exchange.on('RECEIVE_AND_FORWARD', callback);
  }

  async configure(socketId: number, parameter: number, value: Uint8Array): Promise<void> {
    await this.#exchange.request('CONFIGURE_SOCKET', { socketId, parameter, value });
  }

  /** Off: text stays in the target's buffer and its window closes. Accepted sockets take it from the listener. */
  setReading(socketId: number, on: boolean): Promise<void> {
    return this.configure(socketId, PARAMETER.READING, bigEndian(on ? 1 : 0, 1));
  }

  /** Before `listenAndAccept` or `connect`. What the system makes of the number differs (Linux doubles it). */
  setReceiveBuffer(socketId: number, octets: number): Promise<void> {
    return this.configure(socketId, PARAMETER.RECEIVE_BUFFER, bigEndian(octets, 4));
  }

  setMss(socketId: number, octets: number): Promise<void> {
    return this.configure(socketId, PARAMETER.MSS, bigEndian(octets, 2));
  }

  setNagle(socketId: number, on: boolean): Promise<void> {
    return this.configure(socketId, PARAMETER.NAGLE, bigEndian(on ? 1 : 0, 1));
  }

  setTos(socketId: number, tos: number): Promise<void> {
    return this.configure(socketId, PARAMETER.TOS, bigEndian(tos, 1));
  }

  async shutdown(socketId: number, what: keyof typeof SHUTDOWN): Promise<void> {
    await this.#exchange.request('SHUTDOWN', { socketId, type: SHUTDOWN[what] });
  }

  /** CLOSE: the text still to be sent, then FIN. */
  async close(socketId: number): Promise<void> {
    await this.#exchange.request('CLOSE_SOCKET', { socketId, abort: false });
  }

  /** ABORT: RST. */
  async abort(socketId: number): Promise<void> {
    await this.#exchange.request('CLOSE_SOCKET', { socketId, abort: true });
  }

  /** What this upper tester can do beyond the standard's primitives; nothing when it does not know the question. */
  async capabilities(): Promise<Capabilities> {
    try {
      const { bits, maxSockets } = await this.#exchange.request('CAPABILITIES', {});
      return {
        stopReading: (bits & CAPABILITY.STOP_READING) !== 0,
        receiveBuffer: (bits & CAPABILITY.RECEIVE_BUFFER) !== 0,
        zeroWindow: (bits & CAPABILITY.ZERO_WINDOW) !== 0,
        state: (bits & CAPABILITY.STATE) !== 0,
        maxSockets,
      };
    } catch (error) {
      if (error instanceof UpperTesterAbsent) {
        // Some upper testers are silent about what they do not know. Is it there at all?
        await this.getVersion();
      } else if (!(error instanceof UpperTesterRefused)) {
        throw error;
      }
      return { ...NO_CAPABILITIES };
    }
  }

  /** The target's own idea of the state, in its own numbers (Linux: tcpi_state). For diagnosis, not for verdicts. */
  async getState(socketId: number): Promise<number> {
    return (await this.#exchange.request('GET_STATE', { socketId })).state;
  }

  /** Closes the client's own socket; requests not yet answered fail. */
  dispose(): void {
    this.#exchange.dispose();
  }
}
