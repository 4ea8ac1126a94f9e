import type { Scenario } from '../../catalogue/scenario.ts';
import type { ConcreteSegment, Variables } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import { kindOf } from '../../verdict/judge.ts';
import { type Ending, judgeScenario } from '../../verdict/judge-scenario.ts';
import type { Reason } from '../../verdict/reason.ts';
import {
  type CaseResult,
  type JudgedResult,
  type ProfileVerdict,
  type Seen,
  whyInconclusive,
  withoutVerdict,
} from '../../verdict/result.ts';
import type { CaseContext } from './case-context.ts';
import { notRun } from './not-run.ts';

/** What an attempt that was made to the end has seen. */
export interface Seeing extends Pick<CaseResult, 'records' | 'calls' | 'startedAt' | 'durationMs'> {
  /** Of the first connection, and of those beside it. */
  readonly endings: readonly Ending[];
  readonly variables: Variables;
}

/** What an attempt amounts to, judged under every profile. @param spoilt why what was seen proves nothing */
export function resultOf(
  scenario: Scenario,
  { family, adoption }: CaseContext,
  { endings, variables, records, calls, startedAt, durationMs }: Seeing,
  spoilt: Reason | undefined,
): CaseResult {
  const [{ stateAfter, proof }] = endings as readonly [Ending, ...Ending[]];
  const { why: _, ...about } = notRun(scenario, family, { kind: 'not proven', proof });
  const answers = endings.flatMap(({ steps }) => steps.flatMap(answersOf));
  const seen: Seen = {
    stimulus: records.filter(({ role }) => role === 'stimulus').map(({ segment }) => segment),
    ...{ variables, observed: answers.map(bare), kind: kindOf(answers), stateAfter, proof },
  };
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, judgeScenario(profile, endings, adoption)]),
  ) as Record<Profile, ProfileVerdict>;
  const result: JudgedResult = {
    ...{ ...about, ...seen, records, ...(calls ? { calls } : {}), startedAt, durationMs },
    outcome: 'judged',
    judgements,
  };
  const isOpen = PROFILES.every((profile) => judgements[profile].verdict === 'inconclusive');
  const why = spoilt ?? (isOpen ? whyInconclusive(result, 'rfc9293') : undefined);
  return why ? withoutVerdict(result, why) : result;
}

/** Where nothing else came, what the stimulus made the target send again. */
const answersOf = ({ observation: { replies, provoked = [] } }: Ending['steps'][number]) =>
  replies.length > 0 ? replies : provoked;

/** Windows are not compared: leaving them out keeps a segment short. */
const bare = ({ wnd: _, ...segment }: ConcreteSegment): ConcreteSegment => segment;
