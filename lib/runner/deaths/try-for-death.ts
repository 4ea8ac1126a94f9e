import { findScenario } from '../../catalogue/catalogue.ts';
import type { ConcreteSegment, Variables } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import type { TargetDeath } from '../../verdict/reason.ts';
import {
  type CaseResult,
  type InconclusiveResult,
  type JudgedResult,
  type NotRunResult,
  type ProfileVerdict,
  seenOf,
  withoutVerdict,
} from '../../verdict/result.ts';
import { type CaseContext, PHASES, type Phase } from '../trial/case-context.ts';
import { playScenario } from '../trial/play-scenario.ts';
import { TargetDied } from '../trial/repeat-until-trusted.ts';
import type { Death, TargetWatch } from '../trial/target-watch.ts';

/** An attempt at a case that shows whether the target survives it. */
export interface DeathTrial {
  /** The part of the attempt in which the target died; absent: it is alive. */
  readonly died?: { readonly phase: Phase; readonly death: Death };
  /** What was seen until then. Its verdict does not count. */
  readonly result: CaseResult;
  /** The target's TCB when the stimulus was sent. */
  readonly variables: Variables;
  /** The state in which the tester left the connection. */
  readonly stateAfter: State | 'unknown';
}

/**
 * Makes one attempt at a case. Where no other case runs meanwhile, the target is checked after each part. Where others do, it gets
 * the same segments as in the run, and no others between them: what a segment does to it may depend on those before.
 */
export async function tryForDeath(
  id: string,
  context: CaseContext & { readonly watch: TargetWatch },
  isAlone: boolean,
): Promise<DeathTrial> {
  const { watch } = context;
  const subject = findScenario(id);
  if (!subject) throw new Error(`no such case: ${id}`);
  const before = watch.deaths.length;
  let passed = 0;
  const checkpoint = async (): Promise<void> => {
    if (isAlone) await watch.check();
    if (watch.lost || watch.deaths.length > before) throw new TargetDied();
    passed += 1;
  };
  const { result, variables } = await playScenario(subject, { ...context, checkpoint }, 0);
  await watch.check();
  const death = watch.deaths[before];
  const stateAfter = seenOf(result)?.stateAfter ?? 'unknown';
  const phase = PHASES[passed];
  return { result, variables, stateAfter, ...(death && phase ? { died: { phase, death } } : {}) };
}

/** The result of a case whose stimulus ends the target. No document allows that. */
export function convicted({ result, variables }: DeathTrial, death: TargetDeath): JudgedResult {
  const { id, title, state, origin, conditions, family, send, notes, records, startedAt, durationMs } =
    result;
  const deviates: ProfileVerdict = {
    verdict: 'deviates',
    others: 0,
    faults: [{ kind: 'death', ...death }],
  };
  const judgements = Object.fromEntries(PROFILES.map((profile) => [profile, deviates])) as Record<
    Profile,
    ProfileVerdict
  >;
  return {
    ...{ id, title, state, family, send, notes, records, startedAt, durationMs },
    ...(origin ? { origin } : {}),
    ...(conditions ? { conditions } : {}),
    stimulus: sentIn(result),
    variables,
    observed: seenOf(result)?.observed ?? [],
    kind: seenOf(result)?.kind ?? 'silence',
    stateAfter: 'unknown',
    proof: [],
    outcome: 'judged',
    judgements,
  };
}

const sentIn = ({ records }: CaseResult): ConcreteSegment[] =>
  records.filter(({ role, from }) => role === 'stimulus' && from === 'tester').map(({ segment }) => segment);

/** The result of a case in which the target died once and survived the next attempts. */
export function undecided(
  { result }: DeathTrial,
  { deaths, trials }: Pick<TargetDeath, 'deaths' | 'trials'>,
): InconclusiveResult | NotRunResult {
  return withoutVerdict(result, { kind: 'died at times', deaths, trials });
}
