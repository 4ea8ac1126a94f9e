/** Facts: the section numbers of each document, from its table of contents. */
const CONTENTS: Readonly<Record<string, string>> = {
  'RFC 793': `1 1.1 1.2 1.3 1.4 1.5 2 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 3 3.1 3.2 3.3 3.4 3.5 3.6 3.7
    3.8 3.9`,
  'RFC 1122': `4.2 4.2.1 4.2.2 4.2.2.1 4.2.2.2 4.2.2.3 4.2.2.4 4.2.2.5 4.2.2.6 4.2.2.7 4.2.2.8 4.2.2.9
    4.2.2.10 4.2.2.11 4.2.2.12 4.2.2.13 4.2.2.14 4.2.2.15 4.2.2.16 4.2.2.17 4.2.2.18 4.2.2.19
    4.2.2.20 4.2.2.21 4.2.3 4.2.3.1 4.2.3.2 4.2.3.3 4.2.3.4 4.2.3.5 4.2.3.6 4.2.3.7 4.2.3.8 4.2.3.9
    4.2.3.10 4.2.3.11 4.2.3.12 4.2.4 4.2.4.1 4.2.4.2 4.2.4.3 4.2.4.4 4.2.5`,
  'RFC 1337': '1 2 3',
  'RFC 2018': '1 2 3 4 5 6 7 8 9',
  'RFC 2873': '1 2 3 4 5',
  'RFC 5961': '1 1.1 1.2 2 3 3.1 3.2 4 4.1 4.2 5 5.1 5.2 6 7 8 9 10',
  'RFC 6191': '1 2 3 4',
  'RFC 7323': '1 1.1 1.2 1.3 2 2.1 2.2 2.3 2.4 3 3.1 3.2 4 4.1 4.2 4.3 5 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8',
  'RFC 9293': `A.1 A.1.1 A.1.2 A.2 A.3 A.4 1 2 2.1 2.2 3 3.1 3.2 3.2.1 3.2.2 3.3 3.3.1 3.3.2 3.4 3.4.1 3.4.2
    3.4.3 3.5 3.5.1 3.5.2 3.5.3 3.6 3.6.1 3.7 3.7.1 3.7.2 3.7.3 3.7.4 3.7.5 3.8 3.8.1 3.8.2 3.8.3
    3.8.4 3.8.5 3.8.6 3.8.6.1 3.8.6.2 3.8.6.2.1 3.8.6.2.2 3.8.6.3 3.9 3.9.1 3.9.1.1 3.9.1.2 3.9.1.3
    3.9.1.4 3.9.1.5 3.9.1.6 3.9.1.7 3.9.1.8 3.9.1.9 3.9.2 3.9.2.1 3.9.2.2 3.9.2.3 3.10 3.10.1
    3.10.2 3.10.3 3.10.4 3.10.5 3.10.6 3.10.7 3.10.7.1 3.10.7.2 3.10.7.3 3.10.7.4 3.10.8 4 5 6 7 8
    8.1 8.2`,
};

const figures = (last: number): string[] => Array.from({ length: last }, (_, index) => `figure ${index + 1}`);

/** The errata that a rule cites, by number. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'RFC 793': [...figures(14), 'erratum 3301'],
  'RFC 9293': figures(13),
};

/** The sections, figures and errata of each document that has rules. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(CONTENTS).map(([document, sections]) => [
    document,
    [...sections.split(/\s+/), ...(MORE[document] ?? [])],
  ]),
);
