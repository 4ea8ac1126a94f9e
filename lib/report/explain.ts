import { conditionText } from '../catalogue/conditions.ts';
import type { Profile } from '../standard/profile.ts';
import { type CaseResult, seenOf } from '../verdict/result.ts';
import { outcomeText, reasonText } from './expectation.ts';
import type { Subject } from './subject.ts';

const NAMES = { tester: '→', target: '←' } as const;

/** The rule, what it asks for, what was observed, and every segment of the connection with its time: for a failure. */
export function explain(result: CaseResult, subject: Subject | undefined, profile: Profile): string {
  const lines = [`${result.id}, IPv${result.family}: ${result.title}`];
  if (subject) lines.push(`  rule      ${subject.cite.join('; ')}`);
  const condition = conditionText(result.conditions);
  lines.push(`  sent      ${result.send}${condition ? ` (${condition})` : ''}, in ${result.state}`);
  const outcomes = subject?.expect?.[profile] ?? [];
  outcomes.forEach((outcome, index) => {
    lines.push(`  ${index === 0 ? 'expected  ' : '       or '}${outcomeText(outcome)}`);
  });
  const seen = seenOf(result);
  const observed = seen ? `${seen.observed.join(' and ') || 'silence'}, then ${seen.stateAfter}` : 'not run';
  lines.push(`  observed  ${observed}`);
  const reason = reasonText(result, profile);
  if (reason) lines.push(`  because   ${reason}`);
  for (const { from, at, role, relative } of result.records) {
    lines.push(`  ${at.toFixed(1).padStart(9)} ms ${NAMES[from]} ${role.padEnd(14)} ${relative}`);
  }
  return lines.join('\n');
}
