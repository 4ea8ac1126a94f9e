import { judgementOf, seenOf } from '../../verdict/result.ts';
import { isFailure } from '../judgement.ts';
import type { ReportCase, Run } from '../run.ts';
import { type Baseline, type BaselineEntry, keyOf, requireProfile, UNREVIEWED } from './baseline.ts';

/** Why the gate does not open. */
export type Objection =
  /** Not conformant, and not in the baseline. */
  | { readonly kind: 'new deviation'; readonly result: ReportCase }
  /** In the baseline, but otherwise than it was now observed. */
  | { readonly kind: 'changed observation'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** Conformant, although the baseline says that it is not. */
  | { readonly kind: 'unexpected pass'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** There is no such case, or not over this family. */
  | { readonly kind: 'unknown id'; readonly entry: BaselineEntry }
  /** Nobody has said why it is accepted. */
  | { readonly kind: 'unreviewed'; readonly entry: BaselineEntry }
  /** Not to be judged, although the target is able to do it. */
  | { readonly kind: 'inconclusive'; readonly result: ReportCase };

export interface GateOutcome {
  readonly objections: readonly Objection[];
  /** Why a result that is not conformant is accepted, by {@link keyOf}. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Entries of cases that this run did not try. */
  readonly untried: readonly BaselineEntry[];
  /** False when the run was cut short: then nothing is known of the rest, and the gate stays shut. */
  readonly complete: boolean;
}

export interface GateOptions {
  /** Whether there is such a case over that family; what the run itself holds is known anyway. */
  readonly isKnown: (entry: Pick<BaselineEntry, 'id' | 'family'>) => boolean;
  /** Entries that the run was not asked to try are left alone. */
  readonly isSelected?: (id: string) => boolean;
}

export const isOpen = ({ objections, complete }: GateOutcome): boolean => complete && objections.length === 0;

/**
 * Compares a run with a baseline. It changes no verdict.
 *
 * @throws BaselineError when the baseline is for another profile
 */
export function gate(
  run: Run,
  baseline: Baseline,
  { isKnown, isSelected = () => true }: GateOptions,
): GateOutcome {
  requireProfile(baseline, run.profile);
  const entries = new Map(baseline.entries.map((entry) => [keyOf(entry), entry]));
  const accepted = new Map<string, string>();
  const objections: Objection[] = [];
  for (const result of run.cases) {
    const entry = entries.get(keyOf(result));
    entries.delete(keyOf(result));
    const objection = objectionTo(result, entry, run);
    if (objection) objections.push(objection);
    else if (entry && isFailure(result, run.profile, run.strict)) accepted.set(keyOf(result), entry.reason);
  }
  const untried: BaselineEntry[] = [];
  for (const entry of entries.values()) {
    if (!isSelected(entry.id)) continue;
    if (!isKnown(entry)) objections.push({ kind: 'unknown id', entry });
    else if (isUnreviewed(entry)) objections.push({ kind: 'unreviewed', entry });
    else untried.push(entry);
  }
  return { objections, accepted, untried, complete: run.complete };
}

function objectionTo(
  result: ReportCase,
  entry: BaselineEntry | undefined,
  { profile, strict }: Pick<Run, 'profile' | 'strict'>,
): Objection | undefined {
  const judgement = judgementOf(result, profile);
  const { verdict } = judgement;
  if (judgement.verdict === 'inconclusive') {
    if (!judgement.byCapability) return { kind: 'inconclusive', result };
    // Nothing shows any more what the entry says.
    return entry && { kind: 'changed observation', result, entry };
  }
  if (!isFailure(result, profile, strict)) {
    // An entry that was made under --strict says nothing without it.
    const idle = verdict === 'permitted' && entry?.verdict === 'permitted';
    return entry && !idle ? { kind: 'unexpected pass', result, entry } : undefined;
  }
  if (!entry) return { kind: 'new deviation', result };
  if (!isAsAccepted(result, verdict, entry)) return { kind: 'changed observation', result, entry };
  return isUnreviewed(entry) ? { kind: 'unreviewed', entry } : undefined;
}

const isUnreviewed = ({ reason }: BaselineEntry): boolean => reason.toLowerCase() === UNREVIEWED;

/** Whether what was observed is what the entry says. */
export function isAsAccepted(result: ReportCase, verdict: string, entry: BaselineEntry): boolean {
  const seen = seenOf(result);
  return (
    entry.verdict === verdict &&
    entry.kind === seen?.kind &&
    (entry.stateAfter === undefined || entry.stateAfter === seen.stateAfter)
  );
}
