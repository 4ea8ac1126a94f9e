import { type Adoption, ALL_CHECKS, type Check } from '../../lib/standard/adoption.ts';
import type { State } from '../../lib/standard/state.ts';
import { following } from '../../lib/lab/reference/behaviour.ts';
import { type Fault, inState, type Mutant, when } from './tools.ts';

const like = (adoption: Adoption): Fault => {
  const { arrive } = following('rfc9293', { adopts: adoption });
  return (tcb, segment) => arrive(tcb, segment);
};
const butFor = (check: Check): Adoption => ({ ...ALL_CHECKS, [check]: false });

/** A check that the preflight finds adopted, and that one state goes without. */
const missing = (name: string, what: string, check: Check, state: State): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { arrive: when(inState(state), like(butFor(check))) },
});

/** A check that the preflight finds not adopted, and that one state has all the same. */
const added = (name: string, what: string, check: Check, state: State): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { adopts: butFor(check), arrive: when(inState(state), like(ALL_CHECKS)) },
});

/** The checks of RFC 5961 are a choice of the TCP, and one for all states. */
export const ADOPTED_IN_PART: readonly Mutant[] = [
  missing('rst-check-not-in-close-wait', 'RSTs are challenged, but not in CLOSE-WAIT', 'rst', 'CLOSE-WAIT'),
  missing('syn-check-not-in-fin-wait-2', 'SYNs are challenged, but not in FIN-WAIT-2', 'syn', 'FIN-WAIT-2'),
  missing(
    'ack-check-not-in-fin-wait-1',
    'old ACKs are challenged, but not in FIN-WAIT-1',
    'ack',
    'FIN-WAIT-1',
  ),
  added('rst-check-only-in-fin-wait-2', 'RSTs are challenged in FIN-WAIT-2 only', 'rst', 'FIN-WAIT-2'),
  added('syn-check-only-in-last-ack', 'SYNs are challenged in LAST-ACK only', 'syn', 'LAST-ACK'),
  added('ack-check-only-in-close-wait', 'old ACKs are challenged in CLOSE-WAIT only', 'ack', 'CLOSE-WAIT'),
];
