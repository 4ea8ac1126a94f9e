import type { Kind } from '../../../verdict/observed.ts';
import { VERDICTS, type Verdict } from '../../../verdict/result.ts';
import type { MatrixData } from '../encode.ts';

/* The data of the page, and the words, symbols and helpers that the other scripts share. */

type StoredStack = MatrixData['stacks'][number];

/** A result, with its row and the index of its stack. */
export type Result = StoredStack['results'][number] & { readonly row: Row; readonly stack: number };

/** A case, with its results of all stacks. */
export type Row = MatrixData['rows'][number] & { readonly index: number; readonly results: Result[] };

export interface Stack extends Omit<StoredStack, 'results'> {
  readonly index: number;
  readonly families: readonly (4 | 6)[];
  readonly results: readonly Result[];
}

export interface Data extends Pick<MatrixData, 'profiles' | 'findingRows'> {
  readonly rows: readonly Row[];
  readonly stacks: readonly Stack[];
  /** The names of the states, in their order. */
  readonly states: readonly string[];
}

/** Reads back what ../encode.ts packed, and puts the results of all stacks into the rows. */
export async function unpacked(content: string): Promise<Data> {
  const letters = atob(content);
  const octets = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) octets[at] = letters.charCodeAt(at);
  const inflated = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const { texts, data } = JSON.parse(await new Response(inflated).text());
  const stored = withTexts(data, texts) as MatrixData;
  const { profiles, findingRows } = stored;
  const rows = stored.rows.map((row, index): Row => Object.assign(row, { index, results: [] }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const stacks = stored.stacks.map((stack, index): Stack => {
    const results = stack.results.flatMap((result): Result[] => {
      const row = byId.get(result.id);
      return row ? [Object.assign(result, { row, stack: index })] : [];
    });
    for (const result of results) result.row.results.push(result);
    const families = ([4, 6] as const).filter((family) => results.some((one) => one.family === family));
    return Object.assign(stack, { index, families, results });
  });
  return { profiles, rows, stacks, findingRows, states: [...new Set(rows.map((row) => row.state))] };
}

/** Puts each text back in the place of its index, and each number in the place of its text. */
function withTexts(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === 'number') return texts[value];
  if (typeof value === 'string') return Number(value);
  const parts = value as Record<string, unknown>;
  for (const key in parts) parts[key] = withTexts(parts[key], texts);
  return value;
}

/** The result of a row for a stack and family, or undefined. */
export const resultAt = (row: Row, stack: number, family: number): Result | undefined =>
  row.results.find((result) => result.stack === stack && result.family === family);

/** How a verdict looks: its class, its symbol, and what it means. */
export interface Mark {
  readonly key: Verdict | 'impossible';
  readonly symbol: string;
  readonly means: string;
}

/** Each verdict has a symbol of its own: nobody needs the colour. */
const LOOKS: Readonly<Record<Verdict, Omit<Mark, 'key'>>> = {
  conformant: { symbol: '✓', means: 'as the document asks' },
  permitted: { symbol: '~', means: 'a SHOULD or MAY not taken' },
  deviates: { symbol: '✕', means: 'not what the document allows' },
  inconclusive: { symbol: '?', means: 'could not be judged' },
};

/** All verdicts, in their order. */
export const MARKS = VERDICTS.map((key) => ({ key, ...LOOKS[key] }));

/** A case that the target cannot be brought to looks different from other inconclusive ones. */
export const NOT_POSSIBLE: Mark = {
  key: 'impossible',
  symbol: '–',
  means: 'the target or its driver cannot do this case',
};

/** What was observed: in a cell, in words, and the class of the cell. */
export const KINDS: Readonly<
  Record<Kind, { readonly short: string; readonly words: string; readonly key: string }>
> = {
  rst: { short: 'RST', words: 'reset', key: 'rst' },
  'empty-ack': { short: 'ACK', words: 'empty ACK', key: 'ack' },
  silence: { short: 'silence', words: 'silence', key: 'quiet' },
  'syn-ack': { short: 'SYN,ACK', words: 'SYN,ACK', key: 'ack' },
  other: { short: 'other', words: 'another segment', key: 'rst' },
};

/** `RFC 793` for `rfc793`. */
export const profileName = (profile: string): string => profile.replace('rfc', 'RFC ');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as HTML. */
export const html = (text: string | number): string =>
  String(text).replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);

/** A segment in the notation as HTML: names light, values strong, and a line may break between fields. */
export const notation = (segment: string): string =>
  html(segment).replace(
    /&lt;([A-Z]+)(=?)(.*?)&gt;/g,
    (_, name: string, equals: string, value: string) =>
      `<span class="f"><i>&lt;${name}${equals}</i>${value}<i>&gt;</i></span><wbr>`,
  );

/** Names and texts as a list of terms. */
export const termsHtml = (terms: readonly (readonly [string, string | number])[], className = ''): string =>
  `<dl${className}>${terms.map(([name, value]) => `<div><dt>${html(name)}</dt><dd>${html(value)}</dd></div>`).join('')}</dl>`;

/** The symbol and the class of a result under a profile. */
export function mark(result: Result, profile: number): Mark {
  if (result.byCapability && result.verdicts[profile] === 'inconclusive') return NOT_POSSIBLE;
  const key = result.verdicts[profile] ?? 'inconclusive';
  return { key, ...LOOKS[key] };
}

export const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

type Counts = Record<Verdict, number>;

/** How many results have each verdict. */
export function tally(results: readonly Result[], profile: number): Counts {
  const counts: Counts = { conformant: 0, permitted: 0, deviates: 0, inconclusive: 0 };
  for (const { verdicts } of results) {
    const verdict = verdicts[profile];
    if (verdict) counts[verdict] += 1;
  }
  return counts;
}

/** A bar of the shares of the verdicts. */
export function bar(counts: Counts): string {
  const parts = VERDICTS.map((key) =>
    counts[key] ? `<span class="${key}" style="flex-grow:${counts[key]}"></span>` : '',
  );
  return `<span class="bar" aria-hidden="true">${parts.join('')}</span>`;
}

export const countWords = (counts: Counts): string =>
  VERDICTS.flatMap((key) => (counts[key] ? [`${counts[key]} ${key}`] : [])).join(', ');
