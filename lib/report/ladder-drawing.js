/*
 * The ladder of a case: time runs down, the tester on the left, the target on the right. Plain JavaScript without
 * imports, because the matrix page carries this very file to draw ladders in the browser; types in ladder-drawing.d.ts.
 */

/** A pause shorter than this, in milliseconds, is not drawn. */
const PAUSE = 20;

/** Records and the waits between them, in the order in which they are drawn. */
export function ladderRows(records, kind, durationMs) {
  const rows = [];
  const stimulus = records.findIndex((record) => record.role === 'stimulus');
  const fence = records.findIndex((record, index) => index > stimulus && record.role === 'proof');
  let last = 0;
  records.forEach((record, index) => {
    const pause = record.at - last;
    const silent = kind === 'silence' && stimulus >= 0 && index === fence;
    if (silent) rows.push({ wait: record.at - records[stimulus].at, silence: true, at: record.at });
    else if (index > 0 && pause >= PAUSE) rows.push({ wait: pause, silence: false, at: record.at });
    rows.push({ record });
    last = record.at;
  });
  if (kind === 'silence' && stimulus >= 0 && fence < 0) {
    rows.push({ wait: Math.max(durationMs - records[stimulus].at, 0), silence: true, at: durationMs });
  }
  return rows;
}

/** Milliseconds for people: three digits that matter. */
export function milliseconds(value) {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

/** What the margin says of a segment. */
export const ROLE_WORDS = {
  setup: '',
  stimulus: 'stimulus',
  reply: 'reply',
  retransmission: 'again',
  proof: 'proof',
  'window update': 'window',
};

const TESTER = 70;
const TARGET = 590;
const MIDDLE = (TESTER + TARGET) / 2;
const WIDTH = 660;
const ROW = 26;
const TOP = 26;

/** A bare `>` is allowed in text, and the reports hold thousands of ladders. */
const escapeText = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Smaller letters for a longer segment; what still does not fit is cut, its whole is in the tooltip. */
function fitted(text) {
  const room = TARGET - TESTER - 24;
  const size = Math.max(8, Math.min(11.5, room / (text.length * 0.605)));
  const letters = Math.floor(room / (size * 0.605));
  return {
    size: Math.round(size * 10) / 10,
    shown: text.length > letters ? `${text.slice(0, letters - 1)}…` : text,
  };
}

function drawSegment({ role, from, at, relative }, y) {
  const right = from === 'tester';
  const [x1, x2] = right ? [TESTER, TARGET] : [TARGET, TESTER];
  const tip = right
    ? `${x2 - 8},${y - 4} ${x2},${y} ${x2 - 8},${y + 4}`
    : `${x2 + 8},${y - 4} ${x2},${y} ${x2 + 8},${y + 4}`;
  const { size, shown } = fitted(relative);
  const small = size === 11.5 ? '' : ` style="font-size:${size}px"`;
  const word = ROLE_WORDS[role];
  const title = shown === relative ? '' : `<title>${escapeText(relative)}</title>`;
  return (
    `<g class="${role}"><text class="t" x="${TESTER - 8}" y="${y}">${at.toFixed(1)}</text>` +
    `<path d="M${x1} ${y - 3}L${right ? x2 - 4 : x2 + 4} ${y}"/><polygon points="${tip}"/>` +
    `<text class="n" x="${MIDDLE}" y="${y - 7}"${small}>${title}${escapeText(shown)}</text>` +
    `${word ? `<text class="w" x="${TARGET + 8}" y="${y}">${word}</text>` : ''}</g>`
  );
}

function drawWait({ wait, silence }, y) {
  const words = `${milliseconds(wait)} ${silence ? 'silence' : 'pause'}`;
  if (!silence) {
    return `<g class="pause"><path d="M${MIDDLE - 110} ${y - 4}h50m120 0h50"/><text class="n" x="${MIDDLE}" y="${y}">${words}</text></g>`;
  }
  return (
    `<g class="silence"><rect x="${TESTER + 1}" y="${y - 18}" width="${TARGET - TESTER - 2}" height="22"/>` +
    `<text class="n" x="${MIDDLE}" y="${y - 3}">${words}</text>` +
    `<text class="w" x="${TARGET + 8}" y="${y - 3}">no reply</text></g>`
  );
}

/** Draws rows as an SVG whose colours are left to a style sheet. */
export function drawLadder(rows, label, style = '') {
  const height = TOP + rows.length * ROW + 12;
  const body = rows
    .map((row, index) => {
      const y = TOP + (index + 1) * ROW - 4;
      return row.record ? drawSegment(row.record, y) : drawWait(row, y);
    })
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="ladder" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeText(label).replaceAll('"', '&quot;')}">${style}` +
    `<text class="h" x="${TESTER}" y="14">tester</text><text class="h" x="${TARGET}" y="14">target</text>` +
    `<text class="t" x="${TESTER - 30}" y="14">ms</text>` +
    `<path class="l" d="M${TESTER} 20V${height - 4}M${TARGET} 20V${height - 4}"/>${body}</svg>`
  );
}
