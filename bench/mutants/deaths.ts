import type { Tcb } from '../../lib/standard/tcb.ts';
import { add, sub } from '../../lib/wire/seq.ts';
import type { Death } from '../../lib/lab/reference/behaviour.ts';
import {
  afterRcvNxt,
  all,
  atRcvNxt,
  connected,
  enter,
  type Fault,
  has,
  inState,
  lacks,
  type Mutant,
  outcome,
  type Test,
} from './tools.ts';

const dying = (name: string, what: string, how: Death, where: Test): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { dies: (tcb, segment) => (where(tcb, segment) ? how : undefined) },
});

const acknowledgesIss: Test = ({ iss }, { ack }) => ack === iss;
const illegalLength: Test = (_tcb, { malformed }) => malformed === 'option length';
const noHeader: Test = (_tcb, { malformed }) => malformed === 'data offset';

/** A connection that is gone without a word: its user has not been told, and nothing of it goes out. */
interface DeadTcb extends Tcb {
  readonly isDead: true;
}

const isDead = (tcb: Tcb): tcb is DeadTcb => 'isDead' in tcb;

// No window reaches as far to either side of RCV.NXT.
const FAR = 2 ** 24;
const NEXT_INCARNATION = 250_000;

const far: Test = ({ rcvNxt }, { seq }) => sub(add(seq, FAR), rcvNxt) > 2 * FAR;
const kills: Test = all(connected, has('RST'), far);

/** A fresh SYN meets a LISTEN; whatever else comes to these two ports meets nobody, not even somebody who resets it. */
const afterDeath: Fault = (tcb, segment, next) => {
  const { ctl } = segment;
  if (!ctl.has('SYN') || ctl.has('ACK') || ctl.has('RST')) return outcome('silence', tcb);
  const { isDead: _, ...old } = tcb as DeadTcb;
  const iss = add(old.sndNxt, NEXT_INCARNATION);
  return next({ ...enter(old, 'LISTEN'), iss, sndUna: iss, sndNxt: iss, timestamps: true }, segment);
};

const dyingSilently: Fault = (tcb, segment, next) => {
  if (isDead(tcb)) return afterDeath(tcb, segment, next);
  if (!kills(tcb, segment)) return next(tcb, segment);
  const dead: DeadTcb = { ...tcb, isDead: true };
  return outcome('silence', dead);
};

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
  {
    name: 'far-rst-ends-silently',
    what: 'a RST far outside the window ends the connection, and then all but a fresh SYN is ignored, where CLOSED resets',
    base: 'rfc9293',
    behaviour: { arrive: dyingSilently, outgoing: (segment, tcb) => (isDead(tcb) ? 'silence' : segment) },
    caughtBy: 'established.rst.far-before',
  },
];
