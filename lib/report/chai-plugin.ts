import { conditionText } from '../catalogue/conditions.ts';
import type { Profile } from '../standard/profile.ts';
import { type CaseResult, seenOf, standingOf, verdictOf } from '../verdict/result.ts';
import { outcomeText, reasonText } from './expectation.ts';
import { findSubject } from './subject.ts';

declare global {
  namespace Chai {
    interface Assertion {
      /** The verdict under a profile is conformant, or permitted unless `strict`. */
      conformTo(profile: Profile, options?: { strict?: boolean }): Assertion;
    }
  }
}

/** The assertion about the result of a case; a failure prints the rule, the expected, the observed and all segments. */
export const tcpAssertions: Chai.ChaiPlugin = ({ Assertion }) => {
  Assertion.addMethod(
    'conformTo',
    function (this: Chai.AssertionStatic, profile: Profile, { strict = false }: { strict?: boolean } = {}) {
      const { _obj: result } = this as unknown as { _obj: CaseResult };
      const verdict = verdictOf(result, profile);
      (this as unknown as Chai.AssertionPrototype).assert(
        standingOf(result, profile, strict) === 'passed',
        `${verdict} under ${profile}\n${explain(result, profile)}`,
        `${verdict} under ${profile}, but should not be\n${explain(result, profile)}`,
        'conformant',
        verdict,
      );
    },
  );
};

const NAMES = { tester: '→', target: '←' } as const;

/** The rule, what it asks for, what was observed, and every segment of the connection with its time. */
function explain(result: CaseResult, profile: Profile): string {
  const subject = findSubject(result.id);
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
