import { Exchange, UpperTesterAbsent, UpperTesterRefused } from './exchange.ts';
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

interface UpperTesterAt {
  address: string;
  port: number;
  serviceId?: number;
  /** How long an answer may take. Default: 1000 ms. */
  timeoutMs?: number;
}

export interface Version {
  major: number;
  minor: number;
  patch: number;
}

export interface Binding {
  family: 4 | 6;
  /** Default: any. */
  port?: number;
  /** Default: any. */
  address?: string;
}

export interface Capabilities {
  stopReading: boolean;
  receiveBuffer: boolean;
  zeroWindow: boolean;
  state: boolean;
  /** Null: unknown. */
  maxSockets: number | null;
}

export interface Text {
  data: Uint8Array | string;
  /** The data are repeated up to this many octets. Default: their length. */
  total?: number;
  urgent?: boolean;
  push?: boolean;
}

export type Accepted = Event<'LISTEN_AND_ACCEPT'>;

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

/** Commands one upper tester by the Testability Protocol. Requests throw one of the errors above. */
export class TestabilityClient {
  readonly #exchange: Exchange;

  private constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Opens the socket. The first request shows whether anything answers. */
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

  /** The upper tester closes all its sockets. */
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

  /** Calls back for each accepted connection. Call it before `listenAndAccept`. @returns ends the callbacks */
  onAccepted(callback: (accepted: Accepted) => void): () => void {
    return this.#exchange.on('LISTEN_AND_ACCEPT', callback);
  }

  /** Sends the SYN. Does not wait for the handshake. */
  async connect(socketId: number, address: string, port: number): Promise<void> {
    await this.#exchange.request('CONNECT', { socketId, port, address });
  }

  async sendData(socketId: number, { data, total, urgent = false, push = false }: Text): Promise<void> {
    const octets = typeof data === 'string' ? Buffer.from(data) : data;
    const flags = (urgent ? SEND_FLAG.URG : 0) | (push ? SEND_FLAG.PSH : 0);
    const request = { socketId, totalLength: total ?? octets.length, flags, data: octets };
    await this.#exchange.request('SEND_DATA', request);
  }

  /** @returns how many octets were received and not forwarded since the last call (65535: or more) */
  async receiveAndForward(
    socketId: number,
    { maxForward = UNLIMITED, maxLength = UNLIMITED }: { maxForward?: number; maxLength?: number } = {},
  ): Promise<number> {
    const request = { socketId, maxForward, maxLength };
    return (await this.#exchange.request('RECEIVE_AND_FORWARD', request)).dropped;
  }

  /** Calls back for each forwarded text. The event does not name the socket. @returns ends the callbacks */
  onForwarded(callback: (forwarded: Event<'RECEIVE_AND_FORWARD'>) => void): () => void {
    return this.#exchange.on('RECEIVE_AND_FORWARD', callback);
  }

  async configure(socketId: number, parameter: number, value: Uint8Array): Promise<void> {
    await this.#exchange.request('CONFIGURE_SOCKET', { socketId, parameter, value });
  }

  /** Off: text stays in the buffer and the window closes. Accepted sockets inherit it from the listener. */
  setReading(socketId: number, on: boolean): Promise<void> {
    return this.configure(socketId, PARAMETER.READING, bigEndian(on ? 1 : 0, 1));
  }

  /** To be called before `listenAndAccept` or `connect`. Systems round up (Linux doubles it). */
  setReceiveBuffer(socketId: number, octets: number): Promise<void> {
    return this.configure(socketId, PARAMETER.RECEIVE_BUFFER, bigEndian(octets, 4));
  }

  setTos(socketId: number, tos: number): Promise<void> {
    return this.configure(socketId, PARAMETER.TOS, bigEndian(tos, 1));
  }

  async shutdown(socketId: number, what: keyof typeof SHUTDOWN): Promise<void> {
    await this.#exchange.request('SHUTDOWN', { socketId, type: SHUTDOWN[what] });
  }

  /** CLOSE: the text in the send queue, then FIN. */
  async close(socketId: number): Promise<void> {
    await this.#exchange.request('CLOSE_SOCKET', { socketId, abort: false });
  }

  /** ABORT: RST. */
  async abort(socketId: number): Promise<void> {
    await this.#exchange.request('CLOSE_SOCKET', { socketId, abort: true });
  }

  /** What the upper tester can do beyond the standard's primitives: nothing when it does not know this request. */
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
        // Some upper testers do not answer unknown requests. Is it there at all?
        await this.getVersion();
      } else if (!(error instanceof UpperTesterRefused)) {
        throw error;
      }
      return { stopReading: false, receiveBuffer: false, zeroWindow: false, state: false, maxSockets: null };
    }
  }

  /** The state in the target's own numbers (Linux: tcpi_state). For diagnosis, not for verdicts. */
  async getState(socketId: number): Promise<number> {
    return (await this.#exchange.request('GET_STATE', { socketId })).state;
  }

  /** What the user of a connection was told, as bits in the order of `TIDINGS`, and which of them it can be told of. */
  async getTold(socketId: number): Promise<{ known: number; told: number }> {
    return this.#exchange.request('GET_TOLD', { socketId });
  }

  /** Closes the client's socket. Pending requests fail. */
  dispose(): void {
    this.#exchange.dispose();
  }
}
