import { emptyAck } from '../../lib/standard/arrives/replies.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  enter,
  type Fault,
  faulty,
  has,
  inState,
  synchronized,
  type Test,
  taken,
  when,
} from './tools.ts';

const wrong: Test = (_tcb, { checksumValid }) => !checksumValid;
const overlooked: Fault = taken((segment) => ({ ...segment, checksumValid: true }));

/** What single states, or single kinds of segment, do with a wrong checksum. */
export const CHECKSUMS: readonly Mutant[] = [
  faulty(
    'checksum-wrong-relistens',
    'SYN-RECEIVED goes back to LISTEN, or gives up, upon a wrong checksum',
    when(
      all(inState('SYN-RECEIVED'), wrong),
      answer(
        () => 'silence',
        (tcb) => enter(tcb, tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED'),
      ),
    ),
  ),
  faulty(
    'checksum-ignored-in-syn-sent',
    'SYN-SENT does not verify the checksum',
    when(inState('SYN-SENT'), overlooked),
  ),
  faulty(
    'checksum-ignored-in-syn-received',
    'SYN-RECEIVED does not verify the checksum',
    when(inState('SYN-RECEIVED'), overlooked),
  ),
  faulty(
    'checksum-ignored-of-resets',
    'the checksum of a reset is not verified',
    when(has('RST'), overlooked),
  ),
  faulty(
    'checksum-ignored-of-fins',
    'the checksum of a FIN is not verified',
    when(all(synchronized, has('FIN')), overlooked),
  ),
  faulty(
    'checksum-wrong-answered',
    'a connection answers a wrong checksum with an ACK',
    when(all(connected, wrong), answer(emptyAck)),
  ),
];
