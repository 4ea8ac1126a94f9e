import type { Death } from '../../lib/lab/reference/behaviour.ts';
import type { Mutant } from './mutant.ts';
import { afterRcvNxt, all, atRcvNxt, has, inState, lacks, type Test } from './tools.ts';

const dying = (name: string, what: string, how: Death, when: Test): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { dies: (tcb, segment) => (when(tcb, segment) ? how : undefined) },
});

const acknowledgesIss: Test = ({ iss }, { ack }) => ack === iss;
const illegalLength: Test = (_tcb, { malformed }) => malformed === 'option length';
const noHeader: Test = (_tcb, { malformed }) => malformed === 'data offset';

/** One segment ends the whole TCP, and with it every other connection. */
export const DEATHS: readonly Mutant[] = [
  dying(
    'syn-ack-of-iss-crashes',
    'a SYN,ACK in SYN-SENT that acknowledges ISS ends it by a signal',
    'crashes',
    all(inState('SYN-SENT'), has('SYN', 'ACK'), acknowledgesIss),
  ),
  dying(
    'fin-out-of-order-exits',
    'a FIN in ESTABLISHED that lies behind a gap has it end itself',
    'exits',
    all(inState('ESTABLISHED'), has('FIN'), lacks('RST', 'SYN'), afterRcvNxt),
  ),
  // Also what the tester ends its connections with.
  dying(
    'closing-rst-crashes',
    'a RST in CLOSING at RCV.NXT ends it by a signal',
    'crashes',
    all(inState('CLOSING'), has('RST'), atRcvNxt),
  ),
  dying(
    'option-length-zero-hangs',
    'an option in ESTABLISHED whose length cannot be is an endless loop',
    'hangs',
    all(inState('ESTABLISHED'), illegalLength),
  ),
  dying(
    'offset-in-listen-crashes',
    'a data offset in LISTEN that cannot be ends it by a signal',
    'crashes',
    all(inState('LISTEN'), noHeader),
  ),
  dying(
    'last-ack-urg-hangs',
    'URG in LAST-ACK is an endless loop',
    'hangs',
    all(inState('LAST-ACK'), has('URG')),
  ),
];
