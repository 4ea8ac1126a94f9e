import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import {
  CAPABILITY,
  decodeMessage,
  decodeRequest,
  encodeEvent,
  encodeMessage,
  encodeResponse,
  type Message,
  type PrimitiveName,
  primitiveName,
  RESULT,
  SEND_FLAG,
  TestabilityError,
  TYPE,
} from '../../target/testability/message.ts';
import { TIDINGS } from '../../catalogue/scenario.ts';
import type { Family } from '../../wire/index.ts';
import type { Connection } from './connection.ts';
import { configure } from './parameters.ts';
import type { Tcp } from './tcp.ts';
import { type UserSocket, UserSockets } from './user-sockets.ts';

export interface UpperTesterOptions {
  readonly bind: string;
  /** 0: any. */
  readonly port: number;
  /** The only ones who are answered. */
  readonly testers: readonly string[];
  /** How many sockets its user has room for; no limit when absent. */
  readonly sockets?: number | undefined;
  /** Resolves when the TCP has handled all segments that have arrived by now: no call overtakes a segment. */
  readonly drained?: () => Promise<void>;
}

const VERSION = { major: 1, minor: 2, patch: 0 };
const CAPABILITIES =
  CAPABILITY.STOP_READING | CAPABILITY.RECEIVE_BUFFER | CAPABILITY.ZERO_WINDOW | CAPABILITY.STATE;

type Answer = number | { readonly [name: string]: number };
type Serve = (message: Message, from: RemoteInfo) => Answer;

/** The user of the reference TCP, moved by the Testability Protocol over UDP. */
export class UpperTester {
  readonly #tcp: Tcp;
  readonly #sockets: UserSockets;
  readonly #testers: readonly string[];
  readonly #udp: UdpSocket;

  private constructor(tcp: Tcp, udp: UdpSocket, { testers, sockets, drained }: UpperTesterOptions) {
    this.#tcp = tcp;
    this.#testers = testers;
    this.#udp = udp;
    this.#sockets = new UserSockets(sockets);
    let earlier = Promise.resolve();
    udp.on('message', (octets, from) => {
      earlier = earlier.then(drained).then(() => this.#receive(octets, from));
    });
  }

  static async open(tcp: Tcp, options: UpperTesterOptions): Promise<UpperTester> {
    const { bind, port } = options;
    const udp = createSocket(isIPv6(bind) ? 'udp6' : 'udp4');
    udp.bind(port, bind);
    await once(udp, 'listening');
    return new UpperTester(tcp, udp, options);
  }

  get port(): number {
    return this.#udp.address().port;
  }

  #receive(octets: Uint8Array, from: RemoteInfo): void {
    if (!this.#testers.includes(from.address)) return;
    let message: Message;
    try {
      message = decodeMessage(octets);
    } catch {
      return;
    }
    if (message.type !== TYPE.REQUEST) return;
    const name = primitiveName(message.group, message.primitive);
    const serve = name && this.#primitives[name];
    const answer = serve ? served(() => serve(message, from)) : RESULT.E_NTF;
    this.#udp.send(encodeAnswer(name, message, answer), from.port, from.address);
  }

  readonly #primitives: Partial<Record<PrimitiveName, Serve>> = {
    GET_VERSION: () => VERSION,
    START_TEST: () => RESULT.E_OK,
    END_TEST: () => {
      this.#sockets.clear();
      return RESULT.E_OK;
    },
    CAPABILITIES: () => ({ bits: CAPABILITIES, maxSockets: this.#sockets.room }),
    CREATE_AND_BIND: (message) => this.#create(decodeRequest('CREATE_AND_BIND', message), {}),
    CREATE_AND_BIND_ZERO_WINDOW: (message) =>
      this.#create(decodeRequest('CREATE_AND_BIND_ZERO_WINDOW', message), { buffer: 0 }),
    LISTEN_AND_ACCEPT: (message, from) => {
      const { listenSocketId, maxConnections } = decodeRequest('LISTEN_AND_ACCEPT', message);
      const socket = this.#sockets.get(listenSocketId);
      if (!socket) return RESULT.E_ISD;
      if (socket.connection || socket.endListening) return RESULT.E_TCP_CAE;
      const { family, port } = socket;
      const end = this.#tcp.listen({
        family,
        port,
        wishes: () => ({ ...socket.wishes }),
        accept: (connection, remotePort) => {
          if (maxConnections === 0) socket.pending.push(connection);
          else this.#accepted(listenSocketId, connection, remotePort, from);
        },
      });
      if (!end) return RESULT.E_UBS;
      socket.endListening = end;
      return RESULT.E_OK;
    },
    CONNECT: (message) => {
      const { socketId, port, address } = decodeRequest('CONNECT', message);
      const socket = this.#sockets.get(socketId);
      if (!socket) return RESULT.E_ISD;
      if (socket.endListening) return RESULT.E_TCP_CAE;
      if (socket.connection)
        return socket.connection.open(socket.wishes.precedence, 'specified') ? RESULT.E_OK : RESULT.E_TCP_CAE;
      const multicast = isMulticast(address) ? address : undefined;
      const connection = this.#tcp.open(socket.family, port, socket.wishes, multicast);
      if (!connection) return RESULT.E_NOK;
      socket.connection = connection;
      return RESULT.E_OK;
    },
    SEND_DATA: (message) => {
      const { socketId, totalLength, flags, data } = decodeRequest('SEND_DATA', message);
      return this.#onConnection(socketId, (connection) => {
        if (data.length === 0) return totalLength > 0 ? RESULT.E_INV : RESULT.E_OK;
        const length = Math.max(totalLength, data.length);
        const text = Uint8Array.from({ length }, (_, index) => data[index % data.length] ?? 0);
        const urgent = (flags & SEND_FLAG.URG) !== 0 ? ({ urgent: true } as const) : {};
        return connection.write(text, urgent) ? RESULT.E_OK : RESULT.E_TCP_COC;
      });
    },
    RECEIVE_AND_FORWARD: (message, from) => {
      const { socketId, maxForward, maxLength } = decodeRequest('RECEIVE_AND_FORWARD', message);
      const { connection } = this.#sockets.get(socketId) ?? {};
      if (!connection) return RESULT.E_ISD;
      connection.forward =
        maxLength === 0 ? undefined : (text) => this.#forward(text, text.subarray(0, maxForward), from);
      return { dropped: Math.min(connection.delivered().length, 0xffff) };
    },
    SHUTDOWN: (message) => {
      const { socketId, type } = decodeRequest('SHUTDOWN', message);
      if (type > 2) return RESULT.E_INV;
      return this.#onConnection(socketId, (connection) => {
        if (type > 0) connection.shutdown();
        return RESULT.E_OK;
      });
    },
    CLOSE_SOCKET: (message) => {
      const { socketId, abort } = decodeRequest('CLOSE_SOCKET', message);
      return this.#sockets.close(socketId, abort) ? RESULT.E_OK : RESULT.E_ISD;
    },
    CONFIGURE_SOCKET: (message) => {
      const { socketId, parameter, value } = decodeRequest('CONFIGURE_SOCKET', message);
      const socket = this.#sockets.get(socketId);
      return socket ? configure(socket, parameter, value) : RESULT.E_ISD;
    },
    GET_TOLD: (message) => {
      const { connection } = this.#sockets.get(decodeRequest('GET_TOLD', message).socketId) ?? {};
      if (!connection) return RESULT.E_ISD;
      const bits = TIDINGS.map((one, index) => (connection.told.includes(one) ? 1 << index : 0));
      return { known: (1 << TIDINGS.length) - 1, told: bits.reduce((sum, bit) => sum | bit, 0) };
    },
    GET_STATE: (message) => {
      const socket = this.#sockets.get(decodeRequest('GET_STATE', message).socketId);
      return socket ? { state: UserSockets.stateOf(socket) } : RESULT.E_ISD;
    },
  };

  #create({ localPort, localAddress }: Bound, wishes: Partial<UserSocket['wishes']>): Answer {
    if (this.#sockets.isFull) return RESULT.E_UCS;
    const family: Family = isIPv6(localAddress) ? 6 : 4;
    return { socketId: this.#sockets.create(family, localPort, wishes) };
  }

  #accepted(listenSocketId: number, connection: Connection, port: number, to: RemoteInfo): void {
    const listener = this.#sockets.get(listenSocketId);
    if (!listener || this.#sockets.isFull) {
      connection.abort();
      return;
    }
    const socketId = this.#sockets.adopt(listener, connection);
    const address = this.#testers.find((one) => isIPv6(one) === (listener.family === 6)) ?? to.address;
    const event = encodeEvent('LISTEN_AND_ACCEPT', { listenSocketId, socketId, port, address });
    this.#udp.send(event, to.port, to.address);
  }

  #forward({ length: fullLength }: Uint8Array, payload: Uint8Array, to: RemoteInfo): void {
    this.#udp.send(encodeEvent('RECEIVE_AND_FORWARD', { fullLength, payload }), to.port, to.address);
  }

  #onConnection(socketId: number, act: (connection: Connection) => number): number {
    const socket = this.#sockets.get(socketId);
    if (!socket) return RESULT.E_ISD;
    if (!socket.connection || socket.connection.isClosed) return RESULT.E_TCP_CNE;
    return act(socket.connection);
  }
}

/** RFC 5771, RFC 4291 section 2.7. */
const isMulticast = (address: string): boolean => /^(22[4-9]|23\d)\.|^ff/.test(address);

interface Bound {
  readonly localPort: number;
  readonly localAddress: string;
}

function served(serve: () => Answer): Answer {
  try {
    return serve();
  } catch (error) {
    if (error instanceof TestabilityError) return RESULT.E_INV;
    throw error;
  }
}

function encodeAnswer(name: PrimitiveName | undefined, message: Message, answer: Answer): Uint8Array {
  if (name && typeof answer === 'object')
    return encodeResponse(
      name,
      RESULT.E_OK,
      answer as Parameters<typeof encodeResponse>[2],
      message.serviceId,
    );
  const result = typeof answer === 'number' ? answer : RESULT.E_OK;
  return encodeMessage({ ...message, type: TYPE.RESPONSE, result, data: new Uint8Array() });
}
