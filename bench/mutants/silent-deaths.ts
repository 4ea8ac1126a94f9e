import type { Tcb } from '../../lib/standard/tcb.ts';
import { add, sub } from '../../lib/wire/seq.ts';
import type { Mutant } from './mutant.ts';
import { all, connected, enter, type Fault, has, outcome, type Test } from './tools.ts';

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

const dying: Fault = (tcb, segment, next) => {
  if (isDead(tcb)) return afterDeath(tcb, segment, next);
  if (!kills(tcb, segment)) return next(tcb, segment);
  const dead: DeadTcb = { ...tcb, isDead: true };
  return outcome('silence', dead);
};

/** One segment ends its connection, and nothing on the wire says so. */
export const SILENT_DEATHS: readonly Mutant[] = [
  {
    name: 'far-rst-ends-silently',
    what: 'a RST far outside the window ends the connection, and then all but a fresh SYN is ignored, where CLOSED resets',
    base: 'rfc9293',
    behaviour: { arrive: dying, outgoing: (segment, tcb) => (isDead(tcb) ? 'silence' : segment) },
    caughtBy: 'established.rst.far-before',
  },
];
