import { printReply } from '../catalogue/resolve.ts';
import { printConcrete, printSegment } from '../notation/index.ts';
import { choiceText } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import { type CaseResult, judgementOf, type ProfileVerdict, seenOf } from '../verdict/result.ts';
import type { ReportCase } from './run.ts';
import { say } from './say.ts';
import type { ShownOutcome, Subject } from './subject.ts';

export type Expecting = Pick<Subject, 'expect' | 'leftOpen'>;

/** An expected outcome in one line, e.g. `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, then ESTABLISHED`. */
export const outcomeText = (outcome: ShownOutcome): string =>
  `${printReply(outcome.reply)}, then ${outcome.then}${outcomeTags(outcome)}`;

/** Its level and its condition, in parentheses; empty for what is required without one. */
export function outcomeTags({ level, when }: Pick<ShownOutcome, 'level' | 'when'>): string {
  const tags = [...(level === 'required' ? [] : [level]), ...(when ? [choiceText(when)] : [])];
  return tags.length > 0 ? ` (${tags.join('; ')})` : '';
}

/** What a profile expects of a case: one line for each outcome; none for a scenario of several steps. */
export const expectedTexts = ({ expect }: Expecting, profile: Profile): readonly string[] =>
  expect?.[profile].map(outcomeText) ?? [];

/** Why a profile allows several kinds of reply: a sentence for each text that leaves it open. */
export const openTexts = ({ leftOpen }: Expecting, profile: Profile): readonly string[] =>
  leftOpen?.[profile] ?? [];

/** What was wrong, which choice was not taken, or why there is no verdict; empty where the case conforms. */
export const reasonText = (result: CaseResult<unknown>, profile: Profile): string =>
  sentenceOf(judgementOf(result, profile), true);

/** The same, without the only expectation: reports show it beside this text. */
export const faultText = (result: CaseResult<unknown>, profile: Profile): string =>
  sentenceOf(judgementOf(result, profile), false);

const sentenceOf = (judgement: ProfileVerdict, whole: boolean): string =>
  judgement.verdict === 'inconclusive' ? say.reason(judgement.why) : say.judgement(judgement, whole);

/** The replies in terms of the target's TCB, or the word `silence`. */
export function observedReplies(result: ReportCase): readonly string[] {
  const relative = result.records
    .filter((record) => record.role === 'reply')
    .map((record) => printSegment(record.relative));
  const replies = relative.length > 0 ? relative : (seenOf(result)?.observed.map(printConcrete) ?? []);
  return replies.length > 0 ? replies : ['silence'];
}

/** What was observed in one line, in the same form as {@link outcomeText}. */
export function observedText(result: ReportCase): string {
  const seen = seenOf(result);
  return seen ? `${observedReplies(result).join(' ')}, then ${seen.stateAfter}` : 'nothing was sent';
}
