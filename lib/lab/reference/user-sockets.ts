import { STATES } from '../../standard/state.ts';
import { ANY_PORT } from '../../target/testability/message.ts';
import type { Family } from '../../wire/index.ts';
import type { Connection } from './connection.ts';
import type { Wishes } from './surroundings.ts';

/** What the upper tester's user holds: a socket in one of its lives. */
export interface UserSocket {
  readonly family: Family;
  readonly port: number;
  wishes: Wishes;
  connection?: Connection;
  endListening?: () => void;
  /** Those that its user has not taken. */
  readonly pending: Connection[];
}

// As large as the window field allows without scaling.
const BUFFER = 65_535;
const LARGEST_ID = 0xffff;
const DEFAULTS: Wishes = { buffer: BUFFER, reading: true, precedence: 0, mayRaisePrecedence: false };

/** The sockets by their numbers, which are not used again before all were. */
export class UserSockets {
  readonly #sockets = new Map<number, UserSocket>();
  #last = 0;
  readonly room: number;

  /** @param room how many there can be */
  constructor(room = LARGEST_ID) {
    this.room = room;
  }

  get isFull(): boolean {
    return this.#sockets.size >= this.room;
  }

  create(family: Family, port: number, wishes: Partial<Wishes>): number {
    return this.#add({
      family,
      port: port === ANY_PORT ? 0 : port,
      wishes: { ...DEFAULTS, ...wishes },
      pending: [],
    });
  }

  adopt({ family, port, wishes }: UserSocket, connection: Connection): number {
    return this.#add({ family, port, wishes, connection, pending: [] });
  }

  get(id: number): UserSocket | undefined {
    return this.#sockets.get(id);
  }

  /** @returns false when there is no such socket */
  close(id: number, abort: boolean): boolean {
    const socket = this.#sockets.get(id);
    if (!socket) return false;
    this.#sockets.delete(id);
    const { connection } = socket;
    socket.endListening?.();
    for (const one of socket.pending) if (!one.isClosed) one.abort();
    if (connection && !connection.isClosed) {
      if (abort) connection.abort();
      else connection.close();
    }
    return true;
  }

  clear(): void {
    for (const id of [...this.#sockets.keys()]) this.close(id, true);
  }

  /** The state's place in the RFC's list, CLOSED being 0. */
  static stateOf({ connection, endListening }: UserSocket): number {
    return STATES.indexOf(connection?.tcb.state ?? (endListening ? 'LISTEN' : 'CLOSED'));
  }

  #add(socket: UserSocket): number {
    do this.#last = (this.#last % LARGEST_ID) + 1;
    while (this.#sockets.has(this.#last));
    this.#sockets.set(this.#last, socket);
    return this.#last;
  }
}
