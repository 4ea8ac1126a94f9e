import { findScenario } from '../../catalogue/catalogue.ts';
import { isCase } from '../../catalogue/scenario.ts';
import type { Variables } from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import { type CaseResult, seenOf } from '../../verdict/result.ts';
import { attempt } from '../trial/attempt.ts';
import { type CaseContext, PHASES, type Phase } from '../trial/case-context.ts';
import { resultOf } from '../trial/case-result.ts';
import { playScenario } from '../trial/play-scenario.ts';
import { TargetDied } from '../trial/repeat-until-trusted.ts';
import type { Death, TargetWatch } from '../trial/target-watch.ts';

/** What came of an attempt that was made to see whether the target survives it. */
export interface DeathTrial {
  /** In which part of the attempt the target died; absent: it is alive. */
  readonly died?: { readonly phase: Phase; readonly death: Death };
  /** What was seen until then; its verdict counts for nothing. */
  readonly result: CaseResult;
  /** The target's TCB when the stimulus was sent, as far as it is known. */
  readonly variables: Variables;
  /** Where the connection was when the tester left it. */
  readonly stateAfter: State | 'unknown';
}

/**
 * Makes one attempt at a case, alone on the wire, and looks after the target behind each part of it. Nobody else may be on
 * the wire: the death would be anybody's.
 */
export async function tryForDeath(
  id: string,
  context: CaseContext & { readonly watch: TargetWatch },
): Promise<DeathTrial> {
  const { watch } = context;
  const before = watch.deaths.length;
  const began = Date.now();
  let passed = 0;
  const checkpoint = async (): Promise<void> => {
    await watch.check();
    if (watch.lost || watch.deaths.length > before) throw new TargetDied();
    passed += 1;
  };
  const { result, variables } = await once(id, { ...context, checkpoint }, began);
  await watch.check();
  const death = watch.deaths[before];
  const stateAfter = seenOf(result)?.stateAfter ?? 'unknown';
  const phase = PHASES[passed];
  return { result, variables, stateAfter, ...(death && phase ? { died: { phase, death } } : {}) };
}

async function once(
  id: string,
  context: CaseContext,
  began: number,
): Promise<Pick<DeathTrial, 'result' | 'variables'>> {
  const subject = findScenario(id);
  if (!subject) throw new Error(`no such case: ${id}`);
  if (isCase(subject)) {
    const tried = await attempt(subject, context, 0);
    return {
      result: resultOf(subject, context, tried, began),
      variables: (tried.kind === 'watched' ? tried : tried.sent)?.variables ?? {},
    };
  }
  return { result: (await playScenario(subject, context, 0)).result, variables: {} };
}
