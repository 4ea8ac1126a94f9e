import {
  type Expression,
  evaluate,
  evaluateSegment,
  NotationError,
  parseSegment,
  printSegment,
  type SegmentNotation,
  type Variables,
} from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import { isAcknowledgedStepwise } from '../../verdict/judge.ts';
import { relativeReply } from '../../verdict/relative-reply.ts';
import type { Seen } from '../../verdict/result.ts';
import type { ReportCase } from '../run.ts';

/** What was seen, and in which state the segment was sent. */
export type SeenIn = Seen & { readonly state: State };

/** Undefined where the case was not run. */
export const seenIn = (result: ReportCase): SeenIn | undefined =>
  result.outcome === 'not run' ? undefined : result;

/**
 * The replies in the notation, in a form that is the same in every run in which the target behaves alike; `silence` for none.
 * Of acknowledgments that each say more than the one before, the last one counts.
 */
export function repliesText(seen: SeenIn): string {
  const told = notationsOf(seen);
  return told.length === 0 ? 'silence' : told.map(printSegment).join(' ');
}

/**
 * Whether the replies are those of a text that {@link repliesText} has made in another run. Two names may have stood for
 * the same number there, or may do so here (a free choice of SEG.ACK is 0 now and then, and so is the SEQ of a reset):
 * what counts is the number that the text stands for now.
 */
export function areReplies(text: string, seen: SeenIn): boolean {
  const before = text === 'silence' ? [] : text.split(' ').map(parseSegment);
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
    // It names what is not known here.
    if (error instanceof NotationError) return false;
    throw error;
  }
}

function notationsOf(seen: SeenIn): SegmentNotation[] {
  const replies = seen.observed.map((text) => evaluateSegment(parseSegment(text), {}));
  const last = replies.at(-1);
  const told = last && isAcknowledgedStepwise(replies, seen.variables) ? [last] : replies;
  // The numbers of several steps are those of the segment that was sent last.
  const [answered = ''] = seen.stimulus.split(' ').slice(-1);
  const acknowledges = answered !== '' && parseSegment(answered).ctl.includes('ACK');
  return told.map((reply) => relativeReply(reply, { ...seen, acknowledges }));
}
