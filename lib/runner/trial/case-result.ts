import { type ConcreteSegment, printConcrete } from '../../notation/index.ts';
import type { Case } from '../../spec/case.ts';
import { PROFILES, type Profile } from '../../spec/profile.ts';
import type { Entry } from '../../tester/index.ts';
import { judge, kindOf, type Observation, repliesRuleOut } from '../../verdict/judge.ts';
import type { CaseResult, Inconclusive, Role, Verdict, WireRecord } from '../../verdict/result.ts';
import type { Attempt } from './attempt.ts';
import type { CaseContext } from './case-context.ts';
import { wireRecords } from './wire-records.ts';

/** RFC 5961 is a choice, but one for the whole of it: who has made it in part is told by what it was found. */
function partly(
  { expect }: Case,
  { adoptedInPart }: CaseContext,
  profile: Profile,
  verdict: Verdict,
): string {
  const chosen = expect[profile].some(({ when }) => when !== undefined);
  return adoptedInPart && chosen && verdict === 'deviates' ? `; RFC 5961 is ${adoptedInPart}` : '';
}

/** RFC 793 does not speak of ICMP: what it is to be silent comes with RFC 1122. */
const underProfile = (profile: Profile, { refusal, ...observation }: Observation): Observation =>
  refusal === undefined || profile === 'rfc793' ? observation : { ...observation, refusal };

/** What an attempt amounts to, judged under every profile. */
export function resultOf(subject: Case, context: CaseContext, attempt: Attempt, began: number): CaseResult {
  const { observation, proof, variables, stimulus } = attempt;
  const inconclusive = inconclusiveOf(subject, context, attempt);
  const verdicts = {} as Record<Profile, Verdict>;
  const reasons: Partial<Record<Profile, string>> = {};
  for (const profile of PROFILES) {
    if (inconclusive || !observation) {
      verdicts[profile] = 'inconclusive';
      continue;
    }
    const { verdict, reason } = judge(
      subject.expect[profile],
      underProfile(profile, observation),
      context.adoption,
    );
    verdicts[profile] = verdict;
    if (reason) reasons[profile] = reason + partly(subject, context, profile, verdict);
  }
  const { origin, condition } = subject;
  const { replies = [], drawn = [] } = observation ?? {};
  const answers = replies.length > 0 ? replies : drawn;
  return {
    id: subject.id,
    title: subject.title,
    state: subject.state,
    ...(origin ? { origin } : {}),
    ...(condition ? { condition } : {}),
    family: context.family,
    send: subject.send,
    stimulus: stimulus ? printConcrete(stimulus) : '',
    variables,
    observed: answers.map(printBare),
    kind: kindOf(answers),
    stateAfter: proof?.state ?? 'unknown',
    proof: proof?.how ?? '',
    verdicts,
    reasons,
    ...(inconclusive ? { inconclusive } : {}),
    notes: [],
    records: recordsOf(subject, attempt),
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
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

/** A state that could not be proven spoils the verdict, unless the replies, or their absence, alone settle it. */
function inconclusiveOf(
  subject: Case,
  { adoption }: CaseContext,
  { failure, disturbance, observation, proof }: Attempt,
): Inconclusive | undefined {
  if (failure) return failure;
  if (disturbance) return { reason: disturbance, byCapability: false };
  if (!observation || !proof) return { reason: 'nothing was observed', byCapability: false };
  if (proof.state !== 'unknown') return undefined;
  const settled = PROFILES.every((profile) => repliesRuleOut(subject.expect[profile], observation, adoption));
  return settled
    ? undefined
    : { reason: `the state after could not be proven: ${proof.how}`, byCapability: false };
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
  if (rest.windowUpdates?.includes(entry)) return 'window update';
  const { replies = [], drawn = [], retransmissions = [] } = observation ?? {};
  if (replies.length === 0 && drawn.includes(entry.segment)) return 'reply';
  const repeated = rest.doubles?.includes(entry) || retransmissions.includes(entry.segment);
  return repeated ? 'retransmission' : 'reply';
}
