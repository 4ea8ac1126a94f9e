import { demandsOf } from '../catalogue/conditions.ts';
import { type AppBehaviour, type Destination, NotCapable } from './driver.ts';

/** How an application that nobody tells what to do behaves on the connections that it has. */
export interface Application {
  /** It sends text as soon as a connection is established. */
  readonly greets?: boolean;
  /** Upon the tester's FIN it `closes` its own direction too, or `stays` and leaves that open; absent: not known. */
  readonly uponFin?: 'stays' | 'closes';
  readonly closes?: {
    /** Text of the tester's after which it closes; absent: it does so at once. */
    readonly upon?: string;
    /** After its FIN it goes on receiving: a half close. Otherwise its user has closed both ways. */
    readonly receives?: boolean;
  };
  /** Text that it takes without an answer, over and over. */
  readonly filler?: string;
}

/** A port of the target's with an application behind it. */
export interface Service extends Application {
  readonly port: number;
}

type Behaviour = Pick<AppBehaviour, 'closes'>;

const STAYING: Behaviour = {};
const CLOSING: Behaviour = { closes: {} };

/**
 * What an application has to do for a connection to get there; undefined when it does not do so.
 *
 * After CLOSE, text may be reset (RFC 1122 section 4.2.2.13): FIN-WAIT-1 and FIN-WAIT-2 with and without a user are
 * different things. The states behind the tester's FIN take no more text and are the same either way.
 */
function behaviourFor(application: Application, destination: Destination): Behaviour | undefined {
  const { state, conditions, closedBy, outcomes } = destination;
  const { uponFin, closes } = application;
  const waits = !closes || closes.upon !== undefined;
  const closesFirst = closes ? { closes: closes.upon === undefined ? {} : { upon: closes.upon } } : undefined;
  switch (state) {
    case 'LISTEN':
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
      return waits && (uponFin === 'stays' || !outcomes?.includes('CLOSE-WAIT')) ? STAYING : undefined;
    case 'CLOSE-WAIT':
      return waits && uponFin === 'stays' ? STAYING : undefined;
    case 'CLOSED':
      if (closedBy === 'abort') return waits ? STAYING : undefined;
      return waits && uponFin === 'closes' ? CLOSING : undefined;
    case 'LAST-ACK':
      return waits && uponFin === 'closes' ? CLOSING : undefined;
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2': {
      const hasUser = !demandsOf(conditions).user.closed;
      return (closes?.receives ?? false) === hasUser ? closesFirst : undefined;
    }
    default:
      return closesFirst;
  }
}

/** The behaviour that an application takes there by itself; undefined when it does not get there. */
export function behaviourOf(application: Application, destination: Destination): AppBehaviour | undefined {
  const behaviour = behaviourFor(application, destination);
  if (!behaviour) return undefined;
  const { greets, closes, filler } = application;
  // What one says that closes without waiting comes together with its FIN.
  const speaksFirst = greets && !(closes && closes.upon === undefined);
  return { ...behaviour, ...(speaksFirst ? { greets } : {}), ...(filler ? { filler } : {}) };
}

/** @throws NotCapable for what only an application can do that is told to */
export function refuseWhatTakesAUser({ conditions, aged, smallWindow, unread }: Destination): void {
  const { user } = demandsOf(conditions);
  if (user.receives === false || unread) refuse('stops reading');
  if (user.sends !== undefined) refuse('sends on command');
  if (user.precedence === 'asked') refuse('asks for precedence');
  if (aged) refuse('sends on command');
  if (smallWindow) refuse('asks for a small window');
}

function refuse(what: string): never {
  throw new NotCapable(`no application of the target's ${what}: it takes an upper tester`);
}

/** Why no application gets there. */
export function whyNot({ state, conditions, outcomes }: Destination): string {
  switch (state) {
    case 'CLOSE-WAIT':
      return "no application keeps its end open after the tester's FIN";
    case 'CLOSED':
    case 'LAST-ACK':
      return "no application closes its end upon the tester's FIN";
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2': {
      const how = demandsOf(conditions).user.closed ? 'closing both ways' : 'a half close';
      return `no application closes first by ${how}`;
    }
    case 'CLOSING':
    case 'TIME-WAIT':
      return 'no application closes first';
    default:
      return outcomes?.includes('CLOSE-WAIT')
        ? "no application keeps its end open after the tester's FIN, which the case may have taken"
        : 'no application leaves a connection open by itself';
  }
}

/** For people: `stays open, closes upon the tester's FIN`. */
export function describeApplication({ greets, uponFin, closes }: Application): string {
  const parts: string[] = [];
  if (greets) parts.push('sends first');
  if (closes) {
    const when = closes.upon === undefined ? 'at once' : 'upon a text';
    parts.push(`closes ${when}${closes.receives ? ' but goes on receiving' : ', both ways'}`);
  }
  if (uponFin) parts.push(uponFin === 'stays' ? 'stays after a FIN' : 'closes upon a FIN');
  return parts.join(', ');
}
