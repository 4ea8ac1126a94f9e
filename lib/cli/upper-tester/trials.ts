import type { Accepted, TestabilityClient } from '../../target/testability/client.ts';
import { UpperTesterAbsent } from '../../target/testability/exchange.ts';
import { awaitCall, bounded, Peer, until } from './peer.ts';

/** The test of a primitive or of one of its parameters. Without `fault`, it passed. */
export interface Trial {
  readonly name: string;
  readonly what: string;
  readonly fault?: string;
  /** The suite works without it, and reports what it cannot test. */
  readonly optional: boolean;
}

export interface Place {
  readonly family: 4 | 6;
  readonly target: string;
  readonly tester: string;
}

const WITHIN = 2000;
// Below every system's ephemeral ports, above the driver's ports.
const FIRST_PORT = 8930;
const SMALL = 1024;
const PRECEDENCE = 3 << 5;

/** Tries every primitive that the suite uses, with connections of this machine's own TCP. */
export class Trials {
  readonly done: Trial[] = [];
  readonly #client: TestabilityClient;
  #port = FIRST_PORT;

  constructor(client: TestabilityClient) {
    this.#client = client;
  }

  async general(): Promise<void> {
    const client = this.#client;
    await this.#try('GET_VERSION', 'it says which version of the protocol it speaks', async () => {
      await client.getVersion();
    });
    await this.#try('START_TEST', 'it aborts all sockets', () => client.startTest());
    await this.#try(
      'CAPABILITIES',
      'it says what it can do beyond the standard',
      async () => {
        const { maxSockets } = await client.capabilities();
        if (maxSockets === null) throw new Error('it does not tell');
      },
      true,
    );
  }

  async over({ family, target, tester }: Place): Promise<void> {
    const client = this.#client;
    const over = `IPv${family}: `;
    const accepted: Accepted[] = [];
    const ignore = client.onAccepted((event) => accepted.push(event));
    const listen = async (): Promise<number> => {
      const port = this.#nextPort();
      await client.listenAndAccept(await client.createAndBind({ family, port }));
      return port;
    };
    const connected = async (): Promise<{ peer: Peer; socketId: number }> => {
      const before = accepted.length;
      const peer = await Peer.connect(target, await listen(), WITHIN);
      await until(() => accepted.length > before, WITHIN, 'no event reported the accepted connection');
      return { peer, socketId: accepted.at(-1)?.socketId ?? 0 };
    };
    const onConnection = (
      name: string,
      what: string,
      action: (peer: Peer, socketId: number) => Promise<void>,
      optional = false,
    ): Promise<void> =>
      this.#try(
        name,
        over + what,
        async () => {
          const { peer, socketId } = await connected();
          try {
            await action(peer, socketId);
          } finally {
            peer.close();
            await client.abort(socketId).catch(() => undefined);
          }
        },
        optional,
      );

    await this.#try('CREATE_AND_BIND', `${over}it makes a socket`, async () => {
      await client.abort(await client.createAndBind({ family, port: this.#nextPort() }));
    });
    await onConnection('LISTEN_AND_ACCEPT', 'it accepts a connection and reports it', async () => {});
    await onConnection('SEND_DATA', 'its user sends text', async (peer, socketId) => {
      await client.sendData(socketId, { data: 'segment', total: 100 });
      await until(() => peer.received === 100, WITHIN, `${peer.received} of 100 octets arrived`);
    });
    await onConnection('SHUTDOWN', 'its user closes the sending direction: a FIN', async (peer, socketId) => {
      await client.shutdown(socketId, 'tx');
      await until(() => peer.ended, WITHIN, 'no FIN arrived');
    });
    await onConnection('CLOSE_SOCKET', 'its user closes: a FIN', async (peer, socketId) => {
      await client.close(socketId);
      await until(() => peer.ended, WITHIN, 'no FIN arrived');
    });
    await onConnection(
      'CLOSE_SOCKET, abort',
      'its user aborts: a reset',
      async (peer, socketId) => {
        await client.abort(socketId);
        await until(() => peer.reset || peer.ended, WITHIN, 'no reset arrived');
        if (!peer.reset) throw new Error('a FIN arrived, not a reset');
      },
      // Only for cleaning up; the tester resets connections as well.
      true,
    );
    await onConnection(
      'RECEIVE_AND_FORWARD',
      'it reports the text that arrived',
      async (peer, socketId) => {
        peer.socket.write('segment arrives');
        let octets = 0;
        const deadline = performance.now() + WITHIN;
        while (octets === 0 && performance.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          octets = await client.receiveAndForward(socketId);
        }
        if (octets !== 15) throw new Error(`it says ${octets} octets, not 15`);
      },
      true,
    );
    await this.#try('CONNECT', `${over}its user opens a connection to the tester`, async () => {
      const { port, call, close } = await awaitCall(tester);
      const socketId = await client.createAndBind({ family });
      try {
        await client.connect(socketId, tester, port);
        (await bounded(call, WITHIN, 'no connection arrived')).close();
      } finally {
        close();
        await client.abort(socketId).catch(() => undefined);
      }
    });
    await this.#configurations(family, over);
    ignore();
  }

  async #configurations(family: 4 | 6, over: string): Promise<void> {
    const client = this.#client;
    const onSocket = (
      name: string,
      what: string,
      action: (socketId: number) => Promise<void>,
    ): Promise<void> =>
      this.#try(
        name,
        over + what,
        async () => {
          const socketId = await client.createAndBind({ family, port: this.#nextPort() });
          await action(socketId).finally(() => client.abort(socketId).catch(() => undefined));
        },
        true,
      );
    await onSocket('receive buffer', 'a small receive buffer', (id) => client.setReceiveBuffer(id, SMALL));
    await onSocket('reading', 'its user stops reading', (id) => client.setReading(id, false));
    if (family === 4)
      await onSocket('TOS', 'its user asks for a precedence', (id) => client.setTos(id, PRECEDENCE));
    await this.#try(
      'zero window',
      `${over}a zero window from the first segment`,
      async () => {
        await client.abort(await client.createAndBindZeroWindow({ family, port: this.#nextPort() }));
      },
      true,
    );
  }

  async #try(name: string, what: string, action: () => Promise<void>, optional = false): Promise<void> {
    try {
      await action();
      this.done.push({ name, what, optional });
    } catch (error) {
      // When the first trial fails, there is no upper tester.
      if (this.done.length === 0 && !optional) throw error;
      const silent = error instanceof UpperTesterAbsent;
      const fault = silent ? 'it does not answer' : (error as Error).message;
      this.done.push({ name, what, optional, fault });
    }
  }

  #nextPort(): number {
    this.#port += 1;
    return this.#port;
  }
}
