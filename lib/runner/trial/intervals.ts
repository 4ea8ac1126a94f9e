import type { ResolvedOutcome } from '../../catalogue/scenario.ts';
import { lengthOf } from '../../notation/index.ts';
import type { Entry } from '../../tester/index.ts';
import { isLongEnough, type SeenInterval } from '../../verdict/judge.ts';

/** When the target sent something last that its timers may send again; `otherwise` where there is nothing. */
export const lastSent = (log: readonly Entry[], otherwise: number): number =>
  log.findLast(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'))?.at ?? otherwise;

/**
 * The interval after which a segment was sent again, and the one before: of the same, or else the last of what else was sent again.
 * `since`: when they began. Absent where it has not been sent before.
 */
export function intervalOf(
  log: readonly Entry[],
  entry: Entry,
): (SeenInterval & { readonly since: number }) | undefined {
  const earlier = log.slice(0, log.indexOf(entry));
  const [first, second] = sentBefore(earlier, entry);
  if (!first) return undefined;
  const last = entry.at - first.at;
  if (second) return { last, before: first.at - second.at, since: second.at };
  const others = earlier
    .slice(0, earlier.indexOf(first))
    .map((one, index) => ({ one, again: sentBefore(earlier.slice(0, index), one)[0] }))
    .findLast(({ one, again }) => again !== undefined && lengthOf(one.segment) > 0);
  const before = others?.again && { before: others.one.at - others.again.at };
  return { last, ...before, since: others?.again?.at ?? first.at };
}

/** Whether the last that the target sent is a SYN, with an ACK or without, that it had sent before. */
export const isLastSynAgain = (log: readonly Entry[]): boolean => {
  const last = log.findLast(({ from }) => from === 'target');
  if (!last?.segment.ctl.has('SYN')) return false;
  return sentBefore(log.slice(0, log.indexOf(last)), last).some(({ segment }) => segment.ctl.has('SYN'));
};

/** The same octets or controls, sent before, the last of them first. */
function sentBefore(earlier: readonly Entry[], { from: by, segment: again }: Entry): readonly Entry[] {
  const takesSpace = lengthOf(again) > 0;
  const isSame = ({ from, segment }: Entry): boolean =>
    from === 'target' &&
    segment.seq === again.seq &&
    !segment.ctl.has('RST') &&
    lengthOf(segment) > 0 === takesSpace;
  return by === 'target' ? earlier.filter(isSame).toReversed() : [];
}

/**
 * Whether the tester was so late that an interval which looks too short may have been long enough: a segment that is read late
 * shortens the interval after it.
 */
export const dependsOnLag = (
  { interval: asked }: ResolvedOutcome,
  { last, before = 0 }: SeenInterval,
  lag: number,
): boolean =>
  asked !== undefined &&
  !isLongEnough(asked, { last, before }) &&
  isLongEnough(asked, { last: last + lag, before: Math.max(0, before - lag) });
