import { isBeyondCapability } from '../../verdict/reason.ts';
import { isFailure, judgementOf, verdictOf } from '../../verdict/result.ts';
import { blockerIn, failingFindings } from '../findings.ts';
import type { ReportCase, Run, RunFinding } from '../run.ts';
import {
  type AcceptedFinding,
  type Baseline,
  type BaselineEntry,
  isReviewed,
  keyOf,
  type PermittedChoice,
  requireProfile,
} from './baseline.ts';
import { goneFindings, reasonsForFindings } from './findings.ts';
import { areReplies, type SeenIn, seenIn } from './replies.ts';

/** Why the gate does not open. */
export type Objection =
  /** Not conformant, and not in the baseline. */
  | { readonly kind: 'new deviation'; readonly result: ReportCase }
  /** In the baseline, but otherwise than it was now observed. */
  | { readonly kind: 'changed observation'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** Conformant, although the baseline says that it is not. */
  | { readonly kind: 'unexpected pass'; readonly result: ReportCase; readonly entry: BaselineEntry }
  /** Only permitted now, or no longer, or permitted in another way than before; without `before`, it was conformant. */
  | { readonly kind: 'changed choice'; readonly result: ReportCase; readonly before?: PermittedChoice }
  /** There is no such case, or not over this family. */
  | { readonly kind: 'unknown id'; readonly entry: BaselineEntry | PermittedChoice }
  /** Nobody has said why it is accepted. */
  | { readonly kind: 'unreviewed'; readonly entry: BaselineEntry }
  /** Not to be judged, although the target is able to do it. */
  | { readonly kind: 'inconclusive'; readonly result: ReportCase };

/** What a baseline of version 0.1 does not hold, so that its changes pass. */
export interface Unseen {
  /** How many entries hold no reply. */
  readonly replies: number;
  /** Whether nothing is held of what is permitted. */
  readonly permitted: boolean;
}

export interface GateOutcome {
  readonly objections: readonly Objection[];
  /** Changes that were said beforehand to be no objection. */
  readonly allowed: readonly Objection[];
  /** Why a result that is not conformant is accepted, by {@link keyOf}. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Entries of cases that this run did not try. */
  readonly untried: readonly (BaselineEntry | PermittedChoice)[];
  /** What the preflight has found, and nobody has accepted. */
  readonly findings: readonly RunFinding[];
  /** What it was accepted to find, and has not. */
  readonly gone: readonly AcceptedFinding[];
  readonly unseen: Unseen;
  /** False when the run was cut short: then nothing is known of the rest, and the gate stays shut. */
  readonly complete: boolean;
}

export interface GateOptions {
  /** Whether there is such a case over that family; what the run itself holds is known anyway. */
  readonly isKnown: (entry: Pick<BaselineEntry, 'id' | 'family'>) => boolean;
  /** Entries that the run was not asked to try are left alone. */
  readonly isSelected?: (id: string) => boolean;
  /** Changes within what the documents permit are told, and pass. */
  readonly allowPermitted?: boolean;
}

export const isOpen = ({ objections, findings, gone, complete }: GateOutcome): boolean =>
  complete && objections.length === 0 && findings.length === 0 && gone.length === 0;

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
  const entries = new Map(baseline.entries.map((entry) => [keyOf(entry), entry]));
  const choices = baseline.permitted && new Map(baseline.permitted.map((choice) => [keyOf(choice), choice]));
  const accepted = new Map<string, string>();
  const found: Objection[] = [];
  const reasonFor = reasonsForFindings(baseline);
  const blockers = new Map((run.findings ?? []).map((finding) => [finding.id, reasonFor(finding)]));
  for (const result of run.cases) {
    const key = keyOf(result);
    const entry = entries.get(key);
    const blocked = blockers.get(blockerIn(result) ?? '');
    if (blocked !== undefined) {
      // What cannot be reached is no change of it.
      entries.delete(key);
      choices?.delete(key);
      accepted.set(key, blocked);
      continue;
    }
    const objection = objectionTo(result, entry, run) ?? changedChoice(result, entry, choices, run);
    entries.delete(key);
    choices?.delete(key);
    if (objection) found.push(objection);
    else if (entry && isFailure(result, run.profile, run.strict)) accepted.set(key, entry.reason);
  }
  const untried: (BaselineEntry | PermittedChoice)[] = [];
  for (const entry of [...entries.values(), ...(choices?.values() ?? [])]) {
    if (!isSelected(entry.id)) continue;
    if (!isKnown(entry)) found.push({ kind: 'unknown id', entry });
    else if ('reason' in entry && !isReviewed(entry)) found.push({ kind: 'unreviewed', entry });
    else untried.push(entry);
  }
  const isAllowed = ({ kind }: Objection): boolean => allowPermitted && kind === 'changed choice';
  return {
    objections: found.filter((one) => !isAllowed(one)),
    allowed: found.filter(isAllowed),
    accepted,
    untried,
    findings: failingFindings(run, (finding) => reasonFor(finding) !== undefined),
    gone: goneFindings(run, baseline),
    unseen: {
      replies: baseline.entries.filter(({ observed }) => observed === undefined).length,
      permitted: baseline.permitted === undefined,
    },
    complete: run.complete,
  };
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
    // Nothing shows any more what the entry says.
    return entry && { kind: 'changed observation', result, entry };
  }
  if (!isFailure(result, profile, strict)) {
    // An entry that was made under --strict is a choice without it.
    const isChoice = verdict === 'permitted' && entry?.verdict === 'permitted';
    return entry && !isChoice ? { kind: 'unexpected pass', result, entry } : undefined;
  }
  if (!entry) return { kind: 'new deviation', result };
  if (!isAsAccepted(result, verdict, entry)) return { kind: 'changed observation', result, entry };
  return isReviewed(entry) ? undefined : { kind: 'unreviewed', entry };
}

/** Whether the target has made another choice, where the documents leave one. */
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

/** Whether the target has chosen as it did. */
export const isSameChoice = (
  seen: SeenIn,
  { observed, stateAfter }: Pick<PermittedChoice, 'observed' | 'stateAfter'>,
) => areReplies(observed, seen) && seen.stateAfter === stateAfter;

/** Whether what was observed is what the entry says. */
export function isAsAccepted(result: ReportCase, verdict: string, entry: BaselineEntry): boolean {
  const seen = seenIn(result);
  return (
    seen !== undefined &&
    entry.verdict === verdict &&
    entry.kind === seen.kind &&
    (entry.observed === undefined || areReplies(entry.observed, seen)) &&
    (entry.stateAfter === undefined || entry.stateAfter === seen.stateAfter)
  );
}
