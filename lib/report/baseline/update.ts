import { type JudgedResult, judgementOf, verdictOf } from '../../verdict/result.ts';
import { isFailure } from '../judgement.ts';
import type { ReportCase, ReportRecord, Run } from '../run.ts';
import { type Baseline, type BaselineEntry, inOrder, keyOf, requireProfile, UNREVIEWED } from './baseline.ts';
import { isAsAccepted } from './gate.ts';

export interface BaselineUpdate {
  readonly baseline: Baseline;
  /** Entries that somebody has to give a reason: new, or observed otherwise than before. */
  readonly added: readonly BaselineEntry[];
  readonly changed: readonly BaselineEntry[];
  readonly removed: readonly BaselineEntry[];
}

/**
 * The baseline that a run would pass: what was reviewed and is as it was keeps its reason, the rest is marked. Entries of
 * cases that the run did not try, or could not judge, stay.
 *
 * @param before undefined makes a first baseline
 * @throws BaselineError when the baseline is for another profile
 */
export function updateBaseline(
  run: Run,
  before: Baseline | undefined,
  isKnown: (entry: Pick<BaselineEntry, 'id' | 'family'>) => boolean,
): BaselineUpdate {
  if (before) requireProfile(before, run.profile);
  const known = new Map((before?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  const entries: BaselineEntry[] = [];
  const added: BaselineEntry[] = [];
  const changed: BaselineEntry[] = [];
  const removed: BaselineEntry[] = [];
  for (const entry of known.values()) {
    const result = results.get(keyOf(entry));
    const stays = result ? isUndecided(result, entry, run) : isKnown(entry);
    if (stays) entries.push(entry);
    else if (!result || !isEntry(result, run)) removed.push(entry);
  }
  for (const result of run.cases) {
    if (!isEntry(result, run)) continue;
    const { judgements } = result;
    const old = known.get(keyOf(result));
    const { verdict } = judgements[run.profile];
    const entry = old && isAsAccepted(result, verdict, old) ? old : fresh(result, run);
    entries.push(entry);
    if (!old) added.push(entry);
    else if (entry !== old) changed.push(entry);
  }
  return {
    baseline: {
      suite: 'segment-arrives',
      target: run.target.name,
      profile: run.profile,
      entries: entries.sort(inOrder),
    },
    added,
    changed,
    removed,
  };
}

/** What has to be accepted; that a case could not be judged is nothing to accept. */
const isEntry = (result: ReportCase, { profile, strict }: Run): result is JudgedResult<ReportRecord> =>
  verdictOf(result, profile) !== 'inconclusive' && isFailure(result, profile, strict);

/** The run says neither yes nor no to the entry. */
function isUndecided(result: ReportCase, entry: BaselineEntry, { profile, strict }: Run): boolean {
  const judgement = judgementOf(result, profile);
  if (judgement.verdict === 'inconclusive') return !judgement.byCapability;
  return judgement.verdict === 'permitted' && entry.verdict === 'permitted' && !strict;
}

const fresh = (
  { id, family, judgements, kind, stateAfter }: JudgedResult<ReportRecord>,
  { profile }: Run,
): BaselineEntry => ({
  id,
  family,
  verdict: judgements[profile].verdict as BaselineEntry['verdict'],
  kind,
  stateAfter,
  reason: UNREVIEWED,
});
