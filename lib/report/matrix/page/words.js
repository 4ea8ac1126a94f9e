/* Words, symbols and small helpers that the other scripts share. */

/** In the order of the verdicts' numbers. Each has a symbol of its own, so that colour is never needed. */
export const VERDICTS = [
  { key: 'conformant', symbol: '✓', means: 'as the document asks' },
  { key: 'permitted', symbol: '~', means: 'a SHOULD or MAY not taken' },
  { key: 'deviates', symbol: '✕', means: 'not what the document allows' },
  { key: 'inconclusive', symbol: '?', means: 'could not be judged' },
];

/** A case that the target cannot be brought to: a verdict of its own for the eye. */
export const NOT_POSSIBLE = {
  key: 'impossible',
  symbol: '–',
  means: 'the target or its driver cannot do this case',
};

/** In the order of the kinds' numbers. */
export const KINDS = ['RST', 'ACK', 'silence', 'SYN,ACK', 'other'];
export const KIND_WORDS = ['reset', 'empty ACK', 'silence', 'SYN,ACK', 'another segment'];

export const PROFILE_NAMES = {
  rfc793: 'RFC 793',
  rfc1122: 'RFC 1122',
  rfc5961: 'RFC 5961',
  rfc9293: 'RFC 9293',
};

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as HTML. */
export const html = (text) => String(text).replace(/[&<>"]/g, (letter) => ENTITIES[letter]);

/** A segment in the notation as HTML: names light, values strong, and a line may break between fields. */
export const notation = (segment) =>
  html(segment).replace(
    /&lt;([A-Z]+)(=?)(.*?)&gt;/g,
    (_, name, equals, value) => `<span class="f"><i>&lt;${name}${equals}</i>${value}<i>&gt;</i></span><wbr>`,
  );

/** The symbol and the class of a result under a profile. */
export function mark(result, profile) {
  const verdict = VERDICTS[result.verdicts[profile]];
  return verdict.key === 'inconclusive' && result.byCapability ? NOT_POSSIBLE : verdict;
}

export const plural = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** Counts of results by the verdict's number. */
export function tally(results, profile) {
  const counts = [0, 0, 0, 0];
  for (const result of results) counts[result.verdicts[profile]] += 1;
  return counts;
}

/** A bar of the four verdicts' shares, and what it says in words. */
export function bar(counts) {
  const parts = VERDICTS.map(({ key }, index) =>
    counts[index] ? `<span class="${key}" style="flex-grow:${counts[index]}"></span>` : '',
  );
  return `<span class="bar" aria-hidden="true">${parts.join('')}</span>`;
}

export const countWords = (counts) =>
  VERDICTS.map(({ key }, index) => (counts[index] ? `${counts[index]} ${key}` : ''))
    .filter(Boolean)
    .join(', ');
