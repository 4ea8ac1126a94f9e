import type { Kind, Role } from '../verdict/observed.ts';

/*
 * The ladder of a case, or of a connection in a capture: time runs down, the tester on the left, the target on the right. The page
 * of results carries this module, and draws its ladders in the browser.
 */

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

/** A call of the target's user, in words. */
export interface LadderCall {
  readonly at: number;
  readonly call: string;
}

/** A line of a ladder: a segment, a call of the target's user, or a wait in milliseconds. */
export type LadderRow =
  | { readonly record: LadderRecord }
  | ({ readonly record?: undefined } & LadderCall)
  | { readonly record?: undefined; readonly wait: number; readonly silence: boolean; readonly at: number };

/** What can be drawn: also so many segments that are left out. */
export type DrawnRow = LadderRow | { readonly record?: undefined; readonly left: number };

/** Segments of a capture that belong together, by their frames, and at whose lifeline. */
export interface Joint {
  readonly from: number;
  readonly to: number;
  readonly end: 'tester' | 'target';
}

/** What a ladder of a capture has besides. */
export interface CaptureLadder {
  /** What stands above the lifelines. */
  readonly heads?: readonly [left: string, right: string];
  readonly joints?: readonly Joint[];
}

/** A pause shorter than this, in milliseconds, is not drawn. */
const PAUSE = 20;

/**
 * Records and the waits between them, in the order in which they are drawn.
 *
 * @param kind absent where the case was not run
 */
export function ladderRows(
  records: readonly LadderRecord[],
  kind: Kind | undefined,
  durationMs: number,
  calls: readonly LadderCall[] = [],
): LadderRow[] {
  const rows: LadderRow[] = [];
  const stimulus = records.findIndex((record) => record.role === 'stimulus');
  const fence = records.findIndex((record, index) => index > stimulus && record.role === 'proof');
  const sentAt = records[stimulus]?.at ?? 0;
  let last = 0;
  records.forEach((record, index) => {
    const pause = record.at - last;
    const silent = kind === 'silence' && stimulus >= 0 && index === fence;
    if (silent) rows.push({ wait: record.at - sentAt, silence: true, at: record.at });
    else if (index > 0 && pause >= PAUSE) rows.push({ wait: pause, silence: false, at: record.at });
    rows.push({ record });
    last = record.at;
  });
  if (kind === 'silence' && stimulus >= 0 && fence < 0) {
    rows.push({ wait: Math.max(durationMs - sentAt, 0), silence: true, at: durationMs });
  }
  for (const call of calls) {
    const next = rows.findIndex((row) => (row.record ?? row).at >= call.at);
    rows.splice(next < 0 ? rows.length : next, 0, call);
  }
  return rows;
}

/** Milliseconds for people, with three digits. */
export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

/** The role of a segment, as the margin shows it. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  setup: '',
  stimulus: 'stimulus',
  reply: 'reply',
  retransmission: 'again',
  proof: 'proof',
  'window update': 'window',
};

/**
 * The style of a ladder. The page around it, or the drawing itself, sets the colours. Weight and dashes tell the roles apart
 * as well.
 */
export const LADDER_STYLE = `
.ladder text { fill: var(--c, var(--soft)); }
.ladder path, .ladder rect { fill: none; stroke: var(--c, var(--line)); }
.ladder polygon { fill: var(--c, var(--line)); }
.ladder .t { fill: var(--line); text-anchor: end; }
.ladder .e { text-anchor: end; font-size: 9.5px; }
.ladder .n, .ladder .h { text-anchor: middle; }
.ladder .u { text-anchor: end; fill: var(--ink); font-style: italic; }
.ladder .h { font-weight: 700; fill: var(--ink); }
.ladder .setup .n { fill: var(--setup, var(--soft)); }
.ladder .l { stroke: var(--rule-strong); }
.ladder .stimulus { --c: var(--accent); }
.ladder .reply { --c: var(--reply); }
.ladder .proof { --c: var(--proof); }
.ladder .silence { --c: var(--wait); font-style: italic; }
.ladder .stimulus .n, .ladder .stimulus .w, .ladder .reply .n, .ladder .reply .w { font-weight: 700; }
.ladder .stimulus path, .ladder .reply path { stroke-width: 2.5; }
.ladder .proof path { stroke-dasharray: 7 3; }
.ladder .retransmission path, .ladder .retransmission polygon { opacity: 0.55; }
.ladder .retransmission path, .ladder .pause path { stroke-dasharray: 2 3; }
.ladder .silence rect { fill: var(--wait-ground); stroke-dasharray: 5 4; }
.ladder .f { font-weight: 700; }
.ladder .s { font-size: 9.5px; fill: var(--proof); }
.ladder path.joint { stroke: var(--reply); stroke-width: 2; }
`;

interface Layout {
  readonly tester: number;
  readonly target: number;
  readonly width: number;
  readonly top: number;
  readonly size: number;
  readonly smallest: number;
  /** Letters of a line of states. */
  readonly states?: number;
  /** Between such a line and its lifeline. */
  readonly beside?: number;
}

/** Positions in pixels. On a narrow screen the role stands below the time, and a segment may take several lines. */
const WIDE: Layout = { tester: 70, target: 590, width: 660, top: 26, size: 11.5, smallest: 8 };
const NARROW: Layout = { tester: 54, target: 316, width: 326, top: 26, size: 10.5, smallest: 8.5 };
/** The same with the states of both ends beside their lifelines: so many letters in a line, so far from the lifeline. */
const WIDE_STATES: Layout = { ...WIDE, tester: 138, target: 658, width: 796, states: 21, beside: 14 };
const NARROW_STATES: Layout = { ...NARROW, tester: 96, target: 322, width: 418, states: 14, beside: 14 };
const STATE_LINE = 11;
const isWide = (layout: Layout): boolean => layout === WIDE || layout === WIDE_STATES;
const ROW = 26;
const LINE = 13;
/** How wide a letter is, in parts of its height. */
const LETTER = 0.605;

/** A bare `>` is allowed in text, and the reports hold thousands of ladders. */
const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const roomOf = ({ tester, target }: Layout): number => target - tester - 24;

/** A longer text gets smaller letters. What still does not fit is cut; the tooltip has it all. */
function fitted(text: string, layout: Layout) {
  const room = roomOf(layout);
  const size = Math.max(layout.smallest, Math.min(layout.size, room / (text.length * LETTER)));
  const letters = Math.floor(room / (size * LETTER));
  return {
    size: Math.round(size * 10) / 10,
    shown: text.length > letters ? `${text.slice(0, letters - 1)}…` : text,
  };
}

/** The lines of a segment: one, or on a narrow screen as many as its fields need. */
function linesOf(text: string, layout: Layout): string[] {
  if (isWide(layout)) return [text];
  const letters = Math.floor(roomOf(layout) / (layout.size * LETTER));
  const lines: string[] = [];
  for (const field of text.split(/(?<=>)(?=<)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + field.length <= letters) lines[lines.length - 1] = last + field;
    else lines.push(field);
  }
  return lines;
}

/** The role, in the margin: right of the target, or on a narrow screen below the time, where no state stands. */
function margin(word: string, y: number, layout: Layout): string {
  if (!word) return '';
  return isWide(layout) || layout.states
    ? `<text class="w" x="${layout.target + (layout.beside ?? 8)}" y="${y}">${word}</text>`
    : `<text class="w e" x="${layout.tester - 6}" y="${y + 11}">${word}</text>`;
}

/** The states that an end may be in, in lines. */
function stateLines(text: string | undefined, layout: Layout): string[] {
  const room = layout.states ?? 0;
  const lines: string[] = [];
  for (const [index, state] of (text ? text.split(' or ') : []).entries()) {
    const last = lines.at(-1);
    // Room for the `or` that may follow.
    if (last !== undefined && last.length + 4 + state.length <= room - 3)
      lines[lines.length - 1] = `${last} or ${state}`;
    else {
      if (index > 0) lines[lines.length - 1] += ' or';
      lines.push(state);
    }
  }
  return lines;
}

/** The states of both ends, each where it has changed: left of the tester and right of the target, below the time. */
function statesBeside({ states }: LadderRecord, y: number, layout: Layout): string {
  const { beside = 0 } = layout;
  if (!layout.states) return '';
  const [left, right] = states ?? [];
  const one = (text: string | undefined, x: number, anchor: string): string =>
    stateLines(text, layout)
      .map(
        (line, index) =>
          `<text class="s${anchor}" x="${x}" y="${y + 12 + index * STATE_LINE}">${line}</text>`,
      )
      .join('');
  return one(left, layout.tester - beside, ' e') + one(right, layout.target + beside, '');
}

/** How far the states of a row reach into the next one. */
function heightBelow(row: DrawnRow | undefined, layout: Layout): number {
  const record = row?.record;
  const lines = Math.max(0, ...(record?.states ?? []).map((text) => stateLines(text, layout).length));
  return lines > 0 ? 6 + (lines - 1) * STATE_LINE : 0;
}

/** What drew a segment, joined with it by a line outside the lifeline of the end that reacted. */
function drawJoint(
  { from, to, end }: Joint,
  index: number,
  places: ReadonlyMap<number, number>,
  layout: Layout,
): string {
  const [top, bottom] = [places.get(from), places.get(to)];
  if (top === undefined || bottom === undefined) return '';
  // Those that overlap lie beside each other.
  const width = 4 + 3 * (index % 3);
  const [x, out] = end === 'tester' ? [layout.tester, -width] : [layout.target, width];
  return `<path class="joint" d="M${x} ${top}h${out}V${bottom - 3}h${-out}"/>`;
}

function drawSegment(record: LadderRecord, y: number, layout: Layout): string {
  const { role, from, at, relative, word, frame } = record;
  const right = from === 'tester';
  const [x1, x2] = right ? [layout.tester, layout.target] : [layout.target, layout.tester];
  const tip = right
    ? `${x2 - 8},${y - 4} ${x2},${y} ${x2 - 8},${y + 4}`
    : `${x2 + 8},${y - 4} ${x2},${y} ${x2 + 8},${y + 4}`;
  const lines = linesOf(relative, layout);
  const text = lines.map((line, index) => {
    const { size, shown } = fitted(line, layout);
    const small = size === layout.size ? '' : ` style="font-size:${size}px"`;
    const title = shown === line ? '' : `<title>${escapeText(relative)}</title>`;
    return `<text class="n" x="${(layout.tester + layout.target) / 2}" y="${y - 7 - (lines.length - 1 - index) * LINE}"${small}>${title}${escapeText(shown)}</text>`;
  });
  return (
    `<g class="${role}"><text class="t" x="${layout.tester - (layout.beside ?? (isWide(layout) ? 8 : 6))}" y="${y}">${frame === undefined ? '' : `<tspan class="f">${frame}</tspan> `}${at.toFixed(1)}</text>` +
    `<path d="M${x1} ${y - 3}L${right ? x2 - 4 : x2 + 4} ${y}"/><polygon points="${tip}"/>` +
    `${text.join('')}${margin(word ?? ROLE_WORDS[role], y, layout)}${statesBeside(record, y, layout)}</g>`
  );
}

function drawWait(row: Exclude<DrawnRow, { record: LadderRecord }>, y: number, layout: Layout): string {
  const { tester, target } = layout;
  const middle = (tester + target) / 2;
  if ('call' in row) {
    const from = `<text class="t" x="${tester - (layout.beside ?? 8)}" y="${y}">${row.at.toFixed(1)}</text>`;
    return `<g class="call">${from}<text class="u" x="${target - 8}" y="${y}">user: ${escapeText(row.call)}</text></g>`;
  }
  const silence = 'wait' in row && row.silence;
  const words =
    'left' in row
      ? `${row.left} more segments`
      : `${milliseconds(row.wait)} ${silence ? 'silence' : 'pause'}`;
  if (!silence) {
    return `<g class="pause"><path d="M${middle - 110} ${y - 4}h50m120 0h50"/><text class="n" x="${middle}" y="${y}">${words}</text></g>`;
  }
  return (
    `<g class="silence"><rect x="${tester + 1}" y="${y - 18}" width="${target - tester - 2}" height="22"/>` +
    `<text class="n" x="${middle}" y="${y - 3}">${words}</text>` +
    `${margin('no reply', y - (isWide(layout) ? 3 : 14), layout)}</g>`
  );
}

function heightOf({ record }: DrawnRow, layout: Layout): number {
  if (!record) return ROW;
  return ROW + (linesOf(record.relative, layout).length - 1) * LINE;
}

/** Draws rows as an SVG whose colours are left to a style sheet. */
export function drawLadder(
  rows: readonly DrawnRow[],
  label: string,
  style = '',
  narrow = false,
  { heads, joints = [] }: CaptureLadder = {},
): string {
  const wide = heads ? WIDE_STATES : WIDE;
  const layout = narrow ? (heads ? NARROW_STATES : NARROW) : wide;
  const { tester, target, width, top } = layout;
  const [left, right] = heads ?? ['tester', 'target'];
  const places = new Map<number, number>();
  let y = top - 4;
  const body = rows.map((row, index) => {
    y += heightBelow(rows[index - 1], layout) + heightOf(row, layout);
    if (row.record?.frame !== undefined) places.set(row.record.frame, y);
    return row.record ? drawSegment(row.record, y, layout) : drawWait(row, y, layout);
  });
  const height = y + 16 + heightBelow(rows.at(-1), layout);
  const shift = narrow && !heads ? 16 : 0;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="ladder${narrow ? ' narrow' : ''}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeText(label).replaceAll('"', '&quot;')}">${style}` +
    `<text class="h" x="${tester}" y="14">${escapeText(left)}</text><text class="h" x="${target - shift}" y="14">${escapeText(right)}</text>` +
    (heads ? '' : `<text class="t" x="${tester - 30}" y="14">ms</text>`) +
    `<path class="l" d="M${tester} 20V${height - 4}M${target} 20V${height - 4}"/>${body.join('')}${joints.map((one, index) => drawJoint(one, index, places, layout)).join('')}</svg>`
  );
}
