import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';

/** The tester's end of a connection, by this machine's own TCP. */
export class Peer {
  readonly socket: Socket;
  received = 0;
  ended = false;
  reset = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (text: Buffer) => {
      this.received += text.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', () => {
      this.reset = true;
    });
  }

  /** @throws when nobody accepts */
  static async connect(address: string, port: number, within: number): Promise<Peer> {
    const socket = dial({ host: address, port, allowHalfOpen: true });
    const peer = new Peer(socket);
    await bounded(once(socket, 'connect'), within, 'the connection was not accepted');
    return peer;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Listens for one connection that the target opens. */
export async function awaitCall(
  address: string,
): Promise<{ port: number; call: Promise<Peer>; close(): void }> {
  const server = createServer({ allowHalfOpen: true });
  const call = once(server, 'connection').then(([socket]) => new Peer(socket as Socket));
  call.catch(() => {});
  server.listen({ port: 0, host: address });
  await once(server, 'listening');
  const port = (server.address() as { port: number }).port;
  return { port, call, close: () => server.close() };
}

/** @throws Error with the message after `within` ms */
export function bounded<T>(promise: Promise<T>, within: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), within);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits until a condition holds. @throws Error with the message after `within` ms */
export async function until(condition: () => boolean, within: number, message: string): Promise<void> {
  const deadline = performance.now() + within;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
