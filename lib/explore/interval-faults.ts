import type { Interval } from '../catalogue/scenario.ts';
import { lengthOf } from '../notation/index.ts';
import type { Profile } from '../standard/profile.ts';
import type { Entry } from '../tester/index.ts';
import { isLongEnough } from '../verdict/judge.ts';
import { add, geq } from '../wire/seq.ts';

interface Context {
  readonly profile: Profile;
  /** How late the tester was since a time of `performance.now()`, in milliseconds. */
  readonly lagSince: (since: number) => number;
}

/** The timer of a segment doubles (RFC 1122 section 4.2.3.1, RFC 6298 (5.5)). */
const DOUBLED = { times: 2 } as const satisfies Interval;
/** RFC 6298 (5.7). */
const AFTER_SYN_AGAIN = { atLeast: 3000 } as const satisfies Interval;

/**
 * The interval that a segment should have kept which was sent again too soon. What nobody has acknowledged is sent again after an
 * interval that doubles, of a SYN only by RFC 9293; text after text that was sent again, after twice the interval of that; and text after
 * a SYN that was sent again, not before three seconds.
 */
export function intervalFault(
  { segment, at }: Entry,
  earlier: readonly Entry[],
  { profile, lagSince }: Context,
): Interval | undefined {
  const isSyn = segment.ctl.has('SYN');
  if (lengthOf(segment) === 0 || segment.ctl.has('RST') || profile === 'rfc793') return undefined;
  if (isSyn && profile !== 'rfc9293') return undefined;
  const targets = earlier.filter(({ from }) => from === 'target');
  const [first, second] = targets.filter(({ segment: one }) => isAgain(segment, one)).toReversed();
  // With more or less text, or with the FIN, it may have come again meanwhile: then these are not the intervals of a timer.
  const isRegrouped = (since: number): boolean =>
    targets.some(({ at, segment: one }) => at > since && one.seq === segment.seq && !isAgain(segment, one));
  if (!first || isRegrouped((second ?? first).at)) return undefined;
  const last = at - first.at;
  /** @param since when the one before began, which took so long */
  const isTooSoon = (since: number, before: number): boolean =>
    !isLongEnough(DOUBLED, { last: last + lagSince(since), before: Math.max(0, before - lagSince(since)) });
  if (second)
    return isUndisturbed(earlier, second.at) && isTooSoon(second.at, first.at - second.at)
      ? DOUBLED
      : undefined;
  if (isSyn || !isUndisturbed(earlier, first.at)) return undefined;
  const kept = keptInterval(first, earlier);
  if (kept && isTooSoon(kept.since, kept.before)) return DOUBLED;
  if (profile !== 'rfc9293' || !wasSynAgain(earlier)) return undefined;
  return isLongEnough(AFTER_SYN_AGAIN, { last: last + lagSince(first.at) }) ? undefined : AFTER_SYN_AGAIN;
}

/** Whether the tester has sent nothing since. */
const isUndisturbed = (log: readonly Entry[], since: number): boolean =>
  !log.some((one) => one.from === 'tester' && one.at >= since);

/**
 * The interval that the timer had come to before this text: that of the text before it, which came twice and was acknowledged then.
 * That acknowledgment tells no round trip (Karn's algorithm: RFC 1122 section 4.2.3.1, RFC 6298 section 3), and RTO stays what it
 * was (RFC 6298 (5.3)), unless timestamps tell one (RFC 7323 section 4).
 */
function keptInterval(
  first: Entry,
  earlier: readonly Entry[],
): { readonly before: number; readonly since: number } | undefined {
  const before = earlier.slice(0, earlier.indexOf(first));
  const sent = before.filter(({ from, segment }) => from === 'target' && lengthOf(segment) > 0);
  const [again, once] = sent.toReversed();
  if (!again || !once || !isAgain(again.segment, once.segment) || again.segment.ctl.has('SYN'))
    return undefined;
  const { seq, tsval } = again.segment;
  const end = add(seq, lengthOf(again.segment));
  // The timer of the text before is its own where that is not acknowledged.
  const isAcknowledged = before.some(
    ({ from, at, segment: { ctl, ack } }) =>
      from === 'tester' && at > again.at && ctl.has('ACK') && geq(ack, end),
  );
  if (tsval !== undefined || !isAcknowledged || first.segment.seq !== end) return undefined;
  if (before.some(({ from, at }) => from === 'tester' && at >= once.at && at <= again.at)) return undefined;
  // A closed window is probed by a timer of its own (RFC 9293 section 3.8.6.1).
  const told = before.findLast(({ from, at }) => from === 'tester' && at < once.at)?.segment;
  return told?.wnd === 0 ? undefined : { before: again.at - once.at, since: once.at };
}

/** Whether a timer has sent a SYN again. A SYN,ACK also comes again as the answer to a SYN. */
function wasSynAgain(earlier: readonly Entry[]): boolean {
  const syns = earlier.filter(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));
  const isByTimer = (one: Entry): boolean => earlier[earlier.indexOf(one) - 1]?.from === 'target';
  return syns.some((one, index) =>
    syns.slice(0, index).some((before) => isAgain(one.segment, before.segment) && isByTimer(one)),
  );
}

/** The same octets or controls. */
const isAgain = (one: Entry['segment'], other: Entry['segment']): boolean =>
  one.seq === other.seq &&
  lengthOf(one) === lengthOf(other) &&
  (['SYN', 'ACK'] as const).every((bit) => one.ctl.has(bit) === other.ctl.has(bit)) &&
  !other.ctl.has('RST');
