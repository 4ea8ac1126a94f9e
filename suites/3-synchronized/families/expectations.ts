import type { CaseDeclaration, Outcome } from '../../../lib/catalogue/case.ts';
import type { LeftOpen } from '../../../lib/catalogue/left-open.ts';
import { type Check, type Choice, sameChoice } from '../../../lib/standard/adoption.ts';
import type { Level, Profile } from '../../../lib/standard/profile.ts';
import type { State } from '../../../lib/standard/state.ts';

/** What the families must know about a synchronized state. */
export interface Subject {
  readonly state: State;
  /**
   * The acknowledgment in the segments of a sweep. It leaves the state unchanged. While the target's FIN is unacknowledged,
   * it is SND.UNA, which does not cover the FIN.
   */
  readonly ack: 'SND.NXT' | 'SND.UNA';
  /** Whether the seventh step accepts text: not after the peer's FIN. */
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

/** A new connection opens directly from TIME-WAIT. */
export const synAck: Outcome = outcome('<ACK=SEG.SEQ+1><CTL=SYN,ACK>', 'SYN-RECEIVED');

/** The reset of group 3. The peer accepts it, because its sequence number is the one that the peer acknowledged. */
export const resetBySegAck: Outcome = outcome('<SEQ=SEG.ACK><CTL=RST>', 'CLOSED');

// Levels, and sets of outcomes.

const atLevel =
  (level: Level) =>
  (...outcomes: Outcomes): Outcomes =>
    outcomes.map((one) => ({ ...one, level }));

export const recommended = atLevel('recommended');
export const permitted = atLevel('permitted');

/** Adds the reason to outcomes that are allowed beside others. Outcomes that already name a reason keep it. */
export const leftOpen = (by: LeftOpen, ...outcomes: Outcomes): Outcomes =>
  outcomes.map((one) => ({ leftOpen: by, ...one }));

/**
 * A reset whose form the RFC leaves open: the form of section 3.4, or SEQ=SND.NXT as in the ABORT call. In section 3.4, the
 * reset for a segment with ACK takes its number from the ACK field; SEQ=0 is for segments without ACK.
 */
export const resetOfAnyForm = (carriesAck: boolean): Outcomes => [
  carriesAck ? resetBySegAck : outcome('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', 'CLOSED'),
  outcome('<SEQ=SND.NXT><CTL=RST>', 'CLOSED'),
  outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', 'CLOSED'),
];

const STRENGTH: Readonly<Record<Level, number>> = { required: 2, recommended: 1, permitted: 0 };
const strength = ({ level }: Outcome): number => STRENGTH[level ?? 'required'];

/** A set of outcomes. Of two equal outcomes, the stronger level stays. */
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

/** The outcomes of a TCP that has adopted a check of RFC 5961, and of one that has not. Outcomes of both have no tag. */
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

/** Outcomes by profile. A profile that is absent inherits from the one before. */
export function byProfile(
  chain: { readonly rfc793: Outcomes } & Partial<Readonly<Record<Profile, Outcomes>>>,
): ByProfile {
  const rfc1122 = chain.rfc1122 ?? chain.rfc793;
  const rfc5961 = chain.rfc5961 ?? rfc1122;
  return { rfc793: chain.rfc793, rfc1122, rfc5961, rfc9293: chain.rfc9293 ?? rfc5961 };
}

/** A check of RFC 5961 replaces the older behaviour. RFC 9293 allows either. */
export const replacedByRfc5961 = (check: Check, older: Outcomes, newer: Outcomes): ByProfile =>
  byProfile({ rfc793: older, rfc5961: newer, rfc9293: eitherWay(check, newer, older) });

// What the steps of SEGMENT ARRIVES ask for after the sequence check.

/**
 * An acceptable segment with an acknowledgment that needs no answer. Taken literally, the fifth step of TIME-WAIT
 * acknowledges any segment that comes that far, because it expects only the peer's FIN there.
 */
export const nothingDue = ({ state }: Subject): Outcomes =>
  state === 'TIME-WAIT'
    ? [silence(state), ...leftOpen('ACK in TIME-WAIT', ...permitted(emptyAck(state)))]
    : [silence(state)];

/**
 * The same beyond the left edge of the window. An acknowledgment may be sent: RFC 793 leaves it open, and RFC 1122
 * permits it.
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
 * Text after the peer's FIN. The seventh step ignores it, and does not say whether it gets an ACK. In CLOSING the fifth step
 * already ignores the whole segment, unless it acknowledges the target's FIN.
 */
export const ignoredText = ({ state }: Subject, then: State = state): Outcomes => {
  const answered = state === 'CLOSING' && then === state ? permitted(emptyAck(then)) : [emptyAck(then)];
  return [silence(then), ...leftOpen('text behind the FIN', ...answered)];
};

/** Text or a FIN inside the window, beyond a gap. RFC 793 is ambiguous; since RFC 1122 an ACK MAY be sent. */
export const outOfOrder = (subject: Subject): Outcomes =>
  subject.takesText
    ? [emptyAck(subject.state), ...leftOpen('begins further on', silence(subject.state))]
    : ignoredText(subject);

/**
 * A FIN in order after the peer's FIN. In every state the eighth step advances RCV.NXT over it and acknowledges it. Section
 * 3.3, by which only one copy of a control is acted upon, is a reason not to advance. There is no reason for silence.
 */
export const secondFin = (then: State): Outcomes => [acknowledgmentOf(1, then), ...permitted(emptyAck(then))];

/** A case of a family: the name of a position or flag, and the stimulus. */
export type Row = Pick<CaseDeclaration, 'title' | 'send'> & { readonly name: string };
