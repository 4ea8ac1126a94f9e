import type { Case } from '../spec/case.ts';
import { PROFILES, type Profile } from '../spec/profile.ts';
import { captureName } from './capture-name.ts';
import { compareFields, expectedTexts, type FieldComparison, observedText } from './expectation.ts';
import { deviatesSomewhere, stateName } from './judgement.ts';
import { ladderDataUri, ladderText } from './ladder.ts';
import type { ReportCase } from './run.ts';

/** One entry of what mochawesome calls the context of a test. */
export interface ContextEntry {
  readonly title: string;
  readonly value: string;
}

/** What the mochawesome page shows of a case; without the catalogue's entry, rule and expectation stay out. */
export function mochawesomeContext(result: ReportCase, testCase?: Case): ContextEntry[] {
  const entries: ContextEntry[] = [];
  const add = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) entries.push({ title, value: lines.join('\n') });
  };
  if (testCase) add('Rule', [result.title, ...testCase.cite.map((cite) => `  ${cite}`)]);
  add('Case', caseLines(result));
  add('Verdicts', verdictLines(result));
  if (testCase) add('Expected against observed', expectationLines(testCase, result));
  if (result.inconclusive) add('Why it is inconclusive', [result.inconclusive.reason]);
  add('Notes', result.notes);
  if (result.records.length > 0) {
    entries.push({ title: 'Ladder', value: ladderDataUri(result) });
    add('Segments', segmentLines(result));
  }
  if (deviatesSomewhere(result)) entries.push({ title: 'Capture', value: captureName(result) });
  return entries;
}

function caseLines(result: ReportCase): string[] {
  return [
    `in ${stateName(result)}, over IPv${result.family}${result.condition ? `; ${result.condition}` : ''}`,
    `send  ${result.send}`,
    ...(result.stimulus ? [`sent  ${result.stimulus}`] : []),
    `saw   ${observedText(result)}`,
    ...(result.proof ? [`state after: ${result.proof}`] : []),
  ];
}

/** Profiles of which the same can be said share a line. */
function together(say: (profile: Profile) => string): [string, string, Profile][] {
  const groups = new Map<string, Profile[]>();
  for (const profile of PROFILES) {
    const text = say(profile);
    groups.set(text, [...(groups.get(text) ?? []), profile]);
  }
  return [...groups].map(([text, profiles]) => [profiles.join(', '), text, profiles[0] as Profile]);
}

const verdictLines = (result: ReportCase): string[] =>
  together((profile) => {
    const reason = result.reasons[profile];
    return reason ? `${result.verdicts[profile]}: ${reason}` : result.verdicts[profile];
  }).map(([profiles, text]) => `${profiles}: ${text}`);

function expectationLines(testCase: Case, result: ReportCase): string[] {
  return together((profile) => expectedTexts(testCase, profile).join('\n  or ')).flatMap(
    ([profiles, text, profile], index) => [
      ...(index > 0 ? [''] : []),
      `${profiles} ${profiles.includes(',') ? 'expect' : 'expects'}`,
      `     ${text}`,
      ...(result.inconclusive ? [] : comparisonTable(compareFields(testCase, result, profile))),
    ],
  );
}

function comparisonTable(fields: readonly FieldComparison[]): string[] {
  const width = (key: 'field' | 'expected') => Math.max(...fields.map((field) => field[key].length));
  const [names, wanted] = [width('field'), width('expected')];
  return fields.map(
    ({ field, expected, observed, equal }) =>
      `  ${equal ? '=' : '≠'}  ${field.padEnd(names)}  ${expected.padEnd(wanted)}  ${observed}`,
  );
}

/** The text ladder, and under it the same segments with the numbers of the wire. */
const segmentLines = (result: ReportCase): string[] => [
  ...ladderText(result),
  '',
  ...result.records.map(
    ({ at, from, segment }) =>
      `${at.toFixed(1).padStart(9)} ms ${from === 'tester' ? '──▶' : '◀──'} ${segment}`,
  ),
];
