import { type Kind, type Role, seenOf } from '../verdict/result.ts';
import { observedText } from './expectation.ts';
import { drawLadder, ladderRows, milliseconds, ROLE_WORDS } from './ladder-drawing.js';
import type { ReportCase, ReportRecord } from './run.ts';

/** A ladder that stands alone brings its own ground, so that it can be read on any page. */
const LIGHT =
  'svg{background:#fff;font:11.5px ui-monospace,Menlo,Consolas,monospace;--i:#1b2130;--m:#5f687b;--s:#0b57d0;--r:#97207f;--p:#22696b;--a:#8a5a00;--g:#fff4d6}';

const DARK =
  '@media(prefers-color-scheme:dark){svg{background:#14171f;--i:#e6e9f0;--m:#98a1b5;--s:#8ab4f8;--r:#f29ae0;--p:#7ccaca;--a:#ffcf70;--g:#33290f}}';

const RULES = [
  'text{fill:var(--c,var(--m))}path,rect{fill:none;stroke:var(--c,var(--m))}polygon{fill:var(--c,var(--m))}',
  '.t{text-anchor:end;fill:var(--m)}.n,.h{text-anchor:middle}.h{font-weight:700;fill:var(--i)}.w{font-weight:700}',
  '.setup .n{fill:var(--i)}.stimulus{--c:var(--s)}.reply{--c:var(--r)}.stimulus,.reply{font-weight:700}',
  '.stimulus path,.reply path{stroke-width:2.5}.proof{--c:var(--p)}.proof path{stroke-dasharray:7 3}',
  '.retransmission path,.retransmission polygon{opacity:.55}.retransmission path,.pause path{stroke-dasharray:2 3}',
  '.silence{--c:var(--a);font-style:italic}.silence rect{fill:var(--g);stroke-dasharray:5 4}',
].join('');

const label = (result: ReportCase): string =>
  `${result.id}, IPv${result.family}: ${result.send} sent, ${observedText(result)}`;

const draw = (result: ReportCase, style: string): string =>
  drawLadder(
    ladderRows(result.records, seenOf(result)?.kind, result.durationMs),
    label(result),
    `<style>${style}</style>`,
  );

/** The ladder of a case as an SVG document, light or dark as the reader likes it. */
export const ladderSvg = (result: ReportCase): string => draw(result, LIGHT + DARK + RULES);

/**
 * The ladder as a data URI for the mochawesome page, which is always light; what comes after `#` lets it be taken for a
 * picture.
 */
export const ladderDataUri = (result: ReportCase): string =>
  `data:image/svg+xml;base64,${Buffer.from(draw(result, LIGHT + RULES)).toString('base64')}#.png`;

/** A line of a ladder, with its time, and what it shows. */
export interface LadderLine {
  readonly text: string;
  readonly what: Role | 'silence' | 'pause';
}

/** The ladder as lines of text. */
export const ladderText = (result: ReportCase): string[] => ladderLines(result).map(({ text }) => text);

/** The same, each line with what it shows. */
export const ladderLines = (result: ReportCase): LadderLine[] =>
  linesOf(result.records, seenOf(result)?.kind, result.durationMs);

/** The same of segments that are no case's. */
export const linesOfRecords = (records: readonly ReportRecord[]): LadderLine[] =>
  linesOf(records, 'other', 0);

function linesOf(records: readonly ReportRecord[], kind: Kind | undefined, durationMs: number): LadderLine[] {
  return ladderRows(records, kind, durationMs).map((row) => {
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
