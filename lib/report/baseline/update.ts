import { isBeyondCapability } from '../../verdict/reason.ts';
import { isFailure, type JudgedResult, judgementOf, verdictOf } from '../../verdict/result.ts';
import type { ReportCase, ReportRecord, Run } from '../run.ts';
import {
  type Baseline,
  type BaselineEntry,
  inOrder,
  isReviewed,
  keyOf,
  type PermittedChoice,
  requireProfile,
  UNREVIEWED,
} from './baseline.ts';
import { updatedFindings } from './findings.ts';
import { isAsAccepted, isSameChoice } from './gate.ts';
import { repliesText } from './replies.ts';

export interface BaselineUpdate {
  readonly baseline: Baseline;
  /** Entries that need a reason: new ones, and those with another observation. */
  readonly added: readonly BaselineEntry[];
  readonly changed: readonly BaselineEntry[];
  readonly removed: readonly BaselineEntry[];
  /** How many entries of a baseline of version 0.1 now have their reply. */
  readonly completed: number;
}

type IsKnown = (entry: Pick<BaselineEntry, 'id' | 'family'>) => boolean;

/**
 * The baseline that a run would pass. Unchanged entries keep their reasons. New and changed entries become `unreviewed`,
 * followed by the reason that may still hold. Entries of cases that the run did not try, or could not judge, stay.
 *
 * @param before undefined makes a first baseline
 * @throws BaselineError when the baseline is for another profile
 */
export function updateBaseline(run: Run, before: Baseline | undefined, isKnown: IsKnown): BaselineUpdate {
  if (before) requireProfile(before, run.profile);
  const known = new Map((before?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  const entries: BaselineEntry[] = [];
  const added: BaselineEntry[] = [];
  const changed: BaselineEntry[] = [];
  const removed: BaselineEntry[] = [];
  let completed = 0;
  for (const entry of known.values()) {
    const result = results.get(keyOf(entry));
    const stays = result ? isUndecided(result, entry, run) : isKnown(entry);
    if (stays) entries.push(entry);
    else if (!result || !isEntry(result, run)) removed.push(entry);
  }
  for (const result of run.cases) {
    if (!isEntry(result, run)) continue;
    const old = known.get(keyOf(result));
    const { verdict } = result.judgements[run.profile];
    if (old && isAsAccepted(result, verdict, old)) {
      if (old.observed === undefined) completed += 1;
      const observed = old.observed ?? repliesText(result);
      entries.push({ ...old, observed, stateAfter: result.stateAfter });
      continue;
    }
    const entry = fresh(result, run, old, [...known.values()], isKnown);
    entries.push(entry);
    (old ? changed : added).push(entry);
  }
  const findings = updatedFindings(run, before, entries);
  const permitted = permittedChoices(run, before, entries, isKnown);
  return {
    baseline: {
      suite: 'segment-arrives',
      target: run.target.name,
      profile: run.profile,
      entries: entries.sort(inOrder),
      ...(findings ? { findings } : {}),
      ...(permitted ? { permitted } : {}),
    },
    added,
    changed,
    removed,
    completed,
  };
}

/**
 * What is only permitted now. Choices of cases that were not tried or not judged stay. A baseline without the list gets it
 * from a whole run only: after a part of one, the other cases would count as conformant.
 */
function permittedChoices(
  run: Run,
  before: Baseline | undefined,
  entries: readonly BaselineEntry[],
  isKnown: IsKnown,
): PermittedChoice[] | undefined {
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  if (before && !before.permitted) {
    const tried = before.entries.every((entry) => results.has(keyOf(entry)) || !isKnown(entry));
    if (!tried || !run.complete) return undefined;
  }
  const taken = new Set(entries.map(keyOf));
  const known = new Map((before?.permitted ?? []).map((choice) => [keyOf(choice), choice]));
  const kept = (before?.permitted ?? []).filter((choice) => {
    const result = results.get(keyOf(choice));
    if (!result) return isKnown(choice);
    const judgement = judgementOf(result, run.profile);
    return judgement.verdict === 'inconclusive' && !isBeyondCapability(judgement.why);
  });
  const now = run.cases.flatMap((result): PermittedChoice[] => {
    if (result.outcome !== 'judged' || verdictOf(result, run.profile) !== 'permitted') return [];
    const { id, family, stateAfter } = result;
    const old = known.get(keyOf(result));
    if (old && isSameChoice(result, old)) return [old];
    return [{ id, family, observed: repliesText(result), stateAfter }];
  });
  return [...kept, ...now].filter((choice) => !taken.has(keyOf(choice))).sort(inOrder);
}

/** Whether the result needs an entry. An inconclusive case cannot be accepted. */
const isEntry = (result: ReportCase, { profile, strict }: Run): result is JudgedResult<ReportRecord> =>
  verdictOf(result, profile) !== 'inconclusive' && isFailure(result, profile, strict);

/** Whether the run neither confirms nor refutes the entry. */
function isUndecided(result: ReportCase, entry: BaselineEntry, { profile, strict }: Run): boolean {
  const judgement = judgementOf(result, profile);
  if (judgement.verdict === 'inconclusive') return !isBeyondCapability(judgement.why);
  return judgement.verdict === 'permitted' && entry.verdict === 'permitted' && !strict;
}

function fresh(
  result: JudgedResult<ReportRecord>,
  { profile }: Run,
  old: BaselineEntry | undefined,
  before: readonly BaselineEntry[],
  isKnown: IsKnown,
): BaselineEntry {
  const { id, family, judgements, kind, stateAfter } = result;
  const verdict = judgements[profile].verdict as BaselineEntry['verdict'];
  const similar = old ?? mostSimilar(result, verdict, before, isKnown);
  const reason = similar?.reason.replace(new RegExp(`^${UNREVIEWED}(: )?`, 'i'), '');
  return {
    id,
    family,
    verdict,
    kind,
    observed: repliesText(result),
    stateAfter,
    reason: reason ? `${UNREVIEWED}: ${reason}` : UNREVIEWED,
    ...(old?.issue === undefined ? {} : { issue: old.issue }),
  };
}

/**
 * The reviewed entry whose reason may hold, too: the case over the other family, then a case of the same stimulus that was
 * removed, then any other case of the same stimulus.
 */
function mostSimilar(
  result: ReportCase,
  verdict: string,
  before: readonly BaselineEntry[],
  isKnown: IsKnown,
): BaselineEntry | undefined {
  const same = before.filter((entry) => isReviewed(entry) && isAsAccepted(result, verdict, entry));
  const related = same.filter(({ id }) => stimulusOf(id) === stimulusOf(result.id));
  return same.find(({ id }) => id === result.id) ?? related.find((entry) => !isKnown(entry)) ?? related[0];
}

/** `established.rst.one-after` is about `established.rst`. */
const stimulusOf = (id: string): string => id.split('.').slice(0, 2).join('.');
