import type { Condition } from './conditions.ts';
import type { Profile } from '../standard/profile.ts';
import type { RuleId } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';

/** The states that a ladder can begin in, each a recipe of `lib/states`; CLOSED is a connection that never was. */
export type LadderStart = Extract<State, 'CLOSED' | 'LISTEN' | 'ESTABLISHED' | 'TIME-WAIT'>;

/** The tester sends a segment. */
export interface SendStep {
  readonly send: string;
}

/**
 * What the target does next: one segment, or `silence`; of several, any one. A field that is not written is not
 * compared, flags and text always are, as in a case.
 *
 * A segment that repeats one the target has sent before (its SEQ, flags and text) is its retransmission: it is waited
 * for as long as its timer takes. Elsewhere in a ladder, retransmissions are no replies.
 */
export interface ExpectStep {
  readonly expect: string | readonly string[];
  /**
   * What a SHOULD of `since` advises against: allowed, but the verdict is `permitted`. Under the profiles before `since` it is
   * what must come, and `expect` deviates. The ladder ends with it, in the state that it leads to.
   */
  readonly permitted?: { readonly reply: string; readonly then: State };
  /** As right, but then the ladder ends here: the target does not go the way that the next steps are about. */
  readonly otherwise?: readonly string[];
  /** The state that the figure shows behind this line; absent when it stays, or when the texts leave it open. */
  readonly then?: State;
}

/** What the figure writes in parentheses: the target's user acts. `close` ends sending only, `leave` both ways. */
export type UserStep =
  | { readonly user: 'open-active' | 'close' | 'leave' }
  | { readonly user: 'send'; readonly octets: number };

export type LadderStep = SendStep | ExpectStep | UserStep;

/**
 * An exchange of several segments on one 4-tuple, in which the target plays one of the two TCPs of a figure, or of a
 * rule that takes more than one stimulus.
 *
 * Variables are those of the target's TCB as the steps *before* this one have left it, and SEG.SEQ, SEG.ACK and SEG.LEN
 * those of the last segment that the tester sent. Where the recipe of `start` has left them, and from there on:
 *   ISS, SND.NXT            by what the target sends: its SYN, and one past the last octet or control of it;
 *   IRS, RCV.NXT, RCV.WND   by what the target acknowledges and offers;
 *   SND.UNA                 by the acceptable acknowledgments that the tester sends.
 * The target's resets move none of them. A SYN,ACK for another SYN begins all of them anew. A plain number is the
 * figure's own: the tester is free to choose where it starts. ANY is chosen once a step.
 *
 * Every state named is to be reached; the last is proven, those on the way only as far as no segment is needed for it.
 */
export interface LadderDeclaration {
  /** Permanent, lower case: `figure-<number>.<what>.<which TCP>`, or `ladder.<what>.<qualifier>`. */
  readonly id: string;
  readonly title: string;
  readonly start: LadderStart;
  /** Where timestamps are negotiated, every segment of the tester's carries them, if it does not say otherwise. */
  readonly condition?: Condition | readonly Condition[];
  /** The document that asks for it; `rfc793` when absent. */
  readonly since?: Profile;
  readonly steps: readonly LadderStep[];
  /** The state in the figure's last line that is shown. */
  readonly then: State;
  /** The rules that it tests, by their ids in lib/standard/rules.ts: at least one. */
  readonly rules: readonly RuleId[];
}

/** An expectation with its alternatives spelled out. */
export interface ResolvedExpectStep extends ExpectStep {
  readonly expect: readonly string[];
}

/** A declared ladder, resolved: it is the same under every profile, but for how binding it is. */
export interface Ladder extends Omit<LadderDeclaration, 'steps' | 'condition'> {
  readonly steps: readonly (SendStep | ResolvedExpectStep | UserStep)[];
  readonly conditions: readonly Condition[];
  readonly cite: readonly string[];
  readonly requirements: readonly RuleId[];
}
