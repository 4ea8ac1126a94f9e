import { resetFor } from '../../lib/standard/segments.ts';
import { gt, leq } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  faulty,
  has,
  ignore,
  inState,
  lacks,
  type Mutant,
  not,
  otherSecurity,
  taken,
  takenAsSameSecurity,
  takenWithout,
  type Test,
  without,
} from './tools.ts';

const acksOurSyn: Test = ({ iss, sndNxt }, { ctl, ack }) =>
  ctl.has('ACK') && gt(ack, iss) && leq(ack, sndNxt);

/** Two checks of LISTEN or SYN-SENT in the place of each other. */
export const OPENING_ORDER: readonly Mutant[] = [
  faulty(
    'listen-ack-before-rst',
    'LISTEN checks ACK before RST',
    all(inState('LISTEN'), has('RST', 'ACK')),
    answer(resetFor),
  ),
  faulty(
    'listen-syn-before-rst',
    'LISTEN checks SYN before RST',
    all(inState('LISTEN'), has('SYN', 'RST'), lacks('ACK')),
    takenWithout('RST'),
  ),
  faulty(
    'listen-syn-before-ack',
    'LISTEN checks SYN before ACK',
    all(inState('LISTEN'), has('SYN', 'ACK'), lacks('RST')),
    takenWithout('ACK'),
  ),
  faulty(
    'listen-security-before-ack',
    'LISTEN checks security before ACK, and refuses by the form of a SYN',
    all(inState('LISTEN'), otherSecurity, has('ACK'), lacks('RST')),
    answer((tcb, segment) => resetFor(tcb, without(segment, 'ACK'))),
    'rfc5961',
  ),
  faulty(
    'listen-syn-before-security',
    'LISTEN takes a SYN of any security',
    all(inState('LISTEN'), has('SYN')),
    takenAsSameSecurity,
    'rfc5961',
  ),
  faulty(
    'syn-sent-rst-before-ack',
    'SYN-SENT checks RST before ACK',
    all(inState('SYN-SENT'), has('RST', 'ACK')),
    taken((segment, { sndNxt }) => ({ ...segment, ack: sndNxt })),
  ),
  faulty(
    'syn-sent-security-before-rst',
    'SYN-SENT checks security before RST',
    all(inState('SYN-SENT'), otherSecurity, acksOurSyn),
    answer(resetFor),
    'rfc5961',
  ),
  faulty(
    'syn-sent-syn-before-security',
    'SYN-SENT checks SYN before security',
    all(inState('SYN-SENT'), has('SYN')),
    takenAsSameSecurity,
    'rfc5961',
  ),
  faulty(
    'syn-sent-syn-before-rst',
    'SYN-SENT checks SYN before RST',
    all(inState('SYN-SENT'), has('SYN', 'RST')),
    takenWithout('RST'),
  ),
  faulty(
    'syn-sent-syn-before-ack',
    'SYN-SENT checks SYN before ACK',
    all(inState('SYN-SENT'), has('SYN', 'ACK'), lacks('RST'), not(acksOurSyn)),
    takenWithout('ACK'),
  ),
  faulty(
    'syn-sent-drop-before-security',
    'SYN-SENT drops what has no SYN before its security is looked at',
    all(
      inState('SYN-SENT'),
      otherSecurity,
      lacks('SYN', 'RST'),
      (tcb, segment) => !segment.ctl.has('ACK') || acksOurSyn(tcb, segment),
    ),
    ignore,
    'rfc5961',
  ),
];
