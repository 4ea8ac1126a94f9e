import { readReply } from '../../catalogue/resolve.ts';
import {
  type Expression,
  evaluate,
  NotationError,
  printSegment,
  type SegmentNotation,
  type Variables,
} from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import { isAcknowledgedStepwise } from '../../verdict/judge.ts';
import { relativeReply } from '../../verdict/relative-reply.ts';
import type { Seen } from '../../verdict/result.ts';
import type { ReportCase } from '../run.ts';

/** What was observed, and in which state. */
export type SeenIn = Seen & { readonly state: State };

/** Undefined where the case was not run. */
export const seenIn = (result: ReportCase): SeenIn | undefined =>
  result.outcome === 'not run' ? undefined : result;

/**
 * The replies in the notation, or `silence`. The text is the same in every run in which the target behaves the same. Of ACKs
 * that each acknowledge more than the one before, the last one counts.
 */
export function repliesText(seen: SeenIn): string {
  const told = notationsOf(seen);
  return told.length === 0 ? 'silence' : told.map(printSegment).join(' ');
}

/**
 * Whether the replies are those of a text that {@link repliesText} made in another run. The numbers are compared and not the
 * names, since two names may stand for the same number: SEG.ACK can be 0 by chance, as the SEQ of a reset is.
 */
export function areReplies(text: string, seen: SeenIn): boolean {
  const before = readReply(text);
  const now = notationsOf(seen);
  return (
    before.length === now.length &&
    now.every((notation, index) => isSame(notation, before[index] as SegmentNotation, seen.variables))
  );
}

function isSame(now: SegmentNotation, before: SegmentNotation, variables: Variables): boolean {
  const bare = ({ seq: _, ack: __, ...rest }: SegmentNotation): string => printSegment(rest);
  return (
    bare(now) === bare(before) &&
    (['seq', 'ack'] as const).every((field) => isSameNumber(now[field], before[field], variables))
  );
}

function isSameNumber(
  now: Expression | undefined,
  before: Expression | undefined,
  variables: Variables,
): boolean {
  if (!now || !before) return now === before;
  if (now.kind === 'any' || before.kind === 'any') return now.kind === before.kind;
  try {
    return evaluate(now, variables) === evaluate(before, variables);
  } catch (error) {
    // It names a variable that is not known here.
    if (error instanceof NotationError) return false;
    throw error;
  }
}

function notationsOf(seen: SeenIn): SegmentNotation[] {
  const replies = seen.observed;
  const last = replies.at(-1);
  const told = last && isAcknowledgedStepwise(replies, seen.variables) ? [last] : replies;
  // The numbers of several steps are those of the segment that was sent last.
  const acknowledges = seen.stimulus.at(-1)?.ctl.has('ACK') ?? false;
  return told.map((reply) => relativeReply(reply, { ...seen, acknowledges }));
}
