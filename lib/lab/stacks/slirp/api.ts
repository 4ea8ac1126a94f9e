import { once } from 'node:events';
import { connect } from 'node:net';

/** The requests that slirp4netns takes on its UNIX socket: one to a connection, in JSON. */
export class SlirpApi {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Connections to a port of the host's loopback address become connections to the guest. @returns its id */
  async forward(hostPort: number, guest: { address: string; port: number }): Promise<number> {
    const { id } = await this.#request<{ id: number }>('add_hostfwd', {
      proto: 'tcp',
      host_addr: '127.0.0.1',
      host_port: hostPort,
      guest_addr: guest.address,
      guest_port: guest.port,
    });
    return id;
  }

  async unforward(id: number): Promise<void> {
    await this.#request('remove_hostfwd', { id });
  }

  /** One after the other: its queue of connections has room for one. */
  #request<Answer>(execute: string, args: object): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask<Answer>(execute, args));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask<Answer>(execute: string, args: object): Promise<Answer> {
    const socket = connect({ path: this.#path, allowHalfOpen: true });
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.end(JSON.stringify({ execute, arguments: args }));
    await once(socket, 'end');
    const answer = JSON.parse(text) as { return?: Answer; error?: { desc: string } };
    if (answer.error) throw new Error(`slirp4netns: ${execute}: ${answer.error.desc}`);
    return answer.return as Answer;
  }
}
