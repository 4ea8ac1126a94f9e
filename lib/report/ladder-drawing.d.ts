import type { Kind, Role } from '../verdict/observed.ts';

/** A segment of a ladder. Those of a capture have their frame, a word of their own, and the states of both ends where they change. */
export interface LadderRecord {
  readonly from: 'tester' | 'target';
  /** Milliseconds since the first one. */
  readonly at: number;
  readonly role: Role;
  /** In the notation. */
  readonly relative: string;
  readonly frame?: number;
  readonly word?: string;
  readonly states?: readonly [left: string | undefined, right: string | undefined];
}

/** A line of a ladder: a segment, or a wait in milliseconds. */
export type LadderRow =
  | { readonly record: LadderRecord }
  | { readonly record?: undefined; readonly wait: number; readonly silence: boolean; readonly at: number };

/** What can be drawn: also so many segments that are left out. */
export type DrawnRow = LadderRow | { readonly record?: undefined; readonly left: number };

/** @param kind absent where the case was not run */
export function ladderRows(
  records: readonly LadderRecord[],
  kind: Kind | undefined,
  durationMs: number,
): LadderRow[];
export function milliseconds(value: number): string;
export const LADDER_STYLE: string;
export const ROLE_WORDS: Readonly<Record<Role, string>>;
export function drawLadder(
  rows: readonly DrawnRow[],
  label: string,
  style?: string,
  narrow?: boolean,
  capture?: {
    /** What stands above the lifelines. */
    readonly heads: readonly [left: string, right: string];
    /** Frames that belong together, and at whose lifeline. */
    readonly joints: readonly {
      readonly from: number;
      readonly to: number;
      readonly end: 'tester' | 'target';
    }[];
  },
): string;
