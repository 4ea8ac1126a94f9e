import type { Segment, Tcb } from '../standard/tcb.ts';
import { sub } from '../wire/seq.ts';
import { observed } from './model.ts';
import { mustSend } from './oracle/sightings.ts';
import type { Terms, World } from './oracle/world.ts';
import type { Failure, Played } from './played.ts';

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

export function effectOf({ worlds, seen, kind, faults }: Failure, terms: Terms): Effect {
  if (faults) return { due: [RIGHT], seen: faults.map(({ what }) => what).join(', ') };
  const last = seen.at(-1);
  return effectIn(worlds, kind === 'silence' || !last ? 'silence' : observed(last.segment), terms);
}

/** What is due where something is wrong whatever the TCB. */
export const RIGHT = 'a right one';

/** @param worlds after what came, before anything was seen */
export function effectIn(worlds: readonly World[], seen: Segment | 'silence', terms: Terms): Effect {
  const due = [...new Set(worlds.map((world) => dueIn(world, terms)))].sort();
  const [first] = worlds;
  if (seen === 'silence' || !first) return { due, seen: 'silence' };
  const what = kindOfReply(seen, first.tcb);
  const alike = worlds.flatMap(({ due: [one], tcb }) => (one && kindOfReply(one, tcb) === what ? [one] : []));
  const others = alike.map((one) => otherFields(one, seen)).sort((a, b) => a.length - b.length);
  return { due, seen: [what, ...(others[0] ?? [])].join(' ') };
}

/** In what a segment differs from one of its kind that was due. */
const otherFields = (due: Segment, seen: Segment): readonly string[] => [
  ...(due.seq === seen.seq ? [] : ['other SEQ']),
  ...(!due.ctl.has('ACK') || due.ack === seen.ack ? [] : ['other ACK']),
  ...(due.data === seen.data ? [] : ['other length']),
  ...(['PSH', 'URG', 'ECE', 'CWR'] as const).filter((bit) => due.ctl.has(bit) !== seen.ctl.has(bit)),
];

/** For titles and keys. */
export const effectText = ({ due, seen }: Effect): string => `${due.join(' or ')} is due, ${seen} comes`;

/** A failure where it happened, and what had come before. */
export type Failed = Pick<Played, 'trace'> & { readonly failure: Failure };

export const stimuliOf = ({ trace, failure }: Failed): readonly string[] =>
  trace.steps.slice(0, failure.step + 1).map(({ stimulus }) => stimulus);

/** Whether two failures have the same effect: while a sequence is shrunk, the stimulus may become simpler. */
export const isSameEffect = (one: Effect, other: Effect): boolean =>
  one.seen === other.seen && one.due.some((due) => other.due.some((each) => isAlike(due, each)));

/** An acknowledgment is one, in time or at once. */
const isAlike = (one: string, other: string): boolean =>
  one === other || (one.startsWith('ACK') && other.startsWith('ACK'));
