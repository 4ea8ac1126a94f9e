import type { ClosedBy } from '../catalogue/case.ts';
import type { Condition } from '../catalogue/conditions.ts';
import type { Origin, State } from '../standard/state.ts';
import type { DriverName } from '../verdict/target-facts.ts';
import type { Ending } from '../verdict/reason.ts';

/** What a listener of the target's has to be like. */
export const LISTENER_KINDS = [
  'plain',
  'closing window',
  'zero window',
  'small window',
  'precedence',
  'raising precedence',
] as const;

/**
 * `plain`: reads what arrives. `closing window`: a small receive buffer that nobody reads. `zero window`: no room from
 * the very first segment. `small window`: a small receive buffer that is read. `precedence`: its user asks for precedence 3.
 * `raising precedence`: its user lets the peer raise it.
 */
export type ListenerKind = (typeof LISTENER_KINDS)[number];

/** The precedence that a `precedence` listener or connection asks for. */
export const ASKED_PRECEDENCE = 3;

/** One connection, as the driver knows it. */
export interface Handle {
  readonly socketId: number;
}

/** A port with a listener of its own, which nobody else uses. */
export interface OwnListener {
  readonly port: number;
  readonly socketId: number;
}

/** Where a connection is to get to, and what is to happen there: by this a driver chooses among applications. */
export interface Destination {
  readonly family: 4 | 6;
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly closedBy?: ClosedBy | undefined;
  readonly conditions?: readonly Condition[];
  /** The target's user has to send before the stimulus. */
  readonly aged?: boolean;
  readonly smallWindow?: boolean;
  /** The target's user must not take what arrives. */
  readonly unread?: boolean;
  /** The states in which the stimulus may leave the target. */
  readonly outcomes?: readonly State[];
}

/** How the target's application behaves by itself, where nobody tells it what to do. */
export interface AppBehaviour {
  /** Where it takes connections; absent: it opens them, to the tester. */
  readonly port?: number;
  /** The tester's port that it connects to, where the tester cannot choose. */
  readonly testerPort?: number;
  /** How long it may take until its SYN comes, in milliseconds. */
  readonly within?: number;
  /** It sends text as soon as a connection is established. */
  readonly greets?: boolean;
  /** It closes by itself, after this text if there is any; absent: its user is told to. */
  readonly closes?: { readonly upon?: string };
  /** Text that it takes without an answer, over and over; the tester's own when absent. */
  readonly filler?: string;
}

/** The driver or the target cannot do what a case needs. That is no fault, and gives no verdict. */
export class NotCapable extends Error {
  override name = 'NotCapable';
}

/** Which of the tester's ports belong to a connection of the run. */
export interface OpenPorts {
  isOpen(port: number): boolean;
  /** @param handler told of each port when it is closed */
  onClosed(handler: (port: number) => void): void;
}

/** Makes the user calls on the target: every state but CLOSED and LISTEN takes calls of the target's user. */
export interface Driver extends DriverName {
  /**
   * How an application on the target behaves that reaches the destination by itself. It may have to wait until an application
   * is free; `release` frees it. Only drivers have it that cannot command the application, or not always. Undefined: the
   * driver commands the application.
   *
   * @throws NotCapable
   */
  behaviour?(destination: Destination): Promise<AppBehaviour | undefined>;
  /**
   * The port of a listener of that kind, opened on first use.
   *
   * @param testerPort whose connection it is for, where one is known
   * @throws NotCapable
   */
  listener(family: 4 | 6, kind: ListenerKind, testerPort?: number): Promise<number>;
  /**
   * The connection that a listener has accepted from a port of the tester's; undefined when none was within `timeout`
   * milliseconds, or the driver is not told.
   */
  accepted(testerPort: number, timeout: number): Promise<Handle | undefined>;
  /**
   * Whether `accepted` tells that a connection was established. Without, only the wire tells; `accepted` may still know
   * a handle.
   */
  readonly seesAccepts: boolean;
  /** Ports of the tester's that the target calls by itself: nobody else may have them, nor answer on them. */
  readonly testerPorts?: readonly number[];
  /** It calls again at once when a call of its is refused, and is not kept from anything by that. */
  readonly callsAtOnce?: boolean;
  /**
   * Returns when the target's user has taken all text and every FIN that the target has acknowledged so far: what lies in
   * a receive queue can change how a stack judges the next segment. Absent where nobody can tell.
   */
  settle?(): Promise<void>;
  /** Makes the target open a connection to a port of the tester's. @throws NotCapable */
  connect(family: 4 | 6, testerPort: number, kind: ListenerKind): Promise<Handle>;
  /** Makes the target's user send so many octets. @throws NotCapable */
  send(handle: Handle, octets: number): Promise<void>;
  /** Half close: the target sends its FIN and goes on receiving. @throws NotCapable */
  shutdown(handle: Handle): Promise<void>;
  /** The user is done with the connection both ways. @throws NotCapable */
  close(handle: Handle): Promise<void>;
  /** RFC 793 ABORT. @throws NotCapable */
  abort(handle: Handle): Promise<void>;
  /** RECEIVE of all that arrives, or no more of it. Absent where nobody can tell the user. @throws NotCapable */
  receive?(handle: Handle, on: boolean): Promise<void>;
  /** How many octets of text the user was given since the last such call. Absent where nobody can tell. @throws NotCapable */
  delivered?(handle: Handle): Promise<number>;
  /** A passive OPEN on a port that nobody else uses; absent where nobody can tell the user. @throws NotCapable */
  listen?(family: 4 | 6, kind: ListenerKind): Promise<OwnListener>;
  /** CLOSE of such a listener; once it is closed, nothing happens. */
  closeListener?(listener: OwnListener): Promise<void>;
  /**
   * Gives free what the target still holds of the connection with that port of the tester's, also when it was accepted
   * without anyone asking; never throws.
   */
  release(testerPort: number, handle: Handle | undefined): Promise<void>;
  /**
   * Tells which ports of the tester's are open. From then on a connection accepted from any other port is aborted at once,
   * and what is left of those of a port when that is closed. Absent where the driver is not told of connections that nobody
   * waits for.
   */
  abortUnclaimed?(ports: OpenPorts): void;
  /**
   * Whether what moves the target's user answers, asked beside all requests that wait; only of drivers that can tell.
   *
   * @param within in milliseconds
   */
  alive?(within: number): Promise<boolean>;
  /** How often the target was started again, where that is known: it has forgotten all connections of before. */
  readonly restarts?: number;
  /** How it ended before the last of them, where that is known. */
  readonly lastEnding?: Ending | undefined;
  /**
   * Begins anew with a target that was restarted: requests that wait fail, listeners and connections are forgotten.
   *
   * @throws Error when nothing answers; what is asked from then on fails at once.
   */
  renew?(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a report says of a driver. */
export const nameOf = ({ name, address }: DriverName): DriverName =>
  address === undefined ? { name } : { name, address };
