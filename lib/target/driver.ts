import type { ClosedBy } from '../catalogue/case.ts';
import type { Condition } from '../catalogue/conditions.ts';
import type { Mark, Setting, Tidings } from '../catalogue/scenario.ts';
import type { Origin, State } from '../standard/state.ts';
import type { Lack } from '../verdict/lack.ts';
import type { Peer } from '../verdict/middlebox-sign.ts';
import type { Ending } from '../verdict/reason.ts';
import type { DriverName } from '../verdict/target-facts.ts';

/**
 * `plain`: its user reads. `closing window`: a small receive buffer that nobody reads. `zero window`: no room from the first
 * segment on. `small window`: a small receive buffer that is read. `precedence`: its user asks for precedence 3. `raising
 * precedence`: its user lets the peer raise the precedence.
 */
export type ListenerKind =
  | 'plain'
  | 'closing window'
  | 'zero window'
  | 'small window'
  | 'precedence'
  | 'raising precedence';

/** The precedence that a `precedence` listener or connection asks for. */
export const ASKED_PRECEDENCE = 3;

/** A connection of the target. */
export interface Handle {
  readonly socketId: number;
}

/** What the user sets, in its order. */
export type Settings = readonly (readonly [setting: Setting | 'NAGLE', value: number])[];

/** Text that the user has received. */
export interface Delivered {
  /** How many octets. */
  readonly count: number;
  /** The last of them: those that came before anybody asked were only counted. */
  readonly octets: Uint8Array;
}

/** A listener on a port that no other case uses. */
export interface OwnListener {
  readonly port: number;
  readonly socketId: number;
}

/** The state that a connection should reach, and what happens there. A driver chooses an application by it. */
export interface Destination {
  readonly family: 4 | 6;
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly closedBy?: ClosedBy | undefined;
  readonly conditions?: readonly Condition[];
  /** The target's user sends before the stimulus. */
  readonly aged?: boolean;
  readonly smallWindow?: boolean;
  /** The target's user must not read. */
  readonly unread?: boolean;
  /** The states in which the stimulus may leave the target. */
  readonly outcomes?: readonly State[];
}

/** How an application of the target behaves that takes no commands. */
export interface AppBehaviour {
  /** Where it listens; absent: it connects to the tester. */
  readonly port?: number;
  /** The tester's port that it connects to, if the tester cannot choose. */
  readonly testerPort?: number;
  /** How long until its SYN, in milliseconds. */
  readonly within?: number;
  /** It sends text as soon as a connection is established. */
  readonly greets?: boolean;
  /** It closes by itself, after this text if there is one; absent: on command. */
  readonly closes?: { readonly upon?: string };
  /** Text that it accepts without an answer; absent: any. */
  readonly filler?: string;
}

/** The driver or the target cannot do what a case needs. That is no deviation: there is no verdict. */
export class NotCapable extends Error {
  override name = 'NotCapable';
  readonly lack: Lack;

  constructor(lack: Lack) {
    super(lack.what);
    this.lack = lack;
  }
}

/** The tester's ports that belong to a connection of the run. */
export interface OpenPorts {
  isOpen(port: number): boolean;
  onClosed(handler: (port: number) => void): void;
}

/** Drives the application on the target: its user calls reach every state but CLOSED and LISTEN. */
export interface Driver extends DriverName {
  /**
   * How the application gets to the destination by itself; undefined when the driver commands it. May wait until an
   * application is free (see `release`). Only drivers that cannot always command the application have it.
   *
   * @throws NotCapable
   */
  behaviour?(destination: Destination): Promise<AppBehaviour | undefined>;
  /** The port of a listener, opened on first use. @param testerPort of the connection, if known @throws NotCapable */
  listener(family: 4 | 6, kind: ListenerKind, testerPort?: number): Promise<number>;
  /**
   * The accepted connection of a port of the tester; undefined after `timeout` milliseconds, or if accepts are not reported.
   *
   * @param former of an earlier connection of that port: another one is asked for
   */
  accepted(testerPort: number, timeout: number, former?: Handle): Promise<Handle | undefined>;
  /** Calls back with the other end of each connection that is accepted, as the user was told. @returns ends the callbacks */
  watchAccepts?(tell: (peer: Peer) => void): () => void;
  /** Whether `accepted` proves that a connection was established. */
  readonly seesAccepts: boolean;
  /** The tester's ports that the target calls by itself. No other case may use them, and the kernel must not answer on them. */
  readonly testerPorts?: readonly number[];
  /** A refused target calls again at once. */
  readonly callsAtOnce?: boolean;
  /** Resolves when the user has read all acknowledged text and FINs: unread text can change how a stack judges a segment. */
  userHasRead?(): Promise<void>;
  /** Active OPEN to a port of the tester. @throws NotCapable */
  connect(family: 4 | 6, testerPort: number, kind: ListenerKind, wishes?: Settings): Promise<Handle>;
  /** Active OPEN of a connection that is there. @returns the answer: `connection already exists`, or another @throws NotCapable */
  connectAgain?(handle: Handle, family: 4 | 6, testerPort: number): Promise<string>;
  /** Active OPEN to a multicast address, which its TCP has to refuse. @returns undefined when it did @throws NotCapable */
  connectToMulticast?(family: 4 | 6, address: string, port: number): Promise<Handle | undefined>;
  /** SEND. @throws NotCapable */
  send(handle: Handle, octets: number): Promise<void>;
  /** The same, pushed or urgent up to its last octet. @throws NotCapable */
  sendMarked?(handle: Handle, octets: number, mark: Mark): Promise<void>;
  /** Sets something for the segments to come. @throws NotCapable */
  set?(handle: Handle, setting: Setting | 'NAGLE', value: number): Promise<void>;
  /** What the user was told since the connection began, and of what it could be told. @throws NotCapable */
  told?(handle: Handle): Promise<{ readonly told: readonly Tidings[]; readonly known: readonly Tidings[] }>;
  /** Half close: FIN, and the user goes on receiving. @throws NotCapable */
  shutdown(handle: Handle): Promise<void>;
  /** CLOSE, both ways. @throws NotCapable */
  close(handle: Handle): Promise<void>;
  /** ABORT. @throws NotCapable */
  abort(handle: Handle): Promise<void>;
  /** Its abort is none where nothing is unacknowledged: enough to end a connection, but not ABORT of RFC 9293 section 3.9.1.6. */
  readonly cannotAbort?: boolean;
  /** Starts or stops to RECEIVE. @throws NotCapable */
  receive?(handle: Handle, on: boolean): Promise<void>;
  /** What the user has received since the last call. @throws NotCapable */
  delivered?(handle: Handle): Promise<Delivered>;
  /**
   * Passive OPEN on a port that no other case uses, or on this one.
   *
   * @param most how many connections the user takes; all when absent
   * @throws NotCapable
   */
  listen?(family: 4 | 6, kind: ListenerKind, port?: number, most?: number): Promise<OwnListener>;
  /** CLOSE of such a listener, if it is still open. */
  closeListener?(listener: OwnListener): Promise<void>;
  /** Ends all connections of the target with that port of the tester. Never throws. */
  release(testerPort: number, handle: Handle | undefined): Promise<void>;
  /** From now on, connections accepted from ports that are not open are aborted, and those of a port when it is closed. */
  abortUnclaimed?(ports: OpenPorts): void;
  /** Whether the upper tester answers within so many milliseconds. Waits for no other request. */
  alive?(within: number): Promise<boolean>;
  /** How often the target was restarted, if known. It then has no connections. */
  readonly restarts?: number;
  /** How it ended before the last restart, if known. */
  readonly lastEnding?: Ending | undefined;
  /** When, by `performance.now()`. */
  readonly lastEndedAt?: number | undefined;
  /** Starts again with a restarted target: pending requests fail, listeners and connections are gone. @throws Error without an answer */
  renew?(): Promise<void>;
  dispose(): Promise<void>;
}

export const nameOf = ({ name, address }: DriverName): DriverName =>
  address === undefined ? { name } : { name, address };

/** The driver with some members replaced. */
export const withMembers = (driver: Driver, members: Partial<Driver>): Driver =>
  new Proxy(driver, {
    get(inner, name) {
      if (name in members) return Reflect.get(members, name);
      const member: unknown = Reflect.get(inner, name, inner);
      // Bound to the driver, which has the private members.
      return typeof member === 'function' ? member.bind(inner) : member;
    },
  });
