import { STATES, type State } from '../../lib/standard/state.ts';
import { enter, faulty, inState, leaving, type Mutant } from './tools.ts';

/** Where a segment that arrives can lead, by SEGMENT ARRIVES of RFC 9293 section 3.10.7; a LISTEN that is back is CLOSED. */
const TRANSITIONS: readonly (readonly [State, State])[] = [
  ['LISTEN', 'SYN-RECEIVED'],
  ['SYN-SENT', 'SYN-RECEIVED'],
  ['SYN-SENT', 'ESTABLISHED'],
  ['SYN-SENT', 'CLOSED'],
  ['SYN-RECEIVED', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'CLOSE-WAIT'],
  ['SYN-RECEIVED', 'LISTEN'],
  ['SYN-RECEIVED', 'CLOSED'],
  ['ESTABLISHED', 'CLOSE-WAIT'],
  ['ESTABLISHED', 'CLOSED'],
  ['FIN-WAIT-1', 'FIN-WAIT-2'],
  ['FIN-WAIT-1', 'CLOSING'],
  ['FIN-WAIT-1', 'TIME-WAIT'],
  ['FIN-WAIT-1', 'CLOSED'],
  ['FIN-WAIT-2', 'TIME-WAIT'],
  ['FIN-WAIT-2', 'CLOSED'],
  ['CLOSE-WAIT', 'CLOSED'],
  ['CLOSING', 'TIME-WAIT'],
  ['CLOSING', 'CLOSED'],
  ['LAST-ACK', 'CLOSED'],
  ['TIME-WAIT', 'SYN-RECEIVED'],
  ['TIME-WAIT', 'CLOSED'],
];

const gone = (state: State): boolean => state === 'CLOSED' || state === 'LISTEN';

const kebab = (state: State): string => state.toLowerCase();

function astray(from: State, due: State, wrong: State): Mutant {
  const name = `from-${kebab(from)}-to-${kebab(wrong)}-for-${kebab(due)}`;
  return faulty(
    name,
    `${from} goes to ${wrong} where ${due} is due`,
    inState(from),
    leaving((after, before) => {
      if (after.state !== due || before.state === due) return after;
      // Nothing was negotiated where there was no SYN.
      const tcb = before.state === 'SYN-SENT' && due === 'CLOSED' ? { ...after, timestamps: false } : after;
      return wrong === 'SYN-RECEIVED' ? enter(tcb, wrong, 'passive') : enter(tcb, wrong);
    }),
  );
}

/** For each transition, every other state in the place of the one that it leads to. */
export const TRANSITION_MUTANTS: readonly Mutant[] = TRANSITIONS.flatMap(([from, due]) =>
  STATES.filter((wrong) => wrong !== due && !(gone(wrong) && gone(due))).map((wrong) =>
    astray(from, due, wrong),
  ),
);

/**
 * Those that the cases of one stimulus do not tell: the queues move the reference, so a TCB whose state alone goes wrong goes on by its
 * queues. Cases of several steps catch them (`npm run mutants`).
 */
export const TOLD_BY_SEVERAL_STEPS: readonly string[] = [
  'from-fin-wait-2-to-closing-for-time-wait',
  'from-time-wait-to-closing-for-closed',
  'from-closing-to-syn-received-for-time-wait',
  'from-fin-wait-1-to-syn-received-for-closing',
  'from-fin-wait-1-to-syn-received-for-fin-wait-2',
  'from-fin-wait-1-to-syn-received-for-time-wait',
  'from-fin-wait-1-to-syn-sent-for-closing',
  'from-listen-to-fin-wait-1-for-syn-received',
  'from-syn-sent-to-fin-wait-1-for-syn-received',
  'from-time-wait-to-fin-wait-1-for-syn-received',
  'from-time-wait-to-last-ack-for-syn-received',
  'from-time-wait-to-time-wait-for-syn-received',
];
