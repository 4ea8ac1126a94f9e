import type { Aspects, Reply } from '../catalogue/scenario.ts';
import type { FieldName, SegmentNotation } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { TargetDeath } from './reason.ts';
import type { OptionFault } from './reply-options.ts';

/** An outcome that a judgement names: a reply, and the state after where one is asked for. */
export interface Named {
  readonly reply: Reply;
  readonly then?: State;
}

/** A field of a reply that differs from what is expected. */
export interface FieldFault {
  readonly kind: 'field';
  readonly field: FieldName;
  /** As it is written: `SND.NXT+1`, `RST,ACK`, `none`. */
  readonly expected: string;
  /** What the expression stands for; absent where the field is no number. */
  readonly due?: number;
  /** As it was on the wire: `1005`, `RST`, `absent`. */
  readonly observed: string;
  /** SEQ and ACK in terms of the TCB; the same in each run, whichever numbers were chosen. `ANY`: no variable is near. */
  readonly relative?: string;
}

/**
 * One difference between what is expected and what was observed. It is plain data, in terms of the TCB: the same fault has
 * the same values in each state and family, but for `due` and the numbers of the wire.
 */
export type Fault = { /** Of a case of several steps, from 1. */ readonly step?: number } & (
  | FieldFault
  /**
   * Other replies than expected, or more, or fewer. Any of `expected` is right; an empty one is silence. `again`: the stimulus
   * made the target repeat an earlier segment.
   */
  | {
      readonly kind: 'replies';
      readonly expected: readonly Reply[];
      readonly observed: readonly SegmentNotation[];
      readonly again?: true;
    }
  /** The target answered by ICMP where it must be silent. */
  | { readonly kind: 'ICMP'; readonly message: string }
  /** A reply carries an option that it must not, or lacks one, or its header is malformed. */
  | { readonly kind: 'option'; readonly rule: OptionFault }
  /** A reopened connection took an ISS that is not above the last number of the old one (RFC 1122 section 4.2.2.13). */
  | { readonly kind: 'ISS'; readonly iss: number; readonly old: number }
  | { readonly kind: 'state'; readonly expected: State; readonly observed: State | 'unknown' }
  /** RCV.NXT is too far (above 0) or too short (below 0) by so many octets. */
  | { readonly kind: 'RCV.NXT'; readonly observed: number; readonly offset: number }
  /** A reply came later than it must, or sooner than it may; in milliseconds from the step before. */
  | {
      readonly kind: 'time';
      readonly limit: 'within' | 'not before';
      readonly expected: number;
      readonly observed: number;
    }
  /** The interval after which a timer sent the same again was not longer than the one before; both in milliseconds. */
  | { readonly kind: 'back-off'; readonly before: number; readonly observed: number }
  /** The SYN has an ISS that another SYN of the target's has had. */
  | { readonly kind: 'ISN'; readonly iss: number }
  /** The target's user was given another number of octets of text, or others; the first is number 0. */
  | {
      readonly kind: 'delivered';
      readonly expected: number;
      readonly observed: number;
      /** The first that is not what was sent. */
      readonly wrongAt?: number;
    }
  /** What else was asked for is not true. In words: octets, milliseconds, the field's value, what the user was told. */
  | {
      readonly kind: 'aspect';
      readonly aspect: keyof Aspects;
      readonly expected: string;
      readonly observed: string;
    }
  /** The stimulus killed the target. */
  | ({ readonly kind: 'death' } & TargetDeath)
);

/** A choice that a document leaves: what the target did, and what would be better. */
export interface Taken {
  readonly step?: number;
  readonly outcome: Named;
  /** Empty where the document asks for nothing else. */
  readonly better: readonly Named[];
}
