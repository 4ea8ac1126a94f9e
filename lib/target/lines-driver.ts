import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ENDS_WITH_US, stop } from '../processes.ts';
import {
  type Delivered,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
  type OpenPorts,
  type OwnListener,
} from './driver.ts';

/** The application does not answer, or not as it should. */
export class LinesError extends Error {
  override name = 'LinesError';
}

/** Where lines go to and come from. */
export interface LinesChannel {
  readonly input: Writable;
  readonly output: Readable;
  close(): Promise<void>;
}

interface LinesDriverOptions {
  /** What it is called in reports. */
  readonly name: string;
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  /** Opens a channel to an application that has no connections. @throws Error */
  readonly open: () => Promise<LinesChannel>;
}

interface Pending {
  resolve(words: readonly string[]): void;
  reject(error: Error): void;
}

const ANSWERS_WITHIN_MS = 3000;
const FIRST_LISTENER_PORT = 7930;

/** Commands an application by lines. examples/targets/README.md has the protocol. */
export class LinesDriver implements Driver {
  readonly name: string;
  readonly seesAccepts = true;
  readonly #options: LinesDriverOptions;
  #channel: LinesChannel;
  #pending = new Map<number, Pending>();
  #nextRequest = 1;
  #nextPort = FIRST_LISTENER_PORT;
  readonly #listeners = new Map<string, Promise<OwnListener>>();
  readonly #accepted = new Map<number, Handle[]>();
  readonly #waiting = new Map<number, (handle: Handle | undefined) => void>();
  /** Of the running application: after a restart, the same numbers mean other connections. */
  #held = new Set<Handle>();
  /** How many octets its user had received when it was asked last. */
  readonly #received = new WeakMap<Handle, number>();
  #ports: OpenPorts | undefined;

  private constructor(options: LinesDriverOptions, channel: LinesChannel) {
    this.name = options.name;
    this.#options = options;
    this.#channel = channel;
    this.#listenTo(channel);
  }

  /** @throws LinesError when nothing answers */
  static async open(options: LinesDriverOptions): Promise<LinesDriver> {
    const driver = new LinesDriver(options, await options.open());
    try {
      await driver.#ask('ping');
    } catch (error) {
      await driver.dispose();
      throw error;
    }
    return driver;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    const key = `${family} ${kind}`;
    let listener = this.#listeners.get(key);
    if (!listener) {
      listener = this.listen(family, kind);
      this.#listeners.set(key, listener);
      listener.catch(() => this.#listeners.delete(key));
    }
    return (await listener).port;
  }

  async listen(family: 4 | 6, kind: ListenerKind, given?: number): Promise<OwnListener> {
    requirePlain(kind);
    const port = given ?? this.#nextPort;
    if (given === undefined) this.#nextPort += 1;
    return { port, socketId: await this.#number('listen', family, port) };
  }

  async closeListener({ socketId }: OwnListener): Promise<void> {
    await this.#ask('close', socketId).catch(() => {});
  }

  accepted(testerPort: number, timeout: number, former?: Handle): Promise<Handle | undefined> {
    const known = this.#accepted.get(testerPort)?.at(-1);
    if (known && known !== former) return Promise.resolve(known);
    return new Promise((resolve) => {
      const end = (handle: Handle | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(testerPort);
        resolve(handle);
      };
      const timer = setTimeout(() => end(undefined), Math.max(0, timeout));
      this.#waiting.set(testerPort, end);
    });
  }

  /** It may answer before it reads its connections, but reads before it answers again. */
  async userHasRead(): Promise<void> {
    await this.#ask('ping');
    await this.#ask('ping');
  }

  async connect(family: 4 | 6, testerPort: number, kind: ListenerKind): Promise<Handle> {
    requirePlain(kind);
    const address = this.#options.tester[family];
    if (!address) throw new NotCapable({ what: 'tester address', family });
    return this.#hold(await this.#number('connect', family, address, testerPort));
  }

  async send(handle: Handle, octets: number): Promise<void> {
    await this.#ask('send', this.#socketOf(handle), octets);
  }

  async shutdown(handle: Handle): Promise<void> {
    await this.#ask('shutdown', this.#socketOf(handle));
  }

  async close(handle: Handle): Promise<void> {
    await this.#end('close', handle);
  }

  async abort(handle: Handle): Promise<void> {
    await this.#end('abort', handle);
  }

  async delivered(handle: Handle): Promise<Delivered> {
    const count = await this.#number('receive', this.#socketOf(handle));
    const before = this.#received.get(handle) ?? 0;
    this.#received.set(handle, count);
    return { count: count - before, octets: new Uint8Array() };
  }

  async release(testerPort: number, handle: Handle | undefined): Promise<void> {
    this.#waiting.get(testerPort)?.(undefined);
    const all = new Set(this.#accepted.get(testerPort));
    this.#accepted.delete(testerPort);
    if (handle) all.add(handle);
    const left = [...all].filter((each) => this.#held.has(each));
    await Promise.all(left.map((each) => this.abort(each).catch(() => {})));
  }

  abortUnclaimed(ports: OpenPorts): void {
    this.#ports = ports;
    ports.onClosed((port) => void this.release(port, undefined));
  }

  alive(within: number): Promise<boolean> {
    return this.#askWithin(within, ['ping']).then(
      () => true,
      () => false,
    );
  }

  async renew(): Promise<void> {
    this.#fail(new LinesError('the application was restarted'));
    this.#listeners.clear();
    this.#accepted.clear();
    this.#held = new Set();
    for (const end of this.#waiting.values()) end(undefined);
    await this.#channel.close();
    this.#channel = await this.#options.open();
    this.#listenTo(this.#channel);
    await this.#ask('ping');
  }

  async dispose(): Promise<void> {
    this.#fail(new LinesError('the run is over'));
    await this.#channel.close();
  }

  async #end(how: 'close' | 'abort', handle: Handle): Promise<void> {
    const socketId = this.#socketOf(handle);
    this.#held.delete(handle);
    await this.#ask(how, socketId);
  }

  #hold(socketId: number): Handle {
    const handle = { socketId };
    this.#held.add(handle);
    return handle;
  }

  #socketOf(handle: Handle): number {
    if (!this.#held.has(handle)) throw new LinesError('the application has no such connection any more');
    return handle.socketId;
  }

  /** Asks for a number. @throws LinesError */
  async #number(verb: string, ...words: readonly (string | number)[]): Promise<number> {
    const [answer] = await this.#ask(verb, ...words);
    if (/^\d+$/.test(answer ?? '')) return Number(answer);
    throw new LinesError(`the application answered ${verb} with ok, and no number`);
  }

  /** @returns the words after `ok` @throws LinesError after `no`, or without an answer */
  #ask(...words: readonly (string | number)[]): Promise<readonly string[]> {
    return this.#askWithin(ANSWERS_WITHIN_MS, words);
  }

  #askWithin(milliseconds: number, words: readonly (string | number)[]): Promise<readonly string[]> {
    const number = this.#nextRequest;
    this.#nextRequest += 1;
    const request = [number, ...words].join(' ');
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#pending.delete(number);
      };
      const timer = setTimeout(() => {
        end();
        reject(new LinesError(`the application did not answer \`${request}\``));
      }, milliseconds);
      this.#pending.set(number, {
        resolve: ([first, ...rest]) => {
          end();
          if (first === 'ok') resolve(rest);
          else
            reject(
              new LinesError(`the application answered \`${request}\` with ${[first, ...rest].join(' ')}`),
            );
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
      this.#channel.input.write(`${request}\n`);
    });
  }

  #listenTo(channel: LinesChannel): void {
    channel.input.on('error', () => {}); // its end is told below
    createInterface(channel.output)
      .on('line', (line) => {
        if (channel === this.#channel) this.#take(line.trim().split(/\s+/));
      })
      .on('close', () => {
        if (channel === this.#channel) this.#fail(new LinesError('the application has ended'));
      });
  }

  /** Lines that are neither an answer nor an accept are the program's own affair. */
  #take([first = '', ...words]: readonly string[]): void {
    if (first !== 'accept') {
      this.#pending.get(Number(first))?.resolve(words);
      return;
    }
    const [, socketId, testerPort] = words.map(Number);
    if (socketId === undefined || testerPort === undefined) return;
    const handle = this.#hold(socketId);
    if (this.#ports && !this.#ports.isOpen(testerPort)) {
      void this.abort(handle).catch(() => {});
      return;
    }
    this.#accepted.set(testerPort, [...(this.#accepted.get(testerPort) ?? []), handle]);
    this.#waiting.get(testerPort)?.(handle);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
  }
}

function requirePlain(kind: ListenerKind): void {
  if (kind !== 'plain') throw new NotCapable({ what: 'kind of listener', listener: kind });
}

/** To a process by its standard input and output. */
export const channelOf = (child: ChildProcess, close: () => Promise<void>): LinesChannel => ({
  input: child.stdin as Writable,
  output: child.stdout as Readable,
  close,
});

/** To a shell command that is started for it. */
export async function channelToCommand(command: string): Promise<LinesChannel> {
  const [program, ...words] = [...ENDS_WITH_US, 'sh', '-c', command];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  await once(child, 'spawn');
  return channelOf(child, () => stop(child));
}

/** To a TCP port. @throws LinesError */
export async function channelToPort(host: string, port: number): Promise<LinesChannel> {
  const socket = connect({ host, port });
  await once(socket, 'connect').catch((error: Error) => {
    throw new LinesError(`no application takes lines at ${host} port ${port}: ${error.message}`);
  });
  return {
    input: socket,
    output: socket,
    async close() {
      socket.destroy();
    },
  };
}
