import type { Segment, Tcb } from '../standard/tcb.ts';
import { sub } from '../wire/seq.ts';
import { observed } from './model.ts';
import { mustSend } from './oracle/sightings.ts';
import type { Terms, World } from './oracle/world.ts';
import type { Failure, Played } from './play.ts';

/** What a segment of the target's is, in the words of the control bits; and where its numbers lie, as far as they are not the usual ones. */
function kindOfReply({ ctl, data, seq, ack }: Segment, { state, sndNxt, rcvNxt }: Tcb): string {
  const bits = (['SYN', 'FIN', 'RST', 'ACK'] as const).filter((bit) => ctl.has(bit)).join(',') || 'no flags';
  const side = (value: number, usual: number): string =>
    value === usual ? '' : sub(value, usual) < 2 ** 31 ? '>' : '<';
  const isUnnumbered = ctl.has('RST') || ctl.has('SYN') || state === 'CLOSED' || state === 'LISTEN';
  const numbers = isUnnumbered ? '' : `${side(seq, sndNxt)}${ctl.has('ACK') ? side(ack, rcvNxt) : ''}`;
  return `${bits}${data > 0 ? ' with text' : ''}${numbers}`;
}

/** What must come, or may come, in one of the worlds. */
const dueIn = ({ tcb, due, owesAckSince }: World, terms: Terms): string => {
  const [first] = due;
  if (first) return kindOfReply(first, tcb);
  if (mustSend(tcb, terms)) return 'what waits';
  return owesAckSince === undefined ? 'silence' : 'ACK in time';
};

/** The difference between what is due and what was seen, in words that do not depend on numbers, nor on the state. */
export interface Effect {
  readonly due: readonly string[];
  readonly seen: string;
}

export function effectOf({ worlds, seen, kind, options }: Failure, terms: Terms): Effect {
  if (options) return { due: ['right options'], seen: options.join(', ') };
  const due = [...new Set(worlds.map((world) => dueIn(world, terms)))].sort();
  const last = seen.at(-1);
  const [first] = worlds;
  const what =
    kind === 'silence' || !last || !first ? 'silence' : kindOfReply(observed(last.segment), first.tcb);
  return { due, seen: what };
}

/** For titles and keys. */
export const effectText = ({ due, seen }: Effect): string => `${due.join(' or ')} is due, ${seen} comes`;

/** A failure where it happened, and what had come before. */
export type Failed = Pick<Played, 'trace'> & { readonly failure: Failure };

const stimuliOf = ({ trace, failure }: Failed): readonly string[] =>
  trace.steps.slice(0, failure.step + 1).map(({ stimulus }) => stimulus);

/** Failures with the same key are taken for the same habit of the target, in whatever state. */
export function keyOf(failed: Failed): string {
  const effect = effectText(effectOf(failed.failure, failed.trace.terms));
  // What is wrong with options is wrong in every segment of a kind.
  return failed.failure.options ? effect : `${stimuliOf(failed).at(-1)}: ${effect}`;
}

/**
 * What a shrunk sequence does before its last step. If there is anything, it is the cause, and the last step only shows what it has led
 * to: then those that show the same in another way have the same key.
 */
export const causeOf = (failed: Failed): string => {
  const before = stimuliOf(failed).slice(0, -1);
  return before.length === 0
    ? keyOf(failed)
    : `${before.join('; ')}: ${effectOf(failed.failure, failed.trace.terms).seen}`;
};

/** Whether a failure may be of a cause that is known: the same stimuli came before it, in their order, and the same came of it. */
export function mayBeOf(failed: Failed, known: Failed): boolean {
  const stimuli = [...stimuliOf(failed).slice(0, -1)];
  const causes = stimuliOf(known).slice(0, -1);
  if (causes.length === 0) return false;
  const seen = (one: Failed): string => effectOf(one.failure, one.trace.terms).seen;
  let at = 0;
  for (const cause of causes) {
    at = stimuli.indexOf(cause, at) + 1;
    if (at === 0) return false;
  }
  return seen(failed) === seen(known);
}

/** Whether two failures have the same effect: while a sequence is shrunk, the stimulus may become simpler. */
export const isSameEffect = (one: Effect, other: Effect): boolean =>
  one.seen === other.seen && one.due.some((due) => other.due.some((each) => isAlike(due, each)));

/** An acknowledgment is one, in time or at once. */
const isAlike = (one: string, other: string): boolean =>
  one === other || (one.startsWith('ACK') && other.startsWith('ACK'));
