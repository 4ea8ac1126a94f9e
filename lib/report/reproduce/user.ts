import { type Demands, demandsOf } from '../../catalogue/conditions.ts';
import type { ReportCase } from '../run.ts';

/** What the target's user does, as packetdrill's system calls: derived from what the target was seen to send. */
export class UserCalls {
  readonly #result: ReportCase;
  readonly #active: boolean;
  readonly #demands: Demands;
  #accepted = false;
  #closed = false;

  constructor(result: ReportCase, active: boolean) {
    this.#result = result;
    this.#active = active;
    this.#demands = demandsOf(result.conditions);
  }

  /** Before the first segment. */
  begin(): string[] {
    const { state, records } = this.#result;
    if (this.#active) {
      return [
        'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
        ...this.#buffer(),
        'fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)',
        'fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0',
        'connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)',
      ];
    }
    const neverOpened = state === 'CLOSED' && !records.some(({ role }) => role === 'setup');
    if (neverOpened) return [];
    return [
      'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0',
      ...this.#buffer(),
      'bind(3, ..., ...) = 0',
      'listen(3, 1) = 0',
    ];
  }

  accept(): string[] {
    if (this.#active || this.#accepted) return [];
    this.#accepted = true;
    return ['accept(3, ..., ...) = 4'];
  }

  /** What makes the target send its FIN. */
  close(): string[] {
    const { state } = this.#result;
    const whole = this.#demands.user.closed || state === 'CLOSED';
    this.#closed = whole;
    return [
      ...this.accept(),
      whole ? `close(${this.#socket}) = 0` : `shutdown(${this.#socket}, SHUT_WR) = 0`,
    ];
  }

  send(octets: number): string[] {
    return [...this.accept(), `write(${this.#socket}, ..., ${octets}) = ${octets}`];
  }

  /** The text that the user takes; nothing where the window has to close. */
  read(octets: number): string[] {
    return this.#takes ? [...this.accept(), `read(${this.#socket}, ..., ${octets}) = ${octets}`] : [];
  }

  /** The user learns that the peer has closed. Until then Linux counts the FIN as unread, and judges otherwise. */
  readEnd(): string[] {
    return this.#takes && !this.#closed ? [...this.accept(), `read(${this.#socket}, ..., 1) = 0`] : [];
  }

  get #takes(): boolean {
    return this.#demands.user.receives !== false;
  }

  get #socket(): number {
    return this.#active ? 3 : 4;
  }

  #buffer(): string[] {
    return this.#demands.window === 'zero' ? ['setsockopt(3, SOL_SOCKET, SO_RCVBUF, [1024], 4) = 0'] : [];
  }
}
