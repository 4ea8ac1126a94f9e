import { resetFor } from '../../lib/standard/segments.ts';
import {
  all,
  always,
  answer,
  connected,
  type Fault,
  faulty,
  has,
  inState,
  lacks,
  type Mutant,
  resetButKept,
  synchronized,
  taken,
  type Test,
  toClosed,
  withoutResets,
} from './tools.ts';

const higher: Test = ({ precedence }, segment) => segment.precedence > precedence;
const lower: Test = ({ precedence }, segment) => segment.precedence < precedence;
const samePrecedence: Fault = taken((segment, { precedence }) => ({ ...segment, precedence }));
const opening = inState('LISTEN', 'SYN-SENT');
const before = inState('LISTEN', 'SYN-SENT', 'SYN-RECEIVED');

/** Precedence, while it is compared and after. */
export const PRECEDENCE: readonly Mutant[] = [
  faulty('precedence-ignored', 'precedence is not compared', always, samePrecedence, 'rfc793'),
  faulty('precedence-higher-ignored', 'a higher precedence is let pass', higher, samePrecedence, 'rfc793'),
  faulty('precedence-lower-ignored', 'a lower precedence is let pass', lower, samePrecedence, 'rfc793'),
  faulty(
    'precedence-lower-refused',
    'a SYN of a lower precedence is refused',
    all(opening, has('SYN'), lower),
    answer(resetFor),
    'rfc793',
  ),
  faulty(
    'precedence-raised-without-leave',
    'precedence is raised although the user does not let it',
    opening,
    (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: true }, segment),
    'rfc793',
  ),
  faulty(
    'precedence-never-raised',
    'precedence is not raised although the user lets it',
    opening,
    (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: false }, segment),
    'rfc793',
  ),
  faulty(
    'precedence-silent',
    'another precedence is dropped silently',
    (tcb, segment) => higher(tcb, segment) || lower(tcb, segment),
    withoutResets,
    'rfc793',
  ),
  faulty(
    'precedence-kept',
    'another precedence is reset, and the connection lives on',
    all(synchronized, (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
    resetButKept,
    'rfc1122',
  ),
  faulty(
    'precedence-compared',
    'precedence is still compared',
    all(connected, lacks('RST'), (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
    answer(resetFor, (tcb) => (tcb.state === 'SYN-RECEIVED' ? tcb : toClosed(tcb))),
  ),
  faulty(
    'precedence-compared-in-opening',
    'a SYN of a higher precedence is still refused',
    all(before, higher, has('SYN')),
    answer(resetFor),
  ),
];
