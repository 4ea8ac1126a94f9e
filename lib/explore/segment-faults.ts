import type { ExpectStep, ResolvedOutcome } from '../catalogue/scenario.ts';
import { lengthOf } from '../notation/index.ts';
import { ecnOf, ipHeaderOf, mssOf } from '../runner/trial/step-faults.ts';
import type { Profile } from '../standard/profile.ts';
import type { Entry } from '../tester/index.ts';
import { faultsOfAspects } from '../verdict/aspects.ts';
import { type OptionFault, optionFaults, synsAcknowledgedBy } from '../verdict/reply-options.ts';
import type { Family } from '../wire/index.ts';
import { add, lt } from '../wire/seq.ts';
import { intervalFault } from './interval-faults.ts';

/** What may be wrong with a segment by what was exchanged before it, whatever the TCB. */
export interface SegmentFault {
  readonly what:
    | OptionFault
    | 'timestamp not echoed'
    | 'MSS that IP cannot deliver'
    | 'ECE uncalled for'
    | 'ISS of another connection'
    | 'another TTL'
    | 'another Diffserv field'
    | `${'SYN' | 'FIN' | 'text'} sent again too soon`
    | 'keep-alive too soon'
    | `user told ${string}`
    | `user given ${string}`;
  /** What a scenario asks for to see it; absent where every reply is judged by it. */
  readonly wanted?: Pick<ResolvedOutcome, 'with' | 'interval'>;
  /** What a step of a scenario asks for to see it. */
  readonly asks?: Pick<ExpectStep, 'delivered' | 'newIss'>;
}

/** What the user has asked for. */
export interface Wanted {
  readonly ttl?: number;
  /** The Diffserv field, 0...63. */
  readonly diffserv?: number;
  /** The first octet that was not sent before either was asked. */
  readonly from?: number;
  /** Of keep-alives, in milliseconds, 0: none; and since when of `performance.now()`. */
  readonly keepAlive?: { readonly every: number; readonly since: number };
}

interface Context {
  readonly family: Family;
  readonly profile: Profile;
  readonly wanted: Wanted;
  /** The interval of probes need not grow. */
  readonly isProbing: boolean;
  /** How late the tester was since a time of `performance.now()`, in milliseconds. */
  readonly lagSince: (since: number) => number;
}

/** @param earlier the log of the connection before this entry */
export const faultsOfSegment = (
  entry: Entry,
  earlier: readonly Entry[],
  context: Context,
): readonly SegmentFault[] => [
  ...optionFaults(entry.segment, earlier).map((what) => ({ what })),
  ...(echoesNothing(entry, earlier) ? [{ what: 'timestamp not echoed' } as const] : []),
  ...faultsOfSyn(entry, earlier, context.family),
  ...faultsOfHeader(entry, context),
  ...(context.isProbing || isKeepAlive(entry, earlier, context.wanted)
    ? []
    : faultsOfInterval(entry, earlier, context)),
  ...faultsOfKeepAlive(entry, earlier, context.wanted),
];

/**
 * TSecr is a TSval that has come (RFC 7323 section 3.2), where the tester's SYN has offered timestamps. Where two SYNs cross, and
 * the tester's has none, the SYN,ACK repeats the offer of the target's own SYN, and there is nothing to echo.
 */
export function echoesNothing(
  { segment }: Pick<Entry, 'segment'>,
  earlier: readonly Pick<Entry, 'from' | 'segment'>[],
): boolean {
  const { tsecr, ctl } = segment;
  if (tsecr === undefined || !ctl.has('ACK') || ctl.has('RST')) return false;
  const offers = synsAcknowledgedBy(segment, earlier);
  if (ctl.has('SYN') && offers.every(({ tsval }) => tsval === undefined)) return false;
  const come = earlier.flatMap(({ from, segment: { tsval } }) => (from === 'tester' ? (tsval ?? []) : []));
  return come.length > 0 && !come.includes(tsecr);
}

/** RFC 9293 section 3.7.1; RFC 3168 section 6.1.1: a SYN,ACK agrees to ECN only where the SYN has asked for it. */
function faultsOfSyn({ segment }: Entry, earlier: readonly Entry[], family: Family): SegmentFault[] {
  if (!segment.ctl.has('SYN')) return [];
  const faults: SegmentFault[] = [];
  if (typeof mssOf(segment, family) === 'number')
    faults.push({ what: 'MSS that IP cannot deliver', wanted: { with: { mss: 'sent' } } });
  const asking = segment.ctl.has('ACK') ? synsAcknowledgedBy(segment, earlier) : [];
  if (segment.ctl.has('ACK') && isOfAnother(segment, asking, earlier))
    faults.push({ what: 'ISS of another connection', asks: { newIss: true } });
  const isAsked = asking.length === 0 || asking.some(({ ctl }) => ctl.has('ECE') && ctl.has('CWR'));
  if (!isAsked && ecnOf(segment) !== 'not agreed')
    faults.push({ what: 'ECE uncalled for', wanted: { with: { ecn: 'not agreed' } } });
  return faults;
}

/** Whether a SYN,ACK for another SYN of the tester's had the same number: the ISN comes from a clock (RFC 9293 MUST-8). */
const isOfAnother = (
  segment: Entry['segment'],
  asking: readonly Entry['segment'][],
  earlier: readonly Entry[],
): boolean =>
  asking.length > 0 &&
  earlier.some(({ from, segment: one }) => {
    if (from !== 'target' || one.seq !== segment.seq || !one.ctl.has('SYN') || !one.ctl.has('ACK'))
      return false;
    const others = synsAcknowledgedBy(one, earlier);
    return others.length > 0 && !others.some(({ seq }) => asking.some((each) => each.seq === seq));
  });

/** Of text: what else a system sends may not be the user's. */
function faultsOfHeader(entry: Entry, { family, wanted }: Context): SegmentFault[] {
  const { seq, data } = entry.segment;
  if (data === 0 || wanted.from === undefined || lt(seq, wanted.from)) return [];
  const seen = ipHeaderOf(entry, family);
  return (['ttl', 'diffserv'] as const).flatMap((aspect) => {
    const asked = { [aspect]: wanted[aspect] };
    if (wanted[aspect] === undefined || faultsOfAspects(asked, seen).length === 0) return [];
    return [{ what: aspect === 'ttl' ? 'another TTL' : 'another Diffserv field', wanted: { with: asked } }];
  });
}

function faultsOfInterval(entry: Entry, earlier: readonly Entry[], context: Context): SegmentFault[] {
  const interval = intervalFault(entry, earlier, context);
  if (!interval) return [];
  // A TCP may have a timer of its own for each.
  const { ctl, data } = entry.segment;
  const kind = ctl.has('SYN') ? 'SYN' : data > 0 ? 'text' : 'FIN';
  return [{ what: `${kind} sent again too soon`, wanted: { interval } }];
}

// A clock of coarse ticks is early by so much.
const TICK = 500;

/**
 * Whether it has the form of a keep-alive, where the user has asked for them: it ends with the octet before SND.NXT, which the
 * tester has acknowledged, and has that or none (RFC 9293 section 3.8.4).
 */
function isKeepAlive(
  { segment: { seq, data, ctl } }: Entry,
  earlier: readonly Entry[],
  { keepAlive }: Wanted,
): boolean {
  if (!keepAlive || keepAlive.every === 0 || data > 1) return false;
  if (ctl.has('RST') || ctl.has('SYN') || ctl.has('FIN')) return false;
  const next = add(seq, 1);
  const isSent = ({ from, segment: one }: Entry): boolean =>
    from === 'target' && !one.ctl.has('RST') && lt(next, add(one.seq, lengthOf(one)));
  const isAcknowledged = ({ from, segment: { ctl: bits, ack } }: Entry): boolean =>
    from === 'tester' && bits.has('ACK') && ack === next;
  return earlier.some(isAcknowledged) && !earlier.some(isSent);
}

/** A keep-alive comes when nothing has arrived for the interval (RFC 9293 section 3.8.4). */
function faultsOfKeepAlive(entry: Entry, earlier: readonly Entry[], wanted: Wanted): SegmentFault[] {
  const { every = 0, since = 0 } = wanted.keepAlive ?? {};
  if (!isKeepAlive(entry, earlier, wanted)) return [];
  const heard = Math.max(since, earlier.findLast(({ from }) => from === 'tester')?.at ?? 0);
  if (entry.at - heard >= every - TICK) return [];
  return [{ what: 'keep-alive too soon', wanted: { with: { after: every - TICK } } }];
}
