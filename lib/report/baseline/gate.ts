import { isBeyondCapability } from '../../verdict/reason.ts';
import { isFailure, judgementOf, verdictOf } from '../../verdict/result.ts';
import { blockerIn, failingFaults } from '../preflight-faults.ts';
import type { ReportCase, Run, RunFault } from '../run.ts';
import {
  type AcceptedCase,
  type AcceptedFault,
  type AcceptedFinding,
  type Baseline,
  type BaselineEntry,
  entriesOf,
  isReviewed,
  keyOf,
  type PermittedChoice,
  requireProfile,
  unjudgedOf,
} from './baseline.ts';
import { goneFaults, reasonsForFaults } from './preflight-faults.ts';
import { areReplies, type SeenIn, seenIn } from './replies.ts';

/** Why the gate does not open. */
export type Objection =
  /** Not conformant, and not in the baseline. */
  | { readonly kind: 'new deviation'; readonly result: ReportCase }
  /** In the baseline, but with another observation. */
  | { readonly kind: 'changed observation'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** Conformant now, and in the baseline. */
  | { readonly kind: 'unexpected pass'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** The target chose otherwise where the documents leave a choice; without `before`, it was conformant. */
  | { readonly kind: 'changed choice'; readonly result: ReportCase; readonly before?: PermittedChoice }
  /** There is no such case, or not over this family. */
  | { readonly kind: 'unknown id'; readonly entry: BaselineEntry | PermittedChoice }
  /** Nobody has given a reason. */
  | { readonly kind: 'unreviewed'; readonly finding: AcceptedFinding }
  /** Not judged, although the target is able to do the case, and the baseline does not expect it. */
  | { readonly kind: 'inconclusive'; readonly result: ReportCase };

/** What a baseline of version 0.1 lacks. The gate does not see changes of it. */
export interface Unseen {
  /** How many entries have no reply. */
  readonly replies: number;
  /** Whether the list of permitted choices is missing. */
  readonly permitted: boolean;
}

export interface GateOutcome {
  readonly objections: readonly Objection[];
  /** Changes that `--allow permitted` lets pass. */
  readonly allowed: readonly Objection[];
  /** Why a result that is not conformant is accepted, by {@link keyOf}. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Entries of cases that this run did not try. */
  readonly untried: readonly (BaselineEntry | PermittedChoice)[];
  /** Faults of the preflight that nothing accepts. */
  readonly faults: readonly RunFault[];
  /** Accepted faults that this run did not find. */
  readonly gone: readonly AcceptedFault[];
  readonly unseen: Unseen;
  /** False when the run was cut short: the gate stays shut. */
  readonly complete: boolean;
}

export interface GateOptions {
  /** Whether the catalogue has the case, over that family. */
  readonly isKnown: (entry: Pick<AcceptedCase, 'id' | 'family'>) => boolean;
  /** Whether the run was asked to try the case; other entries are left alone. */
  readonly isSelected?: (id: string) => boolean;
  /** Changes within what the documents permit are printed, and pass. */
  readonly allowPermitted?: boolean;
}

export const isOpen = ({ objections, faults, gone, complete }: GateOutcome): boolean =>
  complete && objections.length === 0 && faults.length === 0 && gone.length === 0;

/**
 * Compares a run with a baseline. It changes no verdict.
 *
 * @throws BaselineError when the baseline is for another profile
 */
export function gate(
  run: Run,
  baseline: Baseline,
  { isKnown, isSelected = () => true, allowPermitted = false }: GateOptions,
): GateOutcome {
  requireProfile(baseline, run.profile);
  const entries = new Map(entriesOf(baseline).map((entry) => [keyOf(entry), entry]));
  const choices = baseline.permitted && new Map(baseline.permitted.map((choice) => [keyOf(choice), choice]));
  const accepted = new Map<string, string>();
  const unjudged = unjudgedOf(baseline);
  const found: Objection[] = [];
  const reasonFor = reasonsForFaults(baseline);
  const blockers = new Map((run.preflightFaults ?? []).map((fault) => [fault.id, reasonFor(fault)]));
  for (const result of run.cases) {
    const key = keyOf(result);
    const entry = entries.get(key);
    const blocked = blockers.get(blockerIn(result) ?? '');
    if (blocked !== undefined) {
      // A case that could not be tried says nothing about its entry.
      entries.delete(key);
      choices?.delete(key);
      accepted.set(key, blocked);
      continue;
    }
    const why = unjudged.get(key);
    if (why !== undefined && isReviewed({ reason: why }) && isUnjudged(result, run)) {
      // Nor does a case without a verdict.
      entries.delete(key);
      choices?.delete(key);
      accepted.set(key, why);
      continue;
    }
    const objection = objectionTo(result, entry, run) ?? changedChoice(result, entry, choices, run);
    entries.delete(key);
    choices?.delete(key);
    if (objection) found.push(objection);
    else if (entry && isReviewed(entry.finding) && isFailure(result, run.profile, run.strict)) {
      accepted.set(key, entry.finding.reason);
    }
  }
  const untried: (BaselineEntry | PermittedChoice)[] = [];
  for (const entry of [...entries.values(), ...(choices?.values() ?? [])]) {
    if (!isSelected(entry.id)) continue;
    if (!isKnown(entry)) found.push({ kind: 'unknown id', entry });
    else untried.push(entry);
  }
  for (const finding of baseline.findings) {
    const isAsked = finding.cases.some((one) => isSelected(one.id) && isKnown(one));
    if (isAsked && !isReviewed(finding)) found.push({ kind: 'unreviewed', finding });
  }
  const isAllowed = ({ kind }: Objection): boolean => allowPermitted && kind === 'changed choice';
  return {
    objections: found.filter((one) => !isAllowed(one)),
    allowed: found.filter(isAllowed),
    accepted,
    untried,
    faults: failingFaults(run, (fault) => reasonFor(fault) !== undefined),
    gone: goneFaults(run, baseline),
    unseen: {
      replies: entriesOf(baseline).filter(({ observed }) => observed === undefined).length,
      permitted: baseline.permitted === undefined,
    },
    complete: run.complete,
  };
}

/** Whether it has no verdict, although the target is able to do the case. */
function isUnjudged(result: ReportCase, { profile }: Pick<Run, 'profile'>): boolean {
  const judgement = judgementOf(result, profile);
  return judgement.verdict === 'inconclusive' && !isBeyondCapability(judgement.why);
}

function objectionTo(
  result: ReportCase,
  entry: BaselineEntry | undefined,
  { profile, strict }: Pick<Run, 'profile' | 'strict'>,
): Objection | undefined {
  const judgement = judgementOf(result, profile);
  const { verdict } = judgement;
  if (judgement.verdict === 'inconclusive') {
    if (!isBeyondCapability(judgement.why)) return { kind: 'inconclusive', result };
    // The target cannot do the case any more.
    return entry && { kind: 'changed observation', result, entry };
  }
  if (!isFailure(result, profile, strict)) {
    // An entry made under --strict is only a choice without it.
    const isChoice = verdict === 'permitted' && entry?.verdict === 'permitted';
    return entry && !isChoice ? { kind: 'unexpected pass', result, entry } : undefined;
  }
  if (!entry) return { kind: 'new deviation', result };
  return isAsAccepted(result, verdict, entry) ? undefined : { kind: 'changed observation', result, entry };
}

/** Whether the target chose otherwise, where the documents leave a choice. */
function changedChoice(
  result: ReportCase,
  entry: BaselineEntry | undefined,
  choices: ReadonlyMap<string, PermittedChoice> | undefined,
  { profile, strict }: Pick<Run, 'profile' | 'strict'>,
): Objection | undefined {
  const verdict = verdictOf(result, profile);
  if (verdict === 'deviates' || (verdict === 'permitted' && strict)) return undefined;
  const seen = seenIn(result);
  if (verdict === 'permitted' && entry) {
    const { id, family, observed, stateAfter } = entry;
    if (!seen || observed === undefined || stateAfter === undefined) return undefined;
    return isSameChoice(seen, { observed, stateAfter })
      ? undefined
      : { kind: 'changed choice', result, before: { id, family, observed, stateAfter } };
  }
  if (!choices) return undefined;
  const before = choices.get(keyOf(result));
  if (verdict === 'permitted' && !before) return { kind: 'changed choice', result };
  if (!before || (verdict === 'permitted' && seen && isSameChoice(seen, before))) return undefined;
  return { kind: 'changed choice', result, before };
}

/** Whether the target chose the same. */
export const isSameChoice = (
  seen: SeenIn,
  { observed, stateAfter }: Pick<PermittedChoice, 'observed' | 'stateAfter'>,
) => areReplies(observed, seen) && seen.stateAfter === stateAfter;

/** Whether what was observed is what the entry says. */
export function isAsAccepted(result: ReportCase, verdict: string, entry: AcceptedCase): boolean {
  const seen = seenIn(result);
  return (
    seen !== undefined &&
    entry.verdict === verdict &&
    entry.kind === seen.kind &&
    (entry.observed === undefined || areReplies(entry.observed, seen)) &&
    (entry.stateAfter === undefined || entry.stateAfter === seen.stateAfter)
  );
}
