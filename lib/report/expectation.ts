import { choiceText } from '../standard/adoption.ts';
import type { ResolvedOutcome } from '../catalogue/case.ts';
import { sentences } from '../catalogue/left-open.ts';
import type { Profile } from '../standard/profile.ts';
import { judgementOf, seenOf } from '../verdict/result.ts';
import type { ReportCase } from './run.ts';
import type { Subject } from './subject.ts';

export type Expecting = Pick<Subject, 'expect'>;

/** An expected outcome in one line, e.g. `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, then ESTABLISHED`. */
export function outcomeText(outcome: ResolvedOutcome): string {
  const tags = [
    ...(outcome.level === 'required' ? [] : [outcome.level]),
    ...(outcome.when ? [choiceText(outcome.when)] : []),
  ];
  return `${outcome.reply}, then ${outcome.then}${tags.length > 0 ? ` (${tags.join('; ')})` : ''}`;
}

/** What a profile expects of a case: one line for each outcome; none for a ladder, which has steps. */
export const expectedTexts = ({ expect }: Expecting, profile: Profile): readonly string[] =>
  expect?.[profile].map(outcomeText) ?? [];

/** Why a profile allows several kinds of reply: a sentence for each text that leaves it open; none where it does not. */
export const openTexts = ({ expect }: Expecting, profile: Profile): readonly string[] =>
  expect ? sentences(expect[profile]) : [];

/**
 * What was wrong with what was observed, or which choice was not taken; empty where nothing was. The expectation is left
 * out where it is the only one, since it stands beside it anyway.
 */
export function faultText(result: ReportCase, profile: Profile, subject?: Expecting): string {
  const judgement = judgementOf(result, profile);
  const reason =
    judgement.verdict === 'conformant' || judgement.verdict === 'inconclusive' ? '' : judgement.reason;
  const [only, ...others] = subject?.expect?.[profile] ?? [];
  const head = only && others.length === 0 ? `expected ${only.reply}, then ${only.then}: ` : '';
  return reason.startsWith(head) ? reason.slice(head.length) : reason;
}

/** The replies for people: in terms of the target's TCB, or the word `silence`. */
export function observedReplies(result: ReportCase): readonly string[] {
  const relative = result.records
    .filter((record) => record.role === 'reply')
    .map((record) => record.relative);
  const replies = relative.length > 0 ? relative : (seenOf(result)?.observed ?? []);
  return replies.length > 0 ? replies : ['silence'];
}

/** What was observed in one line, in the same form as {@link outcomeText}. */
export function observedText(result: ReportCase): string {
  const seen = seenOf(result);
  return seen ? `${observedReplies(result).join(' ')}, then ${seen.stateAfter}` : 'nothing was sent';
}
