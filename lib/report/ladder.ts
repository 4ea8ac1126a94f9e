import { findScenario } from '../catalogue/catalogue.ts';
import { printCall } from '../catalogue/scenario.ts';
import type { Kind, Role } from '../verdict/observed.ts';
import { seenOf } from '../verdict/result.ts';
import { observedText } from './expectation.ts';
import {
  drawLadder,
  LADDER_STYLE,
  type LadderCall,
  type LadderRecord,
  ladderRows,
  milliseconds,
  ROLE_WORDS,
} from './ladder-drawing.ts';
import { type ReportCase, type ReportRecord, recordTexts } from './run.ts';

/** The colours of a ladder that stands alone, on a ground of its own: it can be read on any page. */
const LIGHT =
  'svg{background:#fff;font:11.5px ui-monospace,Menlo,Consolas,monospace;--ink:#1b2130;--setup:#1b2130;--soft:#5f687b;--line:#5f687b;--rule-strong:#5f687b;--accent:#0b57d0;--reply:#97207f;--proof:#22696b;--wait:#8a5a00;--wait-ground:#fff4d6}';

const DARK =
  '@media(prefers-color-scheme:dark){svg{background:#14171f;--ink:#e6e9f0;--setup:#e6e9f0;--soft:#98a1b5;--line:#98a1b5;--rule-strong:#98a1b5;--accent:#8ab4f8;--reply:#f29ae0;--proof:#7ccaca;--wait:#ffcf70;--wait-ground:#33290f}}';

function drawn(records: readonly ReportRecord[]): LadderRecord[] {
  const texts = recordTexts(records);
  return records.map(({ at, from, role }, index) => ({ at, from, role, relative: texts[index] ?? '' }));
}

/** The calls of the target's user, as the scenario writes them. */
export function callsOf({ id, calls = [] }: Pick<ReportCase, 'id' | 'calls'>): LadderCall[] {
  const steps = findScenario(id)?.steps ?? [];
  return calls.flatMap(({ step, at }) => {
    const made = steps[step - 1];
    if (!made || !('user' in made)) return [];
    return [{ at, call: `${printCall(made.user)}${made.on === undefined ? '' : ` (${made.on})`}` }];
  });
}

const label = (result: ReportCase): string =>
  `${result.id}, IPv${result.family}: ${result.send} sent, ${observedText(result)}`;

/** The ladder of a case as an SVG document, light or dark as the reader's system says. */
export const ladderSvg = (result: ReportCase): string =>
  drawLadder(
    ladderRows(drawn(result.records), seenOf(result)?.kind, result.durationMs, callsOf(result)),
    label(result),
    `<style>${LIGHT}${DARK}${LADDER_STYLE}</style>`,
  );

/** A line of a ladder, with its time, and what it shows. */
export interface LadderLine {
  readonly text: string;
  readonly what: Role | 'silence' | 'pause' | 'call';
}

/** The ladder as lines of text. */
export const ladderText = (result: ReportCase): string[] => ladderLines(result).map(({ text }) => text);

/** The same, each line with what it shows. */
export const ladderLines = (result: ReportCase): LadderLine[] =>
  linesOf(result.records, seenOf(result)?.kind, result.durationMs, callsOf(result));

/** The ladder of segments that belong to no case. */
export const linesOfRecords = (records: readonly ReportRecord[]): LadderLine[] =>
  linesOf(records, 'other', 0);

function linesOf(
  records: readonly ReportRecord[],
  kind: Kind | undefined,
  durationMs: number,
  calls: readonly LadderCall[] = [],
): LadderLine[] {
  return ladderRows(drawn(records), kind, durationMs, calls).map((row) => {
    if ('call' in row)
      return { text: `${row.at.toFixed(1).padStart(9)} ms  ·  user: ${row.call}`, what: 'call' };
    if (!row.record) {
      const what = row.silence ? 'silence' : 'pause';
      return { text: `${' '.repeat(13)}${row.silence ? '┆' : ' '} ${milliseconds(row.wait)} ${what}`, what };
    }
    const { at, from, role, relative } = row.record;
    const heavy = role === 'stimulus' || role === 'reply';
    const arrow = from === 'tester' ? (heavy ? '━━▶' : '──▶') : heavy ? '◀━━' : '◀──';
    const word = ROLE_WORDS[role];
    const text = `${at.toFixed(1).padStart(9)} ms ${arrow} ${relative}${word ? `  ${word}` : ''}`;
    return { text, what: role };
  });
}
