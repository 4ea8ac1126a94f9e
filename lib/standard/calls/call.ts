import type { State } from '../state.ts';

/** Reasons of the system to refuse a call, besides those in the TCB. */
interface Hindrance {
  /** The user has no access to this connection, or to this local socket. */
  readonly noAccess?: true;
  /** There is no room for the connection, or to queue what the call asks for. */
  readonly noRoom?: true;
}

export interface Open extends Hindrance {
  readonly name: 'OPEN';
  readonly mode: 'active' | 'passive';
  /** `invalid`: a broadcast or multicast address. */
  readonly remote: 'specified' | 'unspecified' | 'invalid';
  /** As in the TCB: 0 is none. */
  readonly security?: number;
  /** 0...7. */
  readonly precedence?: number;
  /** In milliseconds. */
  readonly userTimeout?: number;
  /** The parts that this user may not ask for. */
  readonly notAllowed?: 'security' | 'precedence';
}

export interface Send extends Hindrance {
  readonly name: 'SEND';
  /** At least 1. */
  readonly octets: number;
  /** Absent when the interface has no such flag. Each SEND then counts as pushed (RFC 9293 section 3.9.1.2). */
  readonly push?: boolean;
  readonly urgent?: true;
  /** Changes the user timeout of the connection, in milliseconds (RFC 793 page 56). */
  readonly userTimeout?: number;
}

export interface Receive extends Hindrance {
  readonly name: 'RECEIVE';
  /** The size of the buffer, at least 1. */
  readonly octets: number;
}

export interface PlainCall<Name extends string> extends Hindrance {
  readonly name: Name;
}

export interface Close extends PlainCall<'CLOSE'> {
  /** Whether the user goes on to receive; absent where its interface does not say (RFC 1122 section 4.2.2.13). */
  readonly goesOn?: boolean;
}
export type Abort = PlainCall<'ABORT'>;
export type Status = PlainCall<'STATUS'>;

/** A call of the user (RFC 9293 section 3.9.1, RFC 793 section 3.8). */
export type Call = Open | Send | Receive | Close | Abort | Status;

/** The errors in the words of RFC 793 and RFC 9293, which have none for an invalid remote address. */
export const CALL_ERRORS = [
  'connection illegal for this process',
  'connection does not exist',
  'connection not open',
  'connection already exists',
  'connection closing',
  'closing',
  'connection reset',
  'connection refused',
  'connection aborted due to user timeout',
  'insufficient resources',
  'foreign socket unspecified',
  'remote socket unspecified',
  'precedence not allowed',
  'Diffserv value not allowed',
  'security/compartment not allowed',
  'invalid remote address',
] as const;

export type CallError = (typeof CALL_ERRORS)[number];

/** What the user is told: by the return of the call, by the response to a call that waits, or by a signal. */
export type Told =
  | { readonly to: 'caller'; readonly says: 'ok' | CallError }
  | { readonly to: 'caller'; readonly says: 'state'; readonly state: State }
  | { readonly to: 'SENDs' | 'RECEIVEs'; readonly says: CallError }
  | {
      readonly to: 'user';
      readonly says: 'urgent data' | 'excessive retransmissions' | 'user timeout' | 'soft error' | CallError;
    };
