import type { Kind, Role } from '../verdict/result.ts';
import type { ReportRecord } from './run.ts';

/** A line of a ladder: a segment, or a wait in milliseconds. */
export type LadderRow =
  | { readonly record: ReportRecord }
  | { readonly record?: undefined; readonly wait: number; readonly silence: boolean; readonly at: number };

export function ladderRows(records: readonly ReportRecord[], kind: Kind, durationMs: number): LadderRow[];
export function milliseconds(value: number): string;
export const ROLE_WORDS: Readonly<Record<Role, string>>;
export function drawLadder(
  rows: readonly LadderRow[],
  label: string,
  style?: string,
  narrow?: boolean,
): string;
