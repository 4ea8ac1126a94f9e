import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  decodeEvent,
  decodeMessage,
  decodeResponse,
  type Event,
  type EventName,
  encodeRequest,
  type Message,
  PRIMITIVES,
  type PrimitiveName,
  primitiveName,
  type Request,
  type Response,
  type ResultName,
  resultName,
  TestabilityError,
  TYPE,
} from './message.ts';

export class UpperTesterError extends Error {
  override readonly name: string = 'UpperTesterError';
}

/** Nothing answers. */
export class UpperTesterAbsent extends UpperTesterError {
  override readonly name = 'UpperTesterAbsent';
}

/** Something answers, but not in the Testability Protocol. */
export class UpperTesterNonsense extends UpperTesterError {
  override readonly name = 'UpperTesterNonsense';
}

/** The upper tester answered with a result other than E_OK. */
export class UpperTesterRefused extends UpperTesterError {
  override readonly name = 'UpperTesterRefused';
  readonly primitive: PrimitiveName;
  readonly result: number;
  /** `E_NTF` for example; in hexadecimal when the protocol has no name. */
  readonly resultName: ResultName | (string & {});

  constructor(primitive: PrimitiveName, result: number) {
    const name = resultName(result);
    super(`the upper tester answered ${primitive} with ${name}`);
    this.primitive = primitive;
    this.result = result;
    this.resultName = name;
  }
}

/** Requests that have the same effect twice as once: they are repeated when no answer comes. */
const REPEATABLE: ReadonlySet<PrimitiveName> = new Set([
  'GET_VERSION',
  'START_TEST',
  'END_TEST',
  'CONFIGURE_SOCKET',
  'CAPABILITIES',
  'GET_STATE',
  'GET_TOLD',
]);

const REPETITIONS = 2;

/** Events come in bursts, one per accepted connection. A lost one never comes again. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

interface Pending {
  name: PrimitiveName;
  datagram: Buffer;
  repetitions: number;
  resolve: (message: Message) => void;
  reject: (error: Error) => void;
}

interface Endpoint {
  address: string;
  port: number;
  serviceId: number;
  timeoutMs: number;
}

type Listeners = { [P in EventName]: Set<(event: Event<P>) => void> };

/** Sends requests over UDP, one at a time: the protocol cannot tell two in flight apart. */
export class Exchange {
  readonly #socket: Socket;
  readonly #at: Endpoint;
  readonly #queue: Pending[] = [];
  readonly #listeners: Listeners = { LISTEN_AND_ACCEPT: new Set(), RECEIVE_AND_FORWARD: new Set() };
  #inFlight: Pending | null = null;
  #timer: NodeJS.Timeout | undefined;
  #answerMayBeLate = false;
  #disposed = false;

  private constructor(socket: Socket, at: Endpoint) {
    this.#socket = socket;
    this.#at = at;
    socket.on('message', (octets) => this.#receive(octets));
    socket.on('error', (error) => this.#fail(this.#absent(error.message)));
  }

  /** Connects the socket: the system then reports a closed port and ignores other senders. */
  static open(at: Endpoint): Promise<Exchange> {
    const type = isIPv6(at.address.replace(/%.*$/, '')) ? 'udp6' : 'udp4';
    const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER });
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.close();
        reject(new UpperTesterAbsent(`no way to ${at.address} port ${at.port}: ${error.message}`));
      };
      socket.once('error', fail);
      socket.connect(at.port, at.address, () => {
        socket.removeListener('error', fail);
        resolve(new Exchange(socket, at));
      });
    });
  }

  async request<P extends PrimitiveName>(name: P, values: Request<P>): Promise<Response<P>> {
    if (this.#disposed) throw new UpperTesterError('the client is disposed of');
    const datagram = encodeRequest(name, values, this.#at.serviceId);
    const message = await new Promise<Message>((resolve, reject) => {
      this.#queue.push({
        name,
        datagram,
        repetitions: REPEATABLE.has(name) ? REPETITIONS : 0,
        resolve,
        reject,
      });
      this.#next();
    });
    let response: Response<P> | null;
    try {
      response = decodeResponse(name, message);
    } catch (error) {
      throw this.#nonsense(error instanceof Error ? error.message : String(error));
    }
    if (response === null) throw new UpperTesterRefused(name, message.result);
    return response;
  }

  on<P extends EventName>(name: P, callback: (event: Event<P>) => void): () => void {
    this.#listeners[name].add(callback);
    return () => void this.#listeners[name].delete(callback);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const error = new UpperTesterError('the client was disposed of before the upper tester answered');
    const waiting = this.#queue.splice(0);
    this.#fail(error);
    for (const pending of waiting) pending.reject(error);
    this.#socket.close();
  }

  #next(): void {
    if (this.#inFlight !== null || this.#disposed) return;
    const head = this.#queue[0];
    if (head === undefined) return;
    if (this.#answerMayBeLate && head.name !== 'GET_VERSION') this.#queue.unshift(this.#fence());
    const pending = this.#queue.shift();
    if (pending === undefined) return;
    this.#inFlight = pending;
    this.#send(pending);
  }

  /**
   * After a timeout, a late answer would be taken for that of the next request of the same kind. Upper testers answer in
   * order, so nothing older comes after the answer to this request.
   */
  #fence(): Pending {
    const failed = (error: Error): void => {
      const head = this.#queue.shift();
      head?.reject(error);
    };
    const resolve = (): void => {
      this.#answerMayBeLate = false;
    };
    const datagram = encodeRequest('GET_VERSION', {}, this.#at.serviceId);
    return { name: 'GET_VERSION', datagram, repetitions: REPETITIONS, resolve, reject: failed };
  }

  #send(pending: Pending): void {
    this.#socket.send(pending.datagram);
    // What is not sent again may take as long as what is: on a busy machine the target stands still for a second now and then.
    const patience = this.#at.timeoutMs * (REPEATABLE.has(pending.name) ? 1 : REPETITIONS + 1);
    this.#timer = setTimeout(() => {
      this.#answerMayBeLate = true;
      if (pending.repetitions > 0) {
        pending.repetitions--;
        this.#send(pending);
      } else {
        this.#fail(this.#absent(`no answer to ${pending.name} within ${patience} ms`));
      }
    }, patience);
  }

  #takeInFlight(): Pending | null {
    const pending = this.#inFlight;
    clearTimeout(this.#timer);
    this.#inFlight = null;
    return pending;
  }

  #fail(error: Error): void {
    this.#takeInFlight()?.reject(error);
    this.#next();
  }

  #receive(octets: Buffer): void {
    let message: Message;
    try {
      message = decodeMessage(octets);
    } catch (error) {
      if (!(error instanceof TestabilityError)) throw error;
      this.#fail(this.#nonsense(error.message));
      return;
    }
    if (message.serviceId !== this.#at.serviceId) {
      this.#fail(this.#nonsense(`service id 0x${message.serviceId.toString(16)}`));
    } else if (message.type === TYPE.EVENT) {
      this.#announce(message);
    } else if (message.type === TYPE.RESPONSE) {
      const pending = this.#inFlight;
      if (pending === null) return;
      const { group, id } = PRIMITIVES[pending.name];
      if (message.event || message.group !== group || message.primitive !== id) return;
      this.#takeInFlight()?.resolve(message);
      this.#next();
    } else {
      this.#fail(this.#nonsense(`a message of type 0x${message.type.toString(16)}`));
    }
  }

  #announce(message: Message): void {
    const name = primitiveName(message.group, message.primitive);
    if (name === 'LISTEN_AND_ACCEPT') this.#call(name, message);
    else if (name === 'RECEIVE_AND_FORWARD') this.#call(name, message);
  }

  #call<P extends EventName>(name: P, message: Message): void {
    let event: Event<P>;
    try {
      event = decodeEvent(name, message);
    } catch (error) {
      this.#fail(this.#nonsense(error instanceof Error ? error.message : String(error)));
      return;
    }
    for (const callback of this.#listeners[name]) callback(event);
  }

  #where(): string {
    return `${this.#at.address} port ${this.#at.port}`;
  }

  #absent(why: string): UpperTesterAbsent {
    return new UpperTesterAbsent(`no upper tester at ${this.#where()}: ${why}`);
  }

  #nonsense(why: string): UpperTesterNonsense {
    return new UpperTesterNonsense(`what answers at ${this.#where()} is not an upper tester: ${why}`);
  }
}
