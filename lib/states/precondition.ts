import type { ClosedBy } from '../catalogue/case.ts';
import { type Condition, demandsOf } from '../catalogue/conditions.ts';
import type { Step } from '../catalogue/steps.ts';
import type { ConcreteSegment } from '../notation/index.ts';
import type { Origin, State } from '../standard/state.ts';
import { type Handle, type ListenerKind, NotCapable, type OwnListener } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import type { Obstacle } from '../verdict/lack.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';

/** The state and conditions that a recipe must set up before the stimulus. */
export interface Precondition {
  readonly family: 4 | 6;
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly closedBy?: ClosedBy | undefined;
  readonly conditions?: readonly Condition[];
  /** The target's RCV.NXT when the stimulus is sent. */
  readonly rcvNxt: number;
  /** The target must have sent more than MAX.SND.WND, so that old acknowledgments exist. */
  readonly aged?: boolean;
  /** The stimulus must fill the target's window with one segment. */
  readonly smallWindow?: boolean;
  /** The target's user must not read, although no condition asks for that. */
  readonly unread?: boolean;
  /** The scenario closes the listener, so no other connection may use it. */
  readonly ownListener?: boolean;
  /** The states that the stimulus may lead to. */
  readonly outcomes?: readonly State[];
}

/** A connection in the state that was asked for. */
export interface Reached {
  readonly connection: Connection;
  /** The connection in the target's application; absent when the application has none. */
  readonly handle?: Handle | undefined;
  /** The connection's own listener. */
  readonly listener?: OwnListener;
  /** A listener stays on the target's port when the connection ends. */
  readonly listening: boolean;
  /** The target's application sends text as soon as the connection is established. */
  readonly greets?: boolean;
  /** The tester cannot command the target's application. */
  readonly byItself?: boolean;
  /** How many segments the tester had to send again. */
  readonly sentAgain?: number;
}

/** A state or condition could not be set up. */
export class Unreached extends Error {
  override name = 'Unreached';
  readonly obstacle: Obstacle;
  /** The step that got no valid answer; undefined when a condition could not be set up. */
  readonly step: Step | undefined;
  /** The segments of the failed connection. */
  log: readonly Entry[] = [];

  constructor(obstacle: Obstacle, step?: Step) {
    super(obstacle.what);
    this.obstacle = obstacle;
    this.step = step;
  }
}

/** @throws NotCapable when the tester cannot command the application */
export function userOf({ handle }: Reached): Handle {
  if (handle) return handle;
  throw new NotCapable({ what: 'commands' });
}

/** The kind of listener or socket that the precondition needs. */
export function kindOf({ state, conditions, smallWindow, unread }: Precondition): ListenerKind {
  const { window, user } = demandsOf(conditions);
  if (window === 'zero' && state === 'SYN-RECEIVED') return 'zero window';
  if (unread || user.receives === false) return 'closing window';
  if (user.precedence === 'asked') return 'precedence';
  if (user.precedence === 'may be raised') return 'raising precedence';
  return smallWindow ? 'small window' : 'plain';
}

// Far from both ends of the number space.
const FIRST_TSVAL = 0x1234_5678;

/** Window and MSS of the tester's SYN. */
export function windowAndMss({ conditions, family }: Precondition) {
  const { sends } = demandsOf(conditions).user;
  // Nagle's algorithm (RFC 9293 section 3.7.4) holds back a part of a segment while text is in flight.
  const mss = sends === undefined ? TESTER_MSS[family] : sends / 3;
  return { wnd: TESTER_WINDOW, mss };
}

/** Window and options of the tester's SYN. */
export const synOptions = (precondition: Precondition) => ({
  ...windowAndMss(precondition),
  ...(demandsOf(precondition.conditions).syn.timestamps ? { tsval: FIRST_TSVAL, tsecr: 0 } : {}),
});

/** @throws Unreached when the precondition needs timestamps and the target's SYN has none */
export function agreeOnTimestamps(
  { conditions }: Precondition,
  connection: Connection,
  synAck: ConcreteSegment,
): void {
  if (!demandsOf(conditions).syn.timestamps) return;
  if (synAck.tsval === undefined) throw new Unreached({ what: 'timestamps not negotiated' });
  connection.timestamps = true;
  connection.tsRecent = FIRST_TSVAL;
}

/** @throws Unreached when the precondition needs a zero window and the target's SYN offers more */
export function checkWindow({ conditions }: Precondition, connection: Connection): void {
  if (demandsOf(conditions).window !== 'zero' || connection.rcvWnd === 0) return;
  throw new Unreached({ what: 'open window', octets: connection.rcvWnd });
}
