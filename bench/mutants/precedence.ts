import { resetFor } from '../../lib/standard/arrives/replies.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  type Fault,
  faulty,
  has,
  inState,
  isReset,
  lacks,
  synchronized,
  taken,
  type Test,
  toClosed,
  when,
  withoutResets,
} from './tools.ts';

const higher: Test = ({ precedence }, segment) => segment.precedence > precedence;
const lower: Test = ({ precedence }, segment) => segment.precedence < precedence;
const samePrecedence: Fault = taken((segment, { precedence }) => ({ ...segment, precedence }));
const opening = inState('LISTEN', 'SYN-SENT');
const before = inState('LISTEN', 'SYN-SENT', 'SYN-RECEIVED');

/** Precedence, while it is compared and after. */
export const PRECEDENCE: readonly Mutant[] = [
  faulty('precedence-ignored', 'precedence is not compared', samePrecedence, 'rfc793'),
  faulty(
    'precedence-higher-ignored',
    'a higher precedence is let pass',
    when(higher, samePrecedence),
    'rfc793',
  ),
  faulty('precedence-lower-ignored', 'a lower precedence is let pass', when(lower, samePrecedence), 'rfc793'),
  faulty(
    'precedence-lower-refused',
    'a SYN of a lower precedence is refused',
    when(all(opening, has('SYN'), lower), answer(resetFor)),
    'rfc793',
  ),
  faulty(
    'precedence-raised-without-leave',
    'precedence is raised although the user does not let it',
    when(opening, (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: true }, segment)),
    'rfc793',
  ),
  faulty(
    'precedence-never-raised',
    'precedence is not raised although the user lets it',
    when(opening, (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: false }, segment)),
    'rfc793',
  ),
  faulty(
    'precedence-silent',
    'another precedence is dropped silently',
    when((tcb, segment) => higher(tcb, segment) || lower(tcb, segment), withoutResets),
    'rfc793',
  ),
  faulty(
    'precedence-kept',
    'another precedence is reset, and the connection lives on',
    when(
      all(synchronized, (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
      (tcb, segment, next) => {
        const arrival = next(tcb, segment);
        return arrival.reply !== 'silence' && isReset(arrival.reply) ? { ...arrival, tcb } : arrival;
      },
    ),
    'rfc1122',
  ),
  faulty(
    'precedence-compared',
    'precedence is still compared',
    when(
      all(connected, lacks('RST'), (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
      answer(resetFor, (tcb) => (tcb.state === 'SYN-RECEIVED' ? tcb : toClosed(tcb))),
    ),
  ),
  faulty(
    'precedence-compared-in-opening',
    'a SYN of a higher precedence is still refused',
    when(all(before, higher, has('SYN')), answer(resetFor)),
  ),
];
