import { evaluateSegment } from '../notation/index.ts';
import type { Segment, Tcb } from '../standard/tcb.ts';
import { tcbVariables } from '../standard/variables.ts';
import { TESTER_WINDOW } from '../states/index.ts';
import { sub } from '../wire/seq.ts';
import { arriving, observed } from './model.ts';
import { mustSend } from './oracle/sightings.ts';
import type { Terms, World } from './oracle/world.ts';
import type { Failure } from './play.ts';
import type { Sequence } from './sequence.ts';
import { kindOf, stepOf } from './steps-of-arrives.ts';

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

export function effectOf({ worlds, seen, kind }: Failure, terms: Terms): Effect {
  const due = [...new Set(worlds.map((world) => dueIn(world, terms)))].sort();
  const last = seen.at(-1);
  const [first] = worlds;
  const what =
    kind === 'silence' || !last || !first ? 'silence' : kindOfReply(observed(last.segment), first.tcb);
  return { due, seen: what };
}

/** What the target met when it failed: a segment by its step of SEGMENT ARRIVES, or a call. */
export function stimulusOf({ place, steps }: Sequence, { step, before }: Failure): string {
  const last = steps[step];
  const [first] = before;
  if (!last || !first) return 'nothing';
  if ('user' in last) return `call ${last.user.call}`;
  if ('wait' in last) return 'wait';
  const [notation] = last.send;
  const unknown = { ...tcbVariables(first.tcb) };
  const segment = evaluateSegment(notation, unknown, () => 0x4000_0000);
  const arrived = arriving(segment, place, TESTER_WINDOW);
  return `${stepOf(first.tcb, arrived)} ${kindOf(first.tcb, arrived)}`;
}

/** For titles and keys. */
export const effectText = ({ due, seen }: Effect): string => `${due.join(' or ')} is due, ${seen} comes`;

/** Failures with the same key are taken for the same habit of the target, in whatever state. */
export const keyOf = (sequence: Sequence, failure: Failure, terms: Terms): string =>
  `${stimulusOf(sequence, failure)}: ${effectText(effectOf(failure, terms))}`;

/** Whether two failures have the same effect: while a sequence is shrunk, the stimulus may become simpler. */
export const isSameEffect = (one: Effect, other: Effect): boolean =>
  one.seen === other.seen && shares(one, other);

const shares = (one: Effect, other: Effect): boolean => one.due.some((due) => other.due.includes(due));
