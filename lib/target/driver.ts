/** What a listener of the target's has to be like. */
export const LISTENER_KINDS = [
  'plain',
  'closing window',
  'zero window',
  'small window',
  'precedence',
] as const;

/**
 * `plain`: reads what arrives. `closing window`: a small receive buffer that nobody reads. `zero window`: no room from
 * the very first segment. `small window`: a small receive buffer that is read. `precedence`: its user asks for precedence 3.
 */
export type ListenerKind = (typeof LISTENER_KINDS)[number];

/** The precedence that a `precedence` listener or connection asks for. */
export const ASKED_PRECEDENCE = 3;

/** One connection, as the driver knows it. */
export interface Handle {
  readonly socketId: number;
}

/** The driver, or the target, cannot do what a case needs: no fault of anybody's, and no verdict. */
export class NotCapable extends Error {
  override name = 'NotCapable';
}

/** How the target's user is moved: every state but CLOSED and LISTEN takes calls of the target's user. */
export interface Driver {
  /** For people: `upper tester at 192.0.2.2:10793`. */
  readonly name: string;
  /** The port of a listener of that kind, opened on first use. @throws NotCapable */
  listener(family: 4 | 6, kind: ListenerKind): Promise<number>;
  /**
   * The connection that a listener has accepted from a port of the tester's; undefined when none was within `timeout`
   * milliseconds, or the driver is not told.
   */
  accepted(testerPort: number, timeout: number): Promise<Handle | undefined>;
  /** Whether `accepted` is answered by the target. Without, only the wire tells that a connection was established. */
  readonly seesAccepts: boolean;
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
  /**
   * Gives free what the target still holds of the connection with that port of the tester's, also when it was accepted
   * without anyone asking; never throws.
   */
  release(testerPort: number, handle: Handle | undefined): Promise<void>;
  dispose(): Promise<void>;
}
