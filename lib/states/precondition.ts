import type { ClosedBy } from '../catalogue/case.ts';
import { type Condition, demandsOf } from '../catalogue/conditions.ts';
import type { Origin, State } from '../standard/state.ts';
import { type Handle, type ListenerKind, NotCapable, type OwnListener } from '../target/driver.ts';
import type { Connection } from './connection.ts';

/** What a case needs to be true before its stimulus. */
export interface Precondition {
  readonly family: 4 | 6;
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly closedBy?: ClosedBy | undefined;
  readonly conditions?: readonly Condition[];
  /** The tester's sequence number that the target is to expect next. */
  readonly rcvNxt: number;
  /** The stimulus speaks of acknowledgments that are older than the connection's first octets would allow. */
  readonly aged?: boolean;
  /** The stimulus fills the target's window with one segment. */
  readonly smallWindow?: boolean;
  /** The target's user calls no RECEIVE, though no condition asks for that. */
  readonly unread?: boolean;
  /** The port's listener is to be closed: it must be nobody else's. */
  readonly ownListener?: boolean;
  /** The states in which the stimulus may leave the target. */
  readonly outcomes?: readonly State[];
}

/** A state that was reached. */
export interface Reached {
  readonly connection: Connection;
  /** How to move the target's user; none where there is no connection of its. */
  readonly handle?: Handle | undefined;
  /** The listener that only this connection has. */
  readonly listener?: OwnListener;
  /** A LISTEN on the target's port outlives the connection. */
  readonly listening: boolean;
  /** The target's application sends text by itself as soon as the connection is established. */
  readonly greets?: boolean;
  /** The target's application goes its own way: nobody tells it what to do next. */
  readonly byItself?: boolean;
  /** How many segments had to be sent again. */
  readonly sentAgain?: number;
}

/** @throws NotCapable where nobody tells the user what to do */
export function userOf({ handle }: Reached): Handle {
  if (handle) return handle;
  throw new NotCapable("what the target's user does is up to the application: it cannot be told");
}

/** The listener, or the socket, that it takes. */
export function kindOf({ state, conditions, smallWindow, unread }: Precondition): ListenerKind {
  const { window, user } = demandsOf(conditions);
  if (window === 'zero' && state === 'SYN-RECEIVED') return 'zero window';
  if (unread || user.receives === false) return 'closing window';
  if (user.precedence === 'asked') return 'precedence';
  if (user.precedence === 'may be raised') return 'raising precedence';
  return smallWindow ? 'small window' : 'plain';
}
