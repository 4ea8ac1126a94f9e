import type { Variable } from '../notation/types.ts';
import type { Profile } from '../spec/profile.ts';
import type { Origin, State } from '../spec/state.ts';

/** What the target's answer was, in the three words of the RFC and what else there is. */
export const KINDS = ['rst', 'empty-ack', 'silence', 'syn-ack', 'other'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * `conformant`: what the document asks for. `permitted`: a SHOULD or MAY not taken, or a reading that the text allows.
 * `deviates`: none of these. `inconclusive`: the state could not be reached or proven, or the wire was disturbed.
 */
export const VERDICTS = ['conformant', 'permitted', 'deviates', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a segment on the wire was to the case. */
export const ROLES = ['setup', 'stimulus', 'reply', 'retransmission', 'proof', 'window update'] as const;
export type Role = (typeof ROLES)[number];

/** A segment of the case's connection, as it was seen on the wire. */
export interface WireRecord {
  readonly from: 'tester' | 'target';
  /** Milliseconds since the case began. */
  readonly at: number;
  readonly role: Role;
  /** In the notation, with absolute numbers. */
  readonly segment: string;
  /** In the notation, in terms of the target's TCB at the time of the stimulus. */
  readonly relative: string;
  /** The IP packet, base64: for the capture of the case. */
  readonly packet: string;
}

/** Why a case could not be judged. */
export interface Inconclusive {
  readonly reason: string;
  /** True when what the target or its driver can do rules the case out; such a case is no failure of the run. */
  readonly byCapability: boolean;
}

/** What came of one case on one address family. It is plain data: it crosses a process boundary and is stored. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly state: State;
  readonly origin?: Origin;
  readonly condition?: string;
  readonly family: 4 | 6;
  /** The stimulus as declared. */
  readonly send: string;
  /** The stimulus as sent, with absolute numbers; empty when nothing was sent. */
  readonly stimulus: string;
  /** The target's TCB when the stimulus was sent. */
  readonly variables: Partial<Record<Variable, number>>;
  /** The replies, noise subtracted, with absolute numbers. */
  readonly observed: readonly string[];
  readonly kind: Kind;
  readonly stateAfter: State | 'unknown';
  /** How the state after was proven, in a few words. */
  readonly proof: string;
  readonly verdicts: Readonly<Record<Profile, Verdict>>;
  /** Per profile that is not conformant: what was wrong, field by field. */
  readonly reasons: Partial<Readonly<Record<Profile, string>>>;
  /** Why it is inconclusive. */
  readonly inconclusive?: Inconclusive;
  /** Remarks that do not change the verdict (a repeated attempt, a piggybacked acknowledgment, ...). */
  readonly notes: readonly string[];
  readonly records: readonly WireRecord[];
  readonly startedAt: string;
  readonly durationMs: number;
}
