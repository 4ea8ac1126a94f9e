import type { ClosedBy } from '../catalogue/case.ts';
import type { Step } from '../catalogue/steps.ts';
import type { SegmentNotation } from '../notation/types.ts';
import type { Origin, State } from '../standard/state.ts';
import type { WireRecord } from './observed.ts';

/** A state, and the way there where there is more than one. */
export interface Place {
  readonly state: State;
  /** Of SYN-RECEIVED. */
  readonly origin?: Origin;
  /** Of CLOSED. */
  readonly closedBy?: ClosedBy;
}

/** A field of a reply that is not as it must be, in the notation, in terms of the segment that was sent. */
export interface WrongField {
  readonly field: string;
  readonly expected: string;
  readonly observed: string;
}

/**
 * Why a step of the preflight was not as it must be. `deviation`: a rule is broken. `obstacle`: something on the way to the TCP
 * may be the cause, its user or a filter. `described`: a deviation that the target file describes. The fault itself does not
 * fail the run; only its cases may.
 */
export const GRAVITIES = ['deviation', 'obstacle', 'described'] as const;
export type Gravity = (typeof GRAVITIES)[number];

/** What the preflight found wrong with a target, over one family. It is plain data: it crosses a process boundary and is stored. */
export interface PreflightFault {
  /** Names it within a run: `syn-to-listen.ipv6`. */
  readonly id: string;
  readonly step: Step;
  readonly family: 4 | 6;
  readonly gravity: Gravity;
  /** The target's port; absent where the target would have chosen it. */
  readonly port?: number;
  /** The tester's segment, without its options; absent where the target's user was told something. */
  readonly sent?: SegmentNotation;
  /** What came back, in terms of the segment that was sent, without windows and options; empty for silence. */
  readonly observed: readonly SegmentNotation[];
  /** The wrong fields of a reply, if one came. */
  readonly wrong: readonly WrongField[];
  /** What the path or the target said by ICMP. */
  readonly refusal?: string;
  /** A firewall in front of the target would look the same. */
  readonly mayBeFilter: boolean;
  /** The states that cannot be reached, or told, because of it. */
  readonly blocks: readonly Place[];
  readonly records: readonly WireRecord[];
}

/** The name of a fault: there is one of a step and a family at most. */
export const preflightFaultId = (step: Step, family: 4 | 6): string =>
  `${step
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '')}.ipv${family}`;

/** The fault that blocks a case; undefined when the case can be tried. */
export function blockerOf(
  { state, origin, closedBy, family }: Partial<Place> & { readonly family: 4 | 6 },
  faults: readonly PreflightFault[],
): PreflightFault | undefined {
  return faults.find(
    (fault) =>
      fault.family === family &&
      fault.blocks.some(
        (place) =>
          place.state === state &&
          (place.origin === undefined || place.origin === origin) &&
          (place.closedBy === undefined || place.closedBy === (closedBy ?? 'never opened')),
      ),
  );
}
