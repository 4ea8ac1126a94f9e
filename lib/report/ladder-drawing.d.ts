import type { Kind, Role } from '../verdict/observed.ts';
import type { ReportRecord } from './run.ts';

/** A line of a ladder: a segment, or a wait in milliseconds. */
export type LadderRow =
  | { readonly record: ReportRecord }
  | { readonly record?: undefined; readonly wait: number; readonly silence: boolean; readonly at: number };

/** @param kind absent where the case was not run */
export function ladderRows(
  records: readonly ReportRecord[],
  kind: Kind | undefined,
  durationMs: number,
): LadderRow[];
export function milliseconds(value: number): string;
export const LADDER_STYLE: string;
export const ROLE_WORDS: Readonly<Record<Role, string>>;
export function drawLadder(
  rows: readonly LadderRow[],
  label: string,
  style?: string,
  narrow?: boolean,
): string;
