import type { Trial } from './trials.ts';

const ACCEPTS = ['CREATE_AND_BIND', 'LISTEN_AND_ACCEPT'];

/** What each state takes of the target's user, in the order of the RFC. */
const NEEDS: readonly { readonly state: string; readonly primitives: readonly string[] }[] = [
  { state: 'CLOSED', primitives: [] },
  { state: 'CLOSED, after a connection', primitives: ['CREATE_AND_BIND', 'CONNECT', 'CLOSE_SOCKET'] },
  { state: 'LISTEN', primitives: ACCEPTS },
  { state: 'SYN-SENT', primitives: ['CREATE_AND_BIND', 'CONNECT'] },
  { state: 'SYN-RECEIVED (passive)', primitives: ACCEPTS },
  { state: 'SYN-RECEIVED (active)', primitives: ['CREATE_AND_BIND', 'CONNECT'] },
  { state: 'ESTABLISHED', primitives: ACCEPTS },
  { state: 'FIN-WAIT-1', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'FIN-WAIT-2', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'CLOSE-WAIT', primitives: ACCEPTS },
  { state: 'CLOSING', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'LAST-ACK', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'TIME-WAIT', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'closed, not shut down', primitives: [...ACCEPTS, 'CLOSE_SOCKET'] },
  { state: 'text in flight', primitives: [...ACCEPTS, 'SEND_DATA'] },
  { state: 'zero receive window', primitives: [...ACCEPTS, 'receive buffer', 'reading'] },
  { state: 'zero receive window, in SYN-RECEIVED', primitives: [...ACCEPTS, 'zero window'] },
  { state: 'precedence of the connection', primitives: [...ACCEPTS, 'TOS'] },
];

export interface Reachable {
  readonly state: string;
  /** The primitives that fail and that it would take; none means that the state can be reached. */
  readonly lacks: readonly string[];
}

/** Which states the trials leave within reach. */
export function reachableStates(trials: readonly Trial[]): Reachable[] {
  const failed = new Set(trials.filter(({ fault }) => fault !== undefined).map(({ name }) => name));
  return NEEDS.map(({ state, primitives }) => ({
    state,
    lacks: primitives.filter((primitive) => failed.has(primitive)),
  }));
}
