import { demandsOf } from '../../../lib/catalogue/conditions.ts';
import { isCase, type Scenario } from '../../../lib/catalogue/scenario.ts';
import { evaluateSegment, printSegment, type SegmentNotation } from '../../../lib/notation/index.ts';
import { Random } from '../../../lib/runner/trial/random.ts';
import { headerForm } from '../../../lib/standard/header.ts';
import { withQueues } from '../../../lib/standard/queues.ts';
import type { State } from '../../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../../lib/standard/tcb.ts';
import { tcbVariables } from '../../../lib/standard/variables.ts';
import { TESTER_MSS } from '../../../lib/states/index.ts';
import { add } from '../../../lib/wire/seq.ts';

/** A TCB as the recipe of a scenario leads to, and the segments of the scenario with their numbers. */
export interface Encounter {
  readonly tcb: Tcb;
  readonly segmentOf: (notation: SegmentNotation, tcb: Tcb) => Segment;
}

/** The same scenario and number always give the same encounter. Sequence numbers are often near the wrap-around. */
export function encounterOf(subject: Scenario, number: number): Encounter {
  const tcb = tcbOf(subject, new Random(number, subject.id));
  const texts = new Map<SegmentNotation, string>();
  const textOf = (notation: SegmentNotation): string => {
    const text = texts.get(notation) ?? `${subject.id} ${printSegment(notation)}`;
    texts.set(notation, text);
    return text;
  };
  return {
    tcb,
    segmentOf: (notation, now) => segmentOf(subject, notation, now, new Random(number, textOf(notation))),
  };
}

const TESTER_WINDOW = 4380;
const DEFAULT_MSS_OF_IPV6 = 1220;

const between = (random: Random, least: number, most: number): number =>
  least + (random.next() % (most - least + 1));

/** The target's SYN or FIN is sent and unacknowledged. */
const WAITING: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

function tcbOf(subject: Scenario, random: Random): Tcb {
  const { state, origin } = subject;
  const { window, user, syn, packet } = demandsOf(subject.conditions);
  const opening = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  const iss = random.sequenceNumber();
  const sndUna = add(iss, opening ? 0 : between(random, 1, 100_000));
  const inFlight = user.sends ?? 0;
  const irs = state === 'SYN-SENT' ? 0 : random.sequenceNumber();
  const rcvNxt = state === 'SYN-SENT' ? 0 : add(irs, opening ? 1 : between(random, 1, 100_000));
  // What one stimulus leads to is the same whatever the windows are. In several steps the tester's and a target's are used.
  const isOne = isCase(subject);
  const maxSndWnd = isOne ? between(random, 1, 65_535) : TESTER_WINDOW;
  const mayDiffer = packet.precedence !== undefined;
  return withQueues(
    {
      state,
      ...(origin ? { origin } : {}),
      iss,
      sndUna,
      sndNxt: add(sndUna, inFlight + (WAITING.includes(state) ? 1 : 0)),
      // Closed, it would let out probes: that has cases of its own.
      sndWnd: isOne ? between(random, 1, maxSndWnd) : TESTER_WINDOW,
      maxSndWnd,
      sndWl1: rcvNxt,
      sndWl2: sndUna,
      irs,
      rcvNxt,
      // No recipe leads to a smaller open window. Three full segments fit into it.
      rcvWnd: window === 'zero' ? 0 : between(random, isOne ? 64 : 4500, 65_535),
      rcvUp: rcvNxt,
      timestamps: syn.timestamps === true,
      tsRecent: random.sequenceNumber(),
      security: random.next() % 2 === 0 ? 0 : random.next(),
      precedence: mayDiffer ? between(random, 1, 6) : between(random, 0, 7),
      mayRaisePrecedence: mayDiffer ? user.precedence !== undefined : random.next() % 2 === 0,
      userGone: user.closed === true,
    },
    sizesOf(subject),
  );
}

/** The recipes' SYN has the MSS of an Ethernet; a scenario that sends its own SYN begins without one. */
function sizesOf({ state, families, ...subject }: Scenario): Partial<Tcb> {
  const overIpv6 = !families.includes(4);
  const largestText = overIpv6 ? TESTER_MSS[6] : TESTER_MSS[4];
  if (state === 'LISTEN' || state === 'SYN-SENT' || state === 'CLOSED')
    return { largestText, ...(overIpv6 ? { sndMss: DEFAULT_MSS_OF_IPV6 } : {}) };
  return isCase({ state, families, ...subject }) ? {} : { largestText, sndMss: largestText };
}

const OFFSETS = { higher: 1, lower: -1, same: 0 } as const;

function segmentOf(subject: Scenario, notation: SegmentNotation, tcb: Tcb, random: Random): Segment {
  const { packet, syn } = demandsOf(subject.conditions);
  const written = evaluateSegment(notation, tcbVariables(tcb), () => random.sequenceNumber());
  const older = packet.timestamp === 'old';
  const carries = syn.timestamps === true && packet.timestamp !== 'none';
  const tsval =
    written.tsval ??
    (older ? add(tcb.tsRecent, -between(random, 1, 2 ** 31 - 1)) : carries ? tcb.tsRecent : undefined);
  const { seq, ack, ctl, data, urg } = written;
  return {
    seq,
    ack,
    ctl,
    data,
    urg,
    wnd: written.wnd ?? (isCase(subject) ? between(random, 1, 65_535) : TESTER_WINDOW),
    ...(written.mss === undefined ? {} : { mss: written.mss }),
    ...(tsval === undefined ? {} : { tsval, tsecr: 0 }),
    security: packet.security === 'other' ? add(tcb.security, between(random, 1, 1000)) : tcb.security,
    precedence: tcb.precedence + OFFSETS[packet.precedence ?? 'same'],
    checksumValid: packet.checksum !== 'wrong' && written.checksum === undefined,
    ...headerForm(written),
    unicast: packet.destination !== 'multicast',
    ...(packet.source ? { invalidSource: true } : {}),
  };
}
