import { demandsOf } from '../catalogue/conditions.ts';
import type { LACKS, Lack } from '../verdict/lack.ts';
import { type AppBehaviour, type Destination, NotCapable } from './driver.ts';
import type { Application } from './target-file.ts';

type Behaviour = Pick<AppBehaviour, 'closes'>;

const STAYING: Behaviour = {};
const CLOSING: Behaviour = { closes: {} };

/**
 * What the application does on the way to the destination; undefined when it does not get there.
 *
 * After CLOSE, text may be reset (RFC 1122 section 4.2.2.13). So FIN-WAIT-1 and FIN-WAIT-2 differ with and without a user;
 * states after the tester's FIN, which take no text, do not.
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

/** How the application gets to the destination by itself; undefined when it does not. */
export function behaviourOf(application: Application, destination: Destination): AppBehaviour | undefined {
  const behaviour = behaviourFor(application, destination);
  if (!behaviour) return undefined;
  const { greets, closes, filler } = application;
  // An application that closes at once sends its text together with the FIN.
  const speaksFirst = greets && !(closes && closes.upon === undefined);
  return { ...behaviour, ...(speaksFirst ? { greets } : {}), ...(filler ? { filler } : {}) };
}

/** @throws NotCapable when the destination needs user calls, which only an upper tester makes */
export function refuseUserCalls({ conditions, aged, smallWindow, unread }: Destination): void {
  const { user } = demandsOf(conditions);
  if (user.receives === false || unread) refuse('stopping to read');
  if (user.sends !== undefined) refuse('SEND on command');
  if (user.precedence === 'asked') refuse('precedence');
  if (aged) refuse('SEND on command');
  if (smallWindow) refuse('small window');
}

function refuse(what: (typeof LACKS)[number]): never {
  throw new NotCapable({ what });
}

/** Why no application gets to the destination. */
export function whyNot({ state, conditions, outcomes }: Destination): Lack {
  switch (state) {
    case 'CLOSE-WAIT':
      return { what: 'staying open after a FIN' };
    case 'CLOSED':
    case 'LAST-ACK':
      return { what: 'closing after a FIN' };
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      return {
        what: demandsOf(conditions).user.closed ? 'closing first both ways' : 'closing first by a half close',
      };
    case 'CLOSING':
    case 'TIME-WAIT':
      return { what: 'closing first' };
    default:
      return { what: outcomes?.includes('CLOSE-WAIT') ? 'staying open after a FIN' : 'staying open' };
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
