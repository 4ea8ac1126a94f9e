/* The data of the page, and the words, symbols and helpers that the other scripts share. */

/** Reads back what ../encode.ts packed, and puts the results of all stacks into the rows. */
export async function unpacked(content) {
  const octets = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const { texts, data } = JSON.parse(await new Response(inflated).text());
  const { profiles, rows, stacks, findingRows } = withTexts(data, texts);
  const byId = new Map();
  rows.forEach((row, index) => {
    byId.set(row.id, Object.assign(row, { index, results: [] }));
  });
  stacks.forEach((stack, index) => {
    stack.index = index;
    stack.families = [4, 6].filter((family) => stack.results.some((result) => result.family === family));
    for (const result of stack.results) {
      result.stack = index;
      result.row = byId.get(result.id);
      result.row.results.push(result);
    }
  });
  return { profiles, rows, stacks, findingRows, states: [...new Set(rows.map((row) => row.state))] };
}

/** Puts each text back in the place of its index, and each number in the place of its text. */
function withTexts(value, texts) {
  if (typeof value === 'number') return texts[value];
  if (typeof value === 'string') return Number(value);
  for (const key in value) value[key] = withTexts(value[key], texts);
  return value;
}

/** The result of a row for a stack and family, or undefined. */
export const resultAt = (row, stack, family) =>
  row.results.find((result) => result.stack === stack && result.family === family);

/** Each verdict has a symbol of its own: nobody needs the colour. */
export const VERDICTS = [
  { key: 'conformant', symbol: '✓', means: 'as the document asks' },
  { key: 'permitted', symbol: '~', means: 'a SHOULD or MAY not taken' },
  { key: 'deviates', symbol: '✕', means: 'not what the document allows' },
  { key: 'inconclusive', symbol: '?', means: 'could not be judged' },
];

/** A case that the target cannot be brought to looks different from other inconclusive ones. */
export const NOT_POSSIBLE = {
  key: 'impossible',
  symbol: '–',
  means: 'the target or its driver cannot do this case',
};

/** What was observed: in a cell, in words, and the class of the cell. */
export const KINDS = {
  rst: { short: 'RST', words: 'reset', key: 'rst' },
  'empty-ack': { short: 'ACK', words: 'empty ACK', key: 'ack' },
  silence: { short: 'silence', words: 'silence', key: 'quiet' },
  'syn-ack': { short: 'SYN,ACK', words: 'SYN,ACK', key: 'ack' },
  other: { short: 'other', words: 'another segment', key: 'rst' },
};

/** `RFC 793` for `rfc793`. */
export const profileName = (profile) => profile.replace('rfc', 'RFC ');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as HTML. */
export const html = (text) => String(text).replace(/[&<>"]/g, (letter) => ENTITIES[letter]);

/** A segment in the notation as HTML: names light, values strong, and a line may break between fields. */
export const notation = (segment) =>
  html(segment).replace(
    /&lt;([A-Z]+)(=?)(.*?)&gt;/g,
    (_, name, equals, value) => `<span class="f"><i>&lt;${name}${equals}</i>${value}<i>&gt;</i></span><wbr>`,
  );

/** Names and texts as a list of terms. */
export const termsHtml = (terms, className = '') =>
  `<dl${className}>${terms.map(([name, value]) => `<div><dt>${html(name)}</dt><dd>${html(value)}</dd></div>`).join('')}</dl>`;

/** The symbol and the class of a result under a profile. */
export function mark(result, profile) {
  if (result.byCapability && result.verdicts[profile] === 'inconclusive') return NOT_POSSIBLE;
  return VERDICTS.find(({ key }) => key === result.verdicts[profile]);
}

export const plural = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** How many results have each verdict. */
export function tally(results, profile) {
  const counts = Object.fromEntries(VERDICTS.map(({ key }) => [key, 0]));
  for (const result of results) counts[result.verdicts[profile]] += 1;
  return counts;
}

/** A bar of the shares of the verdicts. */
export function bar(counts) {
  const parts = VERDICTS.map(({ key }) =>
    counts[key] ? `<span class="${key}" style="flex-grow:${counts[key]}"></span>` : '',
  );
  return `<span class="bar" aria-hidden="true">${parts.join('')}</span>`;
}

export const countWords = (counts) =>
  VERDICTS.flatMap(({ key }) => (counts[key] ? [`${counts[key]} ${key}`] : [])).join(', ');
