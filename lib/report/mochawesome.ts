import { readFileSync } from 'node:fs';
import type Mocha from 'mocha';
import { printConcrete } from '../notation/index.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { seenOf, verdictOf } from '../verdict/result.ts';
import { compareFields, type FieldComparison } from './comparison.ts';
import { expectedTexts, faultText, observedText, openTexts } from './expectation.ts';
import { stateName } from './groups.ts';
import { ladderText } from './ladder.ts';
import { captureName } from './pcapng.ts';
import type { ReportCase } from './run.ts';
import { say } from './say.ts';
import { circumstance, findSubject, ruleTexts, type Subject, stepTexts } from './subject.ts';
import { writeWhole } from './write-whole.ts';

/** One entry of what mochawesome calls the context of a test. */
export interface ContextEntry {
  readonly title: string;
  readonly value: string;
}

/**
 * What the mochawesome page shows of a case; without its subject, rule and expectation stay out. Of one that conforms under the profile
 * that decides it shows little: the page holds thousands of them, and index.html beside it shows everything.
 */
export function mochawesomeContext(
  result: ReportCase,
  subject: Subject | undefined,
  decisive: Profile,
): ContextEntry[] {
  const entries: ContextEntry[] = [];
  const add = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) entries.push({ title, value: lines.join('\n') });
  };
  const isPlain = verdictOf(result, decisive) === 'conformant';
  if (isPlain) {
    add('Case', caseLines(result, subject, true));
    if (PROFILES.some((profile) => verdictOf(result, profile) !== 'conformant'))
      add('Verdict under each profile', verdictLines(result));
    add('Notes', result.notes.map(say.note));
    return entries;
  }
  if (subject) add('Rule', ruleLines(result, subject));
  add('Case', caseLines(result, subject, false));
  if (result.outcome !== 'judged') add('Why it is inconclusive', [say.reason(result.why)]);
  add('Verdict under each profile', verdictLines(result));
  if (subject?.steps) add('Expected, step by step', stepTexts(subject));
  if (subject?.expect) add('Expected against observed', expectationLines(subject, result));
  add('Notes', result.notes.map(say.note));
  if (result.records.length > 0) {
    add('Ladder', ladderText(result));
    add('Capture', [captureLine(result)]);
  }
  return entries;
}

/** Not the bare name: mochawesome takes a name that ends in `png` for a picture. */
const captureLine = (result: ReportCase): string =>
  `${captureName(result)} (each packet says in its comment what it is)`;

const ruleLines = (result: ReportCase, subject: Subject): string[] => [
  result.title,
  ...ruleTexts(subject).map((rule) => `  · ${rule}`),
  `cited: ${subject.cite.join('; ')}`,
];

function caseLines(result: ReportCase, subject: Subject | undefined, isPlain: boolean): string[] {
  const under = circumstance(result, subject);
  const seen = seenOf(result);
  return [
    `in        ${stateName(result)}, over IPv${result.family}${under ? `; ${under}` : ''}`,
    `sent      ${result.send}`,
    ...(seen && !isPlain ? [`numbers   ${seen.stimulus.map(printConcrete).join(' ')}`] : []),
    // Not as the last line: what ends in `png` mochawesome takes for a picture.
    ...(isPlain && result.records.length > 0 ? [`capture   ${captureName(result)}`] : []),
    `observed  ${observedText(result)}`,
    ...(seen && seen.proof.length > 0 ? [`proof     ${say.evidence(seen.proof)}`] : []),
  ];
}

/** Profiles with the same text share a paragraph. */
function together(tell: (profile: Profile) => string): [readonly Profile[], string][] {
  const groups = new Map<string, Profile[]>();
  for (const profile of PROFILES) {
    const text = tell(profile);
    groups.set(text, [...(groups.get(text) ?? []), profile]);
  }
  return [...groups].map(([text, profiles]) => [profiles, text]);
}

/** A line for each profile. What was wrong stands once, below the profiles that it concerns. */
function verdictLines(result: ReportCase): string[] {
  const lines: string[] = [];
  let said = '';
  for (const profile of PROFILES) {
    // Why a case has no verdict stands in a paragraph of its own.
    const why = result.outcome === 'judged' ? faultText(result, profile) : '';
    if (said && why !== said) lines.push(`          ${said}`);
    said = why;
    lines.push(`${profile.padEnd(8)}  ${verdictOf(result, profile)}`);
  }
  return said ? [...lines, `          ${said}`] : lines;
}

function expectationLines(subject: Subject, result: ReportCase): string[] {
  const expectation = (profile: Profile): string =>
    [
      expectedTexts(subject, profile).join('\n  or '),
      ...openTexts(subject, profile).map((sentence) => `          why: ${sentence}`),
    ].join('\n');
  return together(expectation).flatMap(([profiles, text], index) => [
    ...(index > 0 ? [''] : []),
    `${profiles.join(', ')} ${profiles.length > 1 ? 'expect' : 'expects'}`,
    `     ${text}`,
    ...comparisonTable(compareFields(result, profiles[0] as Profile)),
  ]);
}

function comparisonTable(fields: readonly FieldComparison[]): string[] {
  if (fields.length === 0) return [];
  const width = (key: 'field' | 'expected', head: string) =>
    Math.max(head.length, ...fields.map((field) => field[key].length));
  const [names, wanted] = [width('field', 'field'), width('expected', 'expected')];
  return [
    `     ${'field'.padEnd(names)}  ${'expected'.padEnd(wanted)}  observed`,
    ...fields.map(
      ({ field, expected, observed, mark }) =>
        `  ${mark}  ${field.padEnd(names)}  ${expected.padEnd(wanted)}  ${observed}`,
    ),
  ];
}

/**
 * Gives mochawesome what the page shows of a case, before it collects its tests: the context, one line for a failure, and the
 * case's own time. mocha measures only how long it waited, while other cases ran beside.
 */
export function showOnPage(test: Mocha.Test, result: ReportCase, profile: Profile): void {
  const subject = findSubject(result.id);
  const holder = test as Mocha.Test & { context?: unknown; speed?: string };
  const own = holder.context === undefined ? [] : [holder.context].flat();
  holder.context = [...own, ...mochawesomeContext(result, subject, profile)];
  holder.duration = Math.round(result.durationMs);
  holder.speed = 'fast';
  if (!holder.err) return;
  const message = faultText(result, profile);
  holder.err = { name: verdictOf(result, profile), message: message || `under ${profile}` };
}

/** Gives long segments room. Only what is on the screen is drawn. */
const STYLE = `<style>
[class*="test--body"] pre,[class*="test--body"] pre code{white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere}
[class*="test--body"] pre.table,[class*="test--body"] pre.table code{white-space:pre;overflow-wrap:normal}
[class*="test--body"] pre.table{overflow-x:auto}
[class*="test--component"]{content-visibility:auto;contain-intrinsic-size:auto 44px}
</style>`;

/** Makes a link of each capture's name, which mochawesome cannot do. Keeps the lines of tables and ladders whole. */
const SCRIPT = `<script>
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const added of addedNodes) {
    if (added.nodeType !== 1) continue;
    for (const shown of added.querySelectorAll('[class*="context-item"] code')) {
      if (/^ {2}[=≈≠] {2}|[─━]/m.test(shown.textContent)) shown.closest('pre')?.classList.add('table');
      const [name] = /\\bpcap\\/\\S+\\.pcapng/.exec(shown.textContent) ?? [];
      if (!name) continue;
      const link = Object.assign(document.createElement('a'), { href: name, textContent: name, download: '' });
      const [before, after] = shown.textContent.split(name);
      shown.replaceChildren(before, link, after);
    }
  }
}).observe(document, { childList: true, subtree: true });
</script>`;

/** Finishes the page that mochawesome wrote. */
export function finishMochawesome(file: string): void {
  const html = readFileSync(file, 'utf8');
  writeWhole(
    file,
    html
      .replace('</head>', () => `${STYLE}${SCRIPT}</head>`)
      .replace(/data-raw="([^"]*)"/, (_, escaped) => `data-raw='${lessEscaped(escaped)}'`),
  );
}

/** Between single quotes, the JSON's own quotes and angle brackets need no escape. They are a quarter of the page. */
const lessEscaped = (text: string): string =>
  text.replace(/&(?:quot|lt|gt);|'/g, (one) => LESS_ESCAPED[one] ?? one);

const LESS_ESCAPED: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  "'": '&#x27;',
};
