import { demandsOf } from '../../../lib/catalogue/conditions.ts';
import { type Case, stimulusOf } from '../../../lib/catalogue/scenario.ts';
import { evaluateSegment } from '../../../lib/notation/index.ts';
import { Random } from '../../../lib/runner/trial/random.ts';
import { headerForm } from '../../../lib/standard/header.ts';
import { withQueues } from '../../../lib/standard/queues.ts';
import type { State } from '../../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../../lib/standard/tcb.ts';
import { tcbVariables } from '../../../lib/standard/variables.ts';
import { add } from '../../../lib/wire/seq.ts';

/** A TCB as the recipe of a case leads to, and the stimulus of the case with its numbers. */
export interface Encounter {
  readonly tcb: Tcb;
  readonly segment: Segment;
}

/** The same case and number always give the same encounter. Sequence numbers are often near the wrap-around. */
export function encounterOf(subject: Case, number: number): Encounter {
  const random = new Random(number, subject.id);
  const tcb = tcbOf(subject, random);
  return { tcb, segment: segmentOf(subject, tcb, random) };
}

const between = (random: Random, least: number, most: number): number =>
  least + (random.next() % (most - least + 1));

/** The target's SYN or FIN is sent and unacknowledged. */
const WAITING: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

function tcbOf(subject: Case, random: Random): Tcb {
  const { state, origin } = subject;
  const { window, user, syn, packet } = demandsOf(subject.conditions);
  const opening = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  const iss = random.sequenceNumber();
  const sndUna = add(iss, opening ? 0 : between(random, 1, 100_000));
  const inFlight = user.sends ?? 0;
  const irs = state === 'SYN-SENT' ? 0 : random.sequenceNumber();
  const rcvNxt = state === 'SYN-SENT' ? 0 : add(irs, opening ? 1 : between(random, 1, 100_000));
  const maxSndWnd = between(random, 1, 65_535);
  const mayDiffer = packet.precedence !== undefined;
  return withQueues({
    state,
    ...(origin ? { origin } : {}),
    iss,
    sndUna,
    sndNxt: add(sndUna, inFlight + (WAITING.includes(state) ? 1 : 0)),
    sndWnd: between(random, 0, maxSndWnd),
    maxSndWnd,
    sndWl1: rcvNxt,
    sndWl2: sndUna,
    irs,
    rcvNxt,
    // No recipe leads to a smaller open window.
    rcvWnd: window === 'zero' ? 0 : between(random, 64, 65_535),
    rcvUp: rcvNxt,
    timestamps: syn.timestamps === true,
    tsRecent: random.sequenceNumber(),
    security: random.next() % 2 === 0 ? 0 : random.next(),
    precedence: mayDiffer ? between(random, 1, 6) : between(random, 0, 7),
    mayRaisePrecedence: mayDiffer ? user.precedence !== undefined : random.next() % 2 === 0,
    userGone: user.closed === true,
  });
}

const OFFSETS = { higher: 1, lower: -1, same: 0 } as const;

function segmentOf(subject: Case, tcb: Tcb, random: Random): Segment {
  const { packet } = demandsOf(subject.conditions);
  const written = evaluateSegment(stimulusOf(subject), tcbVariables(tcb), () => random.sequenceNumber());
  const older = packet.timestamp === 'old';
  const tsval = written.tsval ?? (older ? add(tcb.tsRecent, -between(random, 1, 2 ** 31 - 1)) : undefined);
  const { seq, ack, ctl, data, urg } = written;
  return {
    seq,
    ack,
    ctl,
    data,
    urg,
    wnd: written.wnd ?? between(random, 0, 65_535),
    ...(tsval === undefined ? {} : { tsval, tsecr: 0 }),
    security: packet.security === 'other' ? add(tcb.security, between(random, 1, 1000)) : tcb.security,
    precedence: tcb.precedence + OFFSETS[packet.precedence ?? 'same'],
    checksumValid: packet.checksum !== 'wrong' && written.checksum === undefined,
    ...headerForm(written),
    unicast: packet.destination !== 'multicast',
  };
}
