import type { Profile } from '../standard/profile.ts';
import { judgementOf } from '../verdict/result.ts';
import { expectedTexts, faultText, observedText } from './expectation.ts';
import type { ReportCase } from './run.ts';
import { say } from './say.ts';
import { ruleTexts, type Subject, stepTexts } from './subject.ts';

/** A name and a text. */
export type Field = readonly [string, string];

/**
 * A case for people: the rules, what was sent, what was expected and what was observed.
 *
 * @param subject without it, rules and expectations are left out
 */
export function caseFields(result: ReportCase, profile: Profile, subject: Subject | undefined): Field[] {
  const listed = (name: string, values: readonly string[], next = ''): Field[] =>
    values.map((value, index) => [index === 0 ? name : next, value]);
  return [
    ...(subject ? listed('rule', ruleTexts(subject)) : []),
    ...(subject ? listed('cited', [subject.cite.join('; ')]) : []),
    ['sent', result.send],
    ...(subject ? listed('expected', expectedTexts(subject, profile), 'or') : []),
    ...(subject ? listed('expected', stepTexts(subject)) : []),
    ['observed', observedText(result)],
    ...listed('because', becauseOf(result, profile)),
    ...result.notes.map((note): Field => ['note', say.note(note)]),
  ];
}

/** Nothing where it would only repeat what was expected and what was observed. */
function becauseOf(result: ReportCase, profile: Profile): string[] {
  const judgement = judgementOf(result, profile);
  const saysMore =
    judgement.verdict !== 'deviates' ||
    judgement.faults.some(
      (fault) =>
        fault.kind !== 'state' &&
        !(fault.kind === 'replies' && fault.step === undefined && fault.observed.length < 2),
    );
  return saysMore ? [faultText(result, profile)].filter(Boolean) : [];
}
