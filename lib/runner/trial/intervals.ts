import type { ResolvedOutcome } from '../../catalogue/scenario.ts';
import { lengthOf } from '../../notation/index.ts';
import type { Entry } from '../../tester/index.ts';
import { isLongEnough, type SeenInterval } from '../../verdict/judge.ts';

/** When the target sent something last that its timers may send again; `otherwise` where there is nothing. */
export const lastSent = (log: readonly Entry[], otherwise: number): number =>
  log.findLast(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'))?.at ?? otherwise;

/**
 * The interval after which a segment was sent again, and the one before; `since`: when both began. Absent where it has not been sent
 * before.
 */
export function intervalOf(
  log: readonly Entry[],
  entry: Entry,
): (SeenInterval & { readonly since: number }) | undefined {
  const takesSpace = lengthOf(entry.segment) > 0;
  const isSame = ({ from, segment }: Entry): boolean =>
    from === 'target' &&
    segment.seq === entry.segment.seq &&
    !segment.ctl.has('RST') &&
    lengthOf(segment) > 0 === takesSpace;
  const [first, second] = log.slice(0, log.indexOf(entry)).filter(isSame).toReversed();
  if (!first) return undefined;
  return {
    last: entry.at - first.at,
    ...(second ? { before: first.at - second.at } : {}),
    since: second?.at ?? first.at,
  };
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
