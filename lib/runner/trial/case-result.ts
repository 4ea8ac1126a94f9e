import { type ConcreteSegment, printConcrete } from '../../notation/index.ts';
import type { Case } from '../../catalogue/case.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { Entry } from '../../tester/index.ts';
import { judge, kindOf, type Observation, repliesRuleOut } from '../../verdict/judge.ts';
import type {
  CaseResult,
  Inconclusive,
  ProfileVerdict,
  Role,
  Seen,
  WireRecord,
} from '../../verdict/result.ts';
import type { Attempt } from './attempt.ts';
import type { CaseContext } from './case-context.ts';
import { notRun } from './lost.ts';
import { wireRecords } from './wire-records.ts';

/** RFC 793 does not speak of ICMP: what it is to be silent comes with RFC 1122. */
const underProfile = (profile: Profile, { refusal, ...observation }: Observation): Observation =>
  refusal === undefined || profile === 'rfc793' ? observation : { ...observation, refusal };

/** What an attempt amounts to, judged under every profile. */
export function resultOf(subject: Case, context: CaseContext, attempt: Attempt, began: number): CaseResult {
  const { observation, proof, variables, stimulus, failure, disturbance } = attempt;
  const tried = {
    ...notRun(subject, context.family, { reason: 'nothing was observed', byCapability: false }),
    records: recordsOf(subject, attempt),
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
  if (failure) return { ...tried, why: failure };
  const spoilt = disturbance === undefined ? undefined : { reason: disturbance, byCapability: false };
  if (!observation || !proof || !stimulus) return spoilt ? { ...tried, why: spoilt } : tried;
  const { replies, drawn = [] } = observation;
  const answers = replies.length > 0 ? replies : drawn;
  const { why: _, ...about } = tried;
  const seen: Seen = {
    stimulus: printConcrete(stimulus),
    variables,
    observed: answers.map(printBare),
    kind: kindOf(answers),
    stateAfter: proof.state,
    proof: proof.how,
  };
  if (spoilt) return { ...about, ...seen, outcome: 'inconclusive', why: spoilt };
  const unproven = { reason: `the state after could not be proven: ${proof.how}`, byCapability: false };
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
  unproven: Inconclusive,
): ProfileVerdict {
  const isOpen =
    observation.stateAfter === 'unknown' &&
    !repliesRuleOut(subject.expect[profile], underProfile(profile, observation), context.adoption);
  if (isOpen) return { verdict: 'inconclusive', ...unproven };
  return judge(subject.expect[profile], underProfile(profile, observation), context.adoption);
}

/** Whether silence was seen where some profile asks for a reply: a limiter of the target's may have swallowed it. */
export function isUnexpectedSilence(
  subject: Case,
  { adoption }: CaseContext,
  { observation }: Attempt,
): boolean {
  return (
    observation !== undefined &&
    observation.replies.length === 0 &&
    PROFILES.some((profile) => repliesRuleOut(subject.expect[profile], observation, adoption))
  );
}

/** Windows are not compared: leaving them out keeps a segment short. */
function printBare({ wnd: _, ...segment }: ConcreteSegment): string {
  return printConcrete(segment);
}

function recordsOf({ send }: Case, attempt: Attempt): WireRecord[] {
  const { entries, mark, variables, startedAt, stimulus } = attempt;
  const from = { ...attempt, mark: stimulus ? mark : entries.length };
  return wireRecords({
    entries,
    startedAt,
    variables,
    send,
    roleOf: (entry, position) => roleOf(entry, position, from),
  });
}

function roleOf(entry: Entry, position: number, { mark, proofFrom, observation, ...rest }: Attempt): Role {
  if (position < mark) return 'setup';
  if (position === mark) return 'stimulus';
  if (position >= proofFrom) return 'proof';
  if (rest.tooSoon?.includes(entry)) return 'setup';
  if (rest.windowUpdates?.includes(entry)) return 'window update';
  const { replies = [], drawn = [], retransmissions = [] } = observation ?? {};
  if (replies.length === 0 && drawn.includes(entry.segment)) return 'reply';
  const repeated = rest.doubles?.includes(entry) || retransmissions.includes(entry.segment);
  return repeated ? 'retransmission' : 'reply';
}
