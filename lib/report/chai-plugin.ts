import type { Profile } from '../standard/profile.ts';
import { type CaseResult, standingOf, verdictOf } from '../verdict/result.ts';
import { caseFields } from './case-fields.ts';
import { stateName } from './groups.ts';
import { ladderText } from './ladder.ts';
import { circumstance, findSubject } from './subject.ts';

declare global {
  namespace Chai {
    interface Assertion {
      /** The verdict under a profile is conformant, or permitted unless `strict`. */
      conformTo(profile: Profile, options?: { strict?: boolean }): Assertion;
    }
  }
}

/** The assertion about the result of a case. A failure prints the rule, the expected, the observed and all segments. */
export const tcpAssertions: Chai.ChaiPlugin = ({ Assertion }) => {
  Assertion.addMethod(
    'conformTo',
    function (this: Chai.AssertionStatic, profile: Profile, { strict = false }: { strict?: boolean } = {}) {
      const { _obj: result } = this as unknown as { _obj: CaseResult };
      const verdict = verdictOf(result, profile);
      (this as unknown as Chai.AssertionPrototype).assert(
        standingOf(result, profile, strict) === 'passed',
        // Made only when they are needed: most cases pass.
        () => `${verdict} under ${profile}\n${explain(result, profile)}`,
        () => `${verdict} under ${profile}, but should not be\n${explain(result, profile)}`,
        'conformant',
        verdict,
      );
    },
  );
};

function explain(result: CaseResult, profile: Profile): string {
  const subject = findSubject(result.id);
  const under = circumstance(result, subject);
  return [
    `${result.id}, IPv${result.family}: ${result.title}`,
    `  in        ${stateName(result)}${under ? `, ${under}` : ''}`,
    ...caseFields(result, profile, subject).map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...ladderText(result).map((line) => `  ${line}`),
  ].join('\n');
}
