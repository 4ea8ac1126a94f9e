import { demandsOf } from '../../catalogue/conditions.ts';
import type { ExpectStep, Place, ResolvedOutcome } from '../../catalogue/scenario.ts';
import type { SegmentNotation } from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';

// What one full wait says of others: steps of the same kind.

/** A step whose reply is waited for. */
export interface Awaited {
  readonly place: Place;
  /** Before what was done. */
  readonly state: State;
  /** What was done since the step before: the segments, in the notation; other things by name. */
  readonly done: readonly (SegmentNotation | string)[];
  readonly outcomes: readonly ResolvedOutcome[];
  /** The only step of a case. */
  readonly isCase: boolean;
  /** Its time counts, or what comes after its reply. */
  readonly isTimed: boolean;
}

/** Whether a step is about times, or about what is not a reply: the window that is offered, what the user is given or told. */
export const isTimed = (
  { within, notBefore, settled, delivered }: ExpectStep,
  outcomes: readonly ResolvedOutcome[],
): boolean =>
  [within, notBefore, settled, delivered].some((asked) => asked !== undefined) ||
  outcomes.some((outcome) => outcome.with !== undefined || outcome.interval !== undefined);

/** Nothing is there that a timer could belong to, and each segment gets its reply or none. */
export const hasNoConnection = (state: State): boolean => state === 'CLOSED' || state === 'LISTEN';

/**
 * The state, and what the target is asked to do; where silence is due, also the conditions, and the states after. A case does not
 * stand for a step among several.
 */
export function kindOf({ place, state, done, outcomes, isCase }: Awaited): string {
  const { origin = '', closedBy = '', conditions } = place;
  const asked = done.flatMap((one) =>
    typeof one === 'string' ? [one] : [...one.ctl, one.data === undefined ? '' : 'text'],
  );
  const kind = [isCase ? '' : 'step', state, origin, closedBy, ...asked];
  if (!isComplete(outcomes, 0)) return kind.join(' ');
  // Nor does one with a wrong checksum stand for one beyond the window.
  return [...kind, ...conditions, 'silence', ...statesOf(outcomes)].join(' ');
}

/**
 * The states that a check of SEGMENT ARRIVES does not tell apart (`placeOf`), the check, whether a reply has come, the states after, and
 * whether the packet is another than usual. What a document asks for beside what the target does makes no difference to the target.
 *
 * Where no connection is left, nothing can prevent a late reply, and a hasty attempt listens to its port all the time. Nor does it rely
 * on anything where more has come than any document allows: what is wrong stays wrong.
 *
 * @param replies how many have come to a case
 */
export function wideKindOf({ place, state, done, outcomes, isCase }: Awaited, replies: number): string {
  const fitting = outcomes.filter(({ reply }) => reply.length === replies);
  const isMissing = fitting.length === 0 && !isComplete(outcomes, replies);
  if (isCase) {
    const endsNowhere = (isMissing ? outcomes : fitting).every(
      ({ then }) => then !== undefined && hasNoConnection(then),
    );
    if (endsNowhere && (!isMissing || hasNoConnection(state))) return NEEDS_NONE;
  }
  const { origin = '', closedBy = '', conditions } = place;
  const told = ({ then }: ResolvedOutcome): string => (then === state ? 'the same' : (then ?? 'any'));
  if (isCase) {
    const due = (isMissing ? outcomes : fitting).filter(({ reply }) => reply.length > 0);
    const [first] = done;
    const decides = typeof first === 'object' ? whatDecides(first, place, due) : [`${first}`];
    const kind = [placeOf(state, decides, replies > 0), origin, closedBy, ...decides].join(' ');
    if (replies > 0) return kind;
    if (fitting.length === 0) return `${kind} missing`;
    // Who comes to the end of a connection relies on nothing.
    const left = fitting.filter(({ then }) => then === undefined || !hasNoConnection(then));
    return [kind, 'silence', ...new Set(left.map(told).sort())].join(' ');
  }
  const checks = done.map((one) => (typeof one === 'string' ? one : checkOf(one)));
  const packet = Object.keys(demandsOf(conditions).packet);
  const kind = [`step ${state}`, origin, closedBy, ...checks, ...packet].join(' ');
  const silent = outcomes.filter(({ reply }) => reply.length === 0);
  if (silent.length === 0) return kind;
  const after = new Set(outcomes.map(told).sort());
  return [kind, silent.length < outcomes.length ? 'or silence' : 'silence', ...after].join(' ');
}

/**
 * What decides:
 * - what is unusual in the packet, which is looked at before the flags, or dropped whatever they are: a checksum, a timestamp (RFC 7323
 *   section 5.3, R1), security or precedence (RFC 793 section 3.9, third), an address, an IP option. A reset is looked at before those.
 *   Where the target makes nothing of it, the flags decide, and those have kinds of their own;
 * - in SYN-SENT, only whether it is a SYN or a reset (RFC 9293 section 3.10.7.3): a wrong ACK is reset (first), and what is neither is
 *   dropped (fifth);
 * - where it is to be acknowledged and dropped, and is no SYN or reset, that it is outside the window (section 3.10.7.4, first), or
 *   acknowledges what was not sent (fifth): one reply for all, with a window of zero (another row of the table) and without;
 * - in all other places the flags.
 *
 * @param due the outcomes with a reply that the target has chosen, or that is missing
 */
function whatDecides(
  stimulus: SegmentNotation,
  { state, conditions }: Pick<Place, 'state' | 'conditions'>,
  due: readonly ResolvedOutcome[],
): readonly string[] {
  const check = checkOf(stimulus);
  const { packet: demanded, window } = demandsOf(conditions);
  const packet = Object.keys(demanded);
  if (packet.length > 0) return check === 'RST' ? [check, ...packet] : packet;
  if (check === 'RST' || check === 'SYN') return [check];
  if (state === 'SYN-SENT') return ['neither SYN nor RST'];
  const isDropped = due.every(({ reply, then }) => then === state && reply.every(isAckOfNothing));
  if (due.length === 0 || !isDropped) return [check];
  return ['unacceptable', ...(window === 'zero' ? ['with a closed window'] : [])];
}

const isAckOfNothing = ({ ctl, seq, ack, data }: SegmentNotation): boolean => {
  const isNext = seq?.kind === 'variable' && seq.name === 'SND.NXT';
  const isOld = ack?.kind === 'variable' && ack.name === 'RCV.NXT';
  return ctl.join() === 'ACK' && data === undefined && isNext && isOld;
};

/**
 * The states for which RFC 9293 section 3.10.7.4 gives a check in one paragraph: RST and text by groups of states; SYN, no ACK, and what
 * checksum, timestamp, security or precedence decide (RFC 793 section 3.9) for all that are synchronized. An ACK is processed as in
 * ESTABLISHED in all of them but LAST-ACK (fifth); in all of them, one that gets a reply is outside the window (first), or acknowledges
 * what was not sent. A FIN is processed in one paragraph (eighth); after the peer's FIN, the states remain. TIME-WAIT stands alone: stacks
 * keep little of a connection there.
 */
function placeOf(state: State, [check = '']: readonly string[], hasReply: boolean): string {
  const groups = check === 'ACK' && hasReply ? [UNTIL_TIME_WAIT] : (ALIKE[check] ?? [UNTIL_TIME_WAIT]);
  return (groups.find((group) => group.includes(state)) ?? [state]).join(',');
}

const TAKES_TEXT: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];
const AFTER_BOTH: readonly State[] = ['CLOSING', 'LAST-ACK'];
const UNTIL_TIME_WAIT = [...TAKES_TEXT, 'CLOSE-WAIT', ...AFTER_BOTH] as const;
const LIKE_ESTABLISHED = [...TAKES_TEXT, 'CLOSE-WAIT', 'CLOSING'] as const;
/** By what decides first; any other is the same in all that are synchronized. */
const ALIKE: Readonly<Record<string, readonly (readonly State[])[]>> = {
  RST: [[...TAKES_TEXT, 'CLOSE-WAIT'], AFTER_BOTH],
  ACK: [LIKE_ESTABLISHED],
  text: [TAKES_TEXT, ['CLOSE-WAIT', ...AFTER_BOTH]],
  FIN: [TAKES_TEXT, ['CLOSE-WAIT', ...AFTER_BOTH]],
};

/** The kind of those that rely on no other: they hear all that a full wait would. */
export const NEEDS_NONE = 'hears all';

/** The states after. A reset that is taken does not stand for one that is dropped. */
const statesOf = (outcomes: readonly ResolvedOutcome[]): ReadonlySet<string> =>
  new Set(outcomes.map(({ then = 'any' }) => then).sort());

function checkOf({ ctl, data }: SegmentNotation): string {
  for (const bit of ['RST', 'SYN'] as const) if (ctl.includes(bit)) return bit;
  if (!ctl.includes('ACK')) return 'no ACK';
  return ctl.includes('FIN') ? 'FIN' : data === undefined ? 'ACK' : 'text';
}

/** Whether so many replies are as many as any document allows, under whatever profile: nothing more is due. */
export const isComplete = (outcomes: readonly ResolvedOutcome[], replies: number): boolean =>
  outcomes.every(({ reply }) => reply.length <= replies);
