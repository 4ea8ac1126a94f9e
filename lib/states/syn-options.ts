import { demandsOf } from '../catalogue/conditions.ts';
import type { ConcreteSegment } from '../notation/index.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { Unreached } from './unreached.ts';
import type { Precondition } from './precondition.ts';

// Any value, far from both ends of the space of timestamps.
const FIRST_TSVAL = 0x1234_5678;

/** The window and the size of segments that the tester's SYN announces. */
export function windowAndMss({ conditions, family }: Precondition): string {
  const { sends } = demandsOf(conditions).user;
  // Nagle's algorithm (RFC 9293 section 3.7.4) holds back what fills no segment while text is in flight.
  const mss = sends === undefined ? TESTER_MSS[family] : sends / 3;
  return `<WND=${TESTER_WINDOW}><MSS=${mss}>`;
}

/** The same, with timestamps where the case is about them. */
export function synOptions(precondition: Precondition): string {
  const wnd = windowAndMss(precondition);
  return demandsOf(precondition.conditions).syn.timestamps ? `${wnd}<TSVAL=${FIRST_TSVAL}><TSECR=0>` : wnd;
}

/** Takes timestamps for agreed on where the target's SYN has them too. @throws Unreached where it has not */
export function agreeOnTimestamps(
  { conditions }: Precondition,
  connection: Connection,
  synAck: ConcreteSegment,
): void {
  if (!demandsOf(conditions).syn.timestamps) return;
  if (synAck.tsval === undefined) throw new Unreached('the target does not negotiate timestamps');
  connection.timestamps = true;
  connection.tsRecent = FIRST_TSVAL;
}

/** @throws Unreached where the window should be zero and is not */
export function checkWindow({ conditions }: Precondition, connection: Connection): void {
  if (demandsOf(conditions).window !== 'zero' || connection.rcvWnd === 0) return;
  throw new Unreached(`the target's first window is not zero but ${connection.rcvWnd} octets`);
}
