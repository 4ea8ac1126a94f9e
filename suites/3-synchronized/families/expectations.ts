import { type Check, type Choice, sameChoice } from '../../../lib/standard/adoption.ts';
import type { CaseDeclaration, Outcome } from '../../../lib/catalogue/case.ts';
import type { LeftOpen } from '../../../lib/catalogue/left-open.ts';
import type { Level, Profile } from '../../../lib/standard/profile.ts';
import type { State } from '../../../lib/standard/state.ts';

/** What the families need to know of a synchronized state. */
export interface Subject {
  readonly state: State;
  /**
   * The acknowledgment that a segment of a sweep carries: one that leaves the state as it is. Where our FIN waits for
   * its acknowledgment that is SND.UNA, which does not cover the FIN.
   */
  readonly ack: 'SND.NXT' | 'SND.UNA';
  /** Whether the seventh step takes text: not after the peer's FIN. */
  readonly takesText: boolean;
}

export type Outcomes = readonly Outcome[];
export type ByProfile = Readonly<Record<Profile, Outcomes>>;

/** The permanent id of a case. */
export const named = (subject: Subject, rest: string): string => `${subject.state.toLowerCase()}.${rest}`;

// One reply each.

export const outcome = (reply: string, then: State): Outcome => ({ reply, then });

export const silence = (then: State): Outcome => outcome('silence', then);

export const emptyAck = (then: State): Outcome => outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then);

/** Acknowledges `octets` of sequence space beyond RCV.NXT: text, a FIN, or both. */
export const acknowledgmentOf = (octets: number | string, then: State): Outcome =>
  outcome(`<SEQ=SND.NXT><ACK=RCV.NXT+${octets}><CTL=ACK>`, then);

/** A connection opens anew, straight out of TIME-WAIT. */
export const synAck: Outcome = outcome('<ACK=SEG.SEQ+1><CTL=SYN,ACK>', 'SYN-RECEIVED');

/** The reset of group 3: believable to the peer because its sequence number is the one that the peer acknowledged. */
export const resetBySegAck: Outcome = outcome('<SEQ=SEG.ACK><CTL=RST>', 'CLOSED');

// Levels, and sets of outcomes.

const atLevel =
  (level: Level) =>
  (...outcomes: Outcomes): Outcomes =>
    outcomes.map((one) => ({ ...one, level }));

export const recommended = atLevel('recommended');
export const permitted = atLevel('permitted');

/** Outcomes that stand beside others because a text leaves it open; those that name a text already keep it. */
export const leftOpen = (by: LeftOpen, ...outcomes: Outcomes): Outcomes =>
  outcomes.map((one) => ({ leftOpen: by, ...one }));

/**
 * A reset whose form the text leaves open: the form that section 3.4 gives everywhere else, or one that continues our own
 * sequence numbers, as the ABORT call does. Wherever section 3.4 gives a form, a segment with ACK is answered from its ACK
 * field; SEQ=0 is for segments without.
 */
export const resetOfAnyForm = (carriesAck: boolean): Outcomes => [
  carriesAck ? resetBySegAck : outcome('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', 'CLOSED'),
  outcome('<SEQ=SND.NXT><CTL=RST>', 'CLOSED'),
  outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', 'CLOSED'),
];

const STRENGTH: Readonly<Record<Level, number>> = { required: 2, recommended: 1, permitted: 0 };
const strength = ({ level }: Outcome): number => STRENGTH[level ?? 'required'];

/** A set of outcomes; of two that say the same, the stronger stays. */
export function anyOf(...outcomes: Outcomes): Outcomes {
  return outcomes.filter(
    (one, index) =>
      !outcomes.some(
        (other, place) =>
          place !== index &&
          other.reply === one.reply &&
          other.then === one.then &&
          (other.when === undefined || sameChoice(other.when, one.when)) &&
          (strength(other) > strength(one) || (strength(other) === strength(one) && place < index)),
      ),
  );
}

const tagged = (outcomes: Outcomes, when: Choice): Outcomes =>
  outcomes.map((one) => (one.when === undefined ? { ...one, when } : one));

/** What a TCP does that has adopted a check of RFC 5961, and one that has not; what both do alike is not tagged. */
export function eitherWay(check: Check, adopted: Outcomes, notAdopted: Outcomes): Outcomes {
  const alike = (one: Outcome, other: Outcome): boolean =>
    one.reply === other.reply && one.then === other.then && strength(one) === strength(other);
  const common = adopted.filter((one) => notAdopted.some((other) => alike(one, other)));
  const rest = (outcomes: Outcomes): Outcomes =>
    outcomes.filter((one) => !common.some((other) => alike(one, other)));
  return [
    ...common,
    ...tagged(rest(adopted), { check, adopted: true }),
    ...tagged(rest(notAdopted), { check, adopted: false }),
  ];
}

// Profiles.

/** The same under every profile. */
export const always = (...outcomes: Outcomes): ByProfile => ({
  rfc793: outcomes,
  rfc1122: outcomes,
  rfc5961: outcomes,
  rfc9293: outcomes,
});

/** By profile; one that is not named inherits from the one before. */
export function byProfile(
  chain: { readonly rfc793: Outcomes } & Partial<Readonly<Record<Profile, Outcomes>>>,
): ByProfile {
  const rfc1122 = chain.rfc1122 ?? chain.rfc793;
  const rfc5961 = chain.rfc5961 ?? rfc1122;
  return { rfc793: chain.rfc793, rfc1122, rfc5961, rfc9293: chain.rfc9293 ?? rfc5961 };
}

/** A check of RFC 5961 replaces the older behaviour, and RFC 9293 leaves the choice between the two. */
export const replacedByRfc5961 = (check: Check, older: Outcomes, newer: Outcomes): ByProfile =>
  byProfile({ rfc793: older, rfc5961: newer, rfc9293: eitherWay(check, newer, older) });

// What the steps of SEGMENT ARRIVES ask for once a segment has passed the sequence check.

/**
 * An acceptable segment with an acknowledgment to which nothing is due. Read to the letter the fifth step of TIME-WAIT
 * acknowledges whatever comes that far, because it expects only the peer's FIN there.
 */
export const nothingDue = ({ state }: Subject): Outcomes =>
  state === 'TIME-WAIT'
    ? [silence(state), ...leftOpen('ACK in TIME-WAIT', ...permitted(emptyAck(state)))]
    : [silence(state)];

/**
 * The same away from the left edge of the window, where an acknowledgment may be sent all the same: RFC 793 leaves it open,
 * and RFC 1122 permits it.
 */
export const nothingDueButPermitted = (subject: Subject): Outcomes =>
  anyOf(silence(subject.state), ...leftOpen('begins further on', ...permitted(emptyAck(subject.state))));

/** Text that arrives in order; after the peer's FIN it is ignored. */
export const textTaken = (
  subject: Subject,
  octets: number | string,
  then: State = subject.state,
): Outcomes => (subject.takesText ? [acknowledgmentOf(octets, then)] : ignoredText(subject, then));

/**
 * Text behind the peer's FIN. The seventh step has it ignored, with no word on whether that earns an ACK. In CLOSING the
 * fifth step has already had the whole segment ignored, unless it acknowledges our FIN.
 */
export const ignoredText = ({ state }: Subject, then: State = state): Outcomes => {
  const answered = state === 'CLOSING' && then === state ? permitted(emptyAck(then)) : [emptyAck(then)];
  return [silence(then), ...leftOpen('text behind the FIN', ...answered)];
};

/** Text, or a FIN, inside the window and beyond a gap: since RFC 1122 an ACK MAY be sent, and RFC 793 was ambiguous. */
export const outOfOrder = (subject: Subject): Outcomes =>
  subject.takesText
    ? [emptyAck(subject.state), ...leftOpen('begins further on', silence(subject.state))]
    : ignoredText(subject);

/**
 * A FIN in order where the peer's FIN has already been taken. The eighth step advances over it and acknowledges it, in
 * every state. That only one copy of a control is acted upon (section 3.3) speaks for not advancing; nothing speaks for
 * silence.
 */
export const secondFin = (then: State): Outcomes => [acknowledgmentOf(1, then), ...permitted(emptyAck(then))];

/** A case of a family: the name of a position or of a flag, and what is sent. */
export type Row = Pick<CaseDeclaration, 'title' | 'send'> & { readonly name: string };
