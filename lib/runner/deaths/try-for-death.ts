import { findScenario } from '../../catalogue/catalogue.ts';
import type { Variables } from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import { type CaseResult, seenOf } from '../../verdict/result.ts';
import { type CaseContext, PHASES, type Phase } from '../trial/case-context.ts';
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
  const subject = findScenario(id);
  if (!subject) throw new Error(`no such case: ${id}`);
  const before = watch.deaths.length;
  let passed = 0;
  const checkpoint = async (): Promise<void> => {
    await watch.check();
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
