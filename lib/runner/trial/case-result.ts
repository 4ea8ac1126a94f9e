import { type Case, outcomesOf, stimulusOf } from '../../catalogue/scenario.ts';
import { type ConcreteSegment, printConcrete } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { Entry } from '../../tester/index.ts';
import { judge, kindOf, type Observation, repliesRuleOut } from '../../verdict/judge.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { CaseResult, ProfileVerdict, Role, Seen, WireRecord } from '../../verdict/result.ts';
import type { Attempt, Watched } from './attempt.ts';
import type { CaseContext } from './case-context.ts';
import { notRun } from './lost.ts';
import { wireRecords } from './wire-records.ts';

/** RFC 793 does not speak of ICMP: what it is to be silent comes with RFC 1122. */
const underProfile = (profile: Profile, { refusal, ...observation }: Observation): Observation =>
  refusal === undefined || profile === 'rfc793' ? observation : { ...observation, refusal };

/** What an attempt amounts to, judged under every profile. */
export function resultOf(subject: Case, context: CaseContext, attempt: Attempt, began: number): CaseResult {
  const run = {
    records: recordsOf(subject, attempt),
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
  if (attempt.kind === 'broken off') return { ...notRun(subject, context.family, attempt.why), ...run };
  const { observation, proof, variables, stimulus, spoilt } = attempt;
  const unproven: Reason = { kind: 'not proven', proof: proof.how };
  const { why: _, ...subjectOf } = notRun(subject, context.family, unproven);
  const about = { ...subjectOf, ...run };
  const { replies, provoked = [] } = observation;
  const answers = replies.length > 0 ? replies : provoked;
  const seen: Seen = {
    stimulus: printConcrete(stimulus),
    variables,
    observed: answers.map(printBare),
    kind: kindOf(answers),
    stateAfter: proof.state,
    proof: proof.how,
  };
  if (spoilt) return { ...about, ...seen, outcome: 'inconclusive', why: spoilt };
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, judgementBy(profile, subject, context, observation, unproven)]),
  ) as Record<Profile, ProfileVerdict>;
  if (PROFILES.every((profile) => judgements[profile].verdict === 'inconclusive')) {
    return { ...about, ...seen, outcome: 'inconclusive', why: unproven };
  }
  return { ...about, ...seen, outcome: 'judged', judgements };
}

/** A state that could not be proven leaves the verdict open, unless no outcome of the profile allows the replies alone. */
function judgementBy(
  profile: Profile,
  subject: Case,
  context: CaseContext,
  observation: Observation,
  unproven: Reason,
): ProfileVerdict {
  const isOpen =
    observation.stateAfter === 'unknown' &&
    !repliesRuleOut(outcomesOf(subject)[profile], underProfile(profile, observation), context.adoption);
  if (isOpen) return { verdict: 'inconclusive', why: unproven };
  return judge(outcomesOf(subject)[profile], underProfile(profile, observation), context.adoption);
}

/** Whether silence was seen where some profile asks for a reply: a limiter of the target's may have swallowed it. */
export function isUnexpectedSilence(subject: Case, { adoption }: CaseContext, attempt: Attempt): boolean {
  return (
    attempt.kind === 'watched' &&
    attempt.observation.replies.length === 0 &&
    PROFILES.some((profile) => repliesRuleOut(outcomesOf(subject)[profile], attempt.observation, adoption))
  );
}

/** Windows are not compared: leaving them out keeps a segment short. */
function printBare({ wnd: _, ...segment }: ConcreteSegment): string {
  return printConcrete(segment);
}

function recordsOf(subject: Case, attempt: Attempt): WireRecord[] {
  const { entries, startedAt } = attempt;
  const sent = attempt.kind === 'watched' ? attempt : attempt.sent;
  return wireRecords({
    ...{ entries, startedAt, send: stimulusOf(subject) },
    variables: sent?.variables ?? {},
    roleOf: (entry, position) => {
      if (!sent || position < sent.mark) return 'setup';
      if (position === sent.mark) return 'stimulus';
      if (position >= sent.proofFrom) return 'proof';
      return attempt.kind === 'watched' ? answerRole(entry, attempt) : 'reply';
    },
  });
}

function answerRole(entry: Entry, { observation, tooSoon, windowUpdates, doubles }: Watched): Role {
  if (tooSoon.includes(entry)) return 'setup';
  if (windowUpdates.includes(entry)) return 'window update';
  const { replies, provoked = [], retransmissions } = observation;
  if (replies.length === 0 && provoked.includes(entry.segment)) return 'reply';
  const repeated = doubles.includes(entry) || retransmissions.includes(entry.segment);
  return repeated ? 'retransmission' : 'reply';
}
