import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { deleted } from '../../lib/standard/arrives/arrival.ts';
import { emptyAck, ownSegment } from '../../lib/standard/segments.ts';
import { SYNCHRONIZED } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import type { Reaction } from '../../lib/standard/user-calls.ts';
import type { IcmpErrorName } from '../../lib/wire/icmp.ts';
import { caughtBy, type Mutant, unseen } from './tools.ts';

const does = (tcb: Tcb, sent: Reaction['sent'] = []): Reaction => ({
  ...{ tcb, sent, delivered: [], told: [], level: 'required', why: 'a fault' },
});

const mutant = (name: string, what: string, behaviour: Behaviour): Mutant => ({
  ...{ name, what, base: 'rfc9293', behaviour },
});

/** What becomes of these errors, instead of what is right. */
const upon = (
  names: readonly IcmpErrorName[],
  fault: (tcb: Tcb) => Reaction,
): Pick<Behaviour, 'hearIcmp'> => ({
  hearIcmp: (tcb, error, next) => (names.includes(error.name) ? fault(tcb) : next(tcb, error)),
});

const SOFT = ['net unreachable', 'host unreachable'] as const;
const HARD = ['protocol unreachable', 'port unreachable'] as const;
const aborts = (tcb: Tcb): Reaction => does(deleted(tcb));

/** What an ICMP error does (RFC 9293 section 3.9.2.2). */
export const ICMP: readonly Mutant[] = [
  caughtBy(
    'ladder.icmp.source-quench-established',
    mutant('quench-aborts', 'a source quench aborts the connection', upon(['source quench'], aborts)),
  ),
  caughtBy(
    'ladder.icmp.source-quench-fin-wait-1',
    mutant(
      'quench-answered',
      'a source quench is answered by an ACK',
      upon(['source quench'], (tcb) => does(tcb, [emptyAck(tcb)])),
    ),
  ),
  caughtBy(
    'ladder.icmp.host-unreachable-established',
    mutant(
      'soft-error-aborts',
      'soft errors abort as hard ones do',
      upon(SOFT, (tcb) => (SYNCHRONIZED.includes(tcb.state) ? aborts(tcb) : does(tcb))),
    ),
  ),
  caughtBy(
    'ladder.icmp.time-exceeded-in-transit-established',
    mutant('time-exceeded-aborts', 'time exceeded aborts the connection', {
      ...upon(['time exceeded in transit'], (tcb) =>
        SYNCHRONIZED.includes(tcb.state) ? aborts(tcb) : does(tcb),
      ),
    }),
  ),
  caughtBy('ladder.icmp.packet-too-big-established', {
    ...mutant('too-big-aborts', '"packet too big" aborts the connection', upon(['packet too big'], aborts)),
    family: 6,
  }),
  caughtBy(
    'ladder.icmp.other-target-port-established',
    mutant('icmp-by-remote-port', "an ICMP error counts for every connection to the peer's port", {
      knowsIcmpBy: 'remote port',
    }),
  ),
  caughtBy(
    'ladder.icmp.other-tester-port-established',
    mutant('icmp-by-local-port', 'an ICMP error counts for every connection of the port', {
      knowsIcmpBy: 'local port',
    }),
  ),
  caughtBy(
    'ladder.icmp.port-unreachable-established',
    mutant(
      'hard-error-resets-at-snd-una',
      'the reset of an abort by ICMP has SEQ=SND.UNA',
      upon(HARD, (tcb) => does(deleted(tcb), [ownSegment(tcb, ['RST'], { seq: tcb.sndUna })])),
    ),
  ),
  unseen(
    mutant(
      'hard-error-ignored',
      'hard errors abort nothing',
      upon(HARD, (tcb) => does(tcb)),
    ),
    'RFC 9293 SHLD-26 is a SHOULD: the verdict is `permitted`',
  ),
];
