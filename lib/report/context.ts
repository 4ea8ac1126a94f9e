import { PROFILES, type Profile } from '../standard/profile.ts';
import { seenOf, verdictOf } from '../verdict/result.ts';
import { captureName } from './pcapng.ts';
import { compareFields, type FieldComparison } from './comparison.ts';
import { expectedTexts, faultText, observedText, openTexts } from './expectation.ts';
import { stateName } from './judgement.ts';
import { ladderDataUri, ladderText } from './ladder.ts';
import type { ReportCase } from './run.ts';
import { say } from './say.ts';
import { circumstance, ruleTexts, type Subject, stepTexts } from './subject.ts';

/** One entry of what mochawesome calls the context of a test. */
export interface ContextEntry {
  readonly title: string;
  readonly value: string;
}

/** What the mochawesome page shows of a case; without its subject, rule and expectation stay out. */
export function mochawesomeContext(result: ReportCase, subject?: Subject): ContextEntry[] {
  const entries: ContextEntry[] = [];
  const add = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) entries.push({ title, value: lines.join('\n') });
  };
  if (subject) add('Rule', ruleLines(result, subject));
  add('Case', caseLines(result, subject));
  if (result.outcome !== 'judged') add('Why it is inconclusive', [say.reason(result.why)]);
  add('Verdict under each profile', verdictLines(result));
  if (subject?.steps) add('Expected, step by step', numbered(stepTexts(subject)));
  if (subject?.expect) add('Expected against observed', expectationLines(subject, result));
  add('Notes', result.notes.map(say.note));
  if (result.records.length > 0) {
    entries.push({ title: 'Ladder', value: ladderDataUri(result) });
    add('Ladder as text', ladderText(result));
    // Not the bare name: what ends in `png` mochawesome takes for a picture.
    add('Capture', [`${captureName(result)} (each packet says in its comment what it is)`]);
  }
  return entries;
}

const ruleLines = (result: ReportCase, subject: Subject): string[] => [
  result.title,
  ...ruleTexts(subject).map((rule) => `  · ${rule}`),
  `cited: ${subject.cite.join('; ')}`,
];

function caseLines(result: ReportCase, subject: Subject | undefined): string[] {
  const under = circumstance(result, subject);
  const seen = seenOf(result);
  return [
    `in        ${stateName(result)}, over IPv${result.family}${under ? `; ${under}` : ''}`,
    `sent      ${result.send}`,
    ...(seen ? [`numbers   ${seen.stimulus}`] : []),
    `observed  ${observedText(result)}`,
    ...(seen && seen.proof.length > 0 ? [`proof     ${say.evidence(seen.proof)}`] : []),
  ];
}

const numbered = (lines: readonly string[]): string[] => lines.map((text, index) => `${index + 1}  ${text}`);

/** Profiles of which the same can be said share a paragraph. */
function together(tell: (profile: Profile) => string): [readonly Profile[], string][] {
  const groups = new Map<string, Profile[]>();
  for (const profile of PROFILES) {
    const text = tell(profile);
    groups.set(text, [...(groups.get(text) ?? []), profile]);
  }
  return [...groups].map(([text, profiles]) => [profiles, text]);
}

/** A line for each profile, and what was wrong below those of which the same is to be said. */
function verdictLines(result: ReportCase): string[] {
  const lines: string[] = [];
  let said = '';
  for (const profile of PROFILES) {
    // Why no profile has a verdict was said before.
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
      ...openTexts(subject, profile).map((sentence) => `     open by: ${sentence}`),
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
