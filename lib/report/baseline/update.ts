import { isBeyondCapability } from '../../verdict/reason.ts';
import { isFailure, type JudgedResult, judgementOf, verdictOf } from '../../verdict/result.ts';
import type { ReportCase, ReportRecord, Run } from '../run.ts';
import { findingByCase } from '../findings.ts';
import {
  type AcceptedCase,
  type AcceptedFinding,
  type Baseline,
  type BaselineEntry,
  entriesOf,
  inOrder,
  isReviewed,
  keyOf,
  type PermittedChoice,
  requireProfile,
  UNREVIEWED,
} from './baseline.ts';
import { joinedBy } from './changes.ts';
import { isAsAccepted, isSameChoice } from './gate.ts';
import { updatedFaults } from './preflight-faults.ts';
import { repliesText } from './replies.ts';

export interface BaselineUpdate {
  readonly baseline: Baseline;
  /** Findings that need a reason. */
  readonly added: readonly AcceptedFinding[];
  /** Cases that joined a finding that is known, were observed otherwise, or left, with their finding. */
  readonly joined: readonly BaselineEntry[];
  readonly changed: readonly BaselineEntry[];
  readonly left: readonly BaselineEntry[];
  /** How many cases of a baseline of version 0.1 now have their reply. */
  readonly completed: number;
}

type IsKnown = (entry: Pick<AcceptedCase, 'id' | 'family'>) => boolean;

/**
 * The baseline that a run would pass. A finding that still holds keeps its reason, whatever cases join or leave it. A new
 * finding becomes `unreviewed`. So do cases whose replies have changed, followed by the reason that may still hold. Cases that
 * the run did not try, or could not judge, stay. The ids of findings, and faults of the preflight that were not found again, change
 * only after a run that tried all accepted cases.
 *
 * @param before undefined makes a first baseline
 * @throws BaselineError when the baseline is for another profile
 */
export function updateBaseline(run: Run, before: Baseline | undefined, isKnown: IsKnown): BaselineUpdate {
  if (before) requireProfile(before, run.profile);
  const known = before ? entriesOf(before) : [];
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  const held = new Map((before?.findings ?? []).map((finding) => [finding, [] as AcceptedCase[]]));
  const changed: BaselineEntry[] = [];
  const left: BaselineEntry[] = [];
  let completed = 0;
  for (const entry of known) {
    const { finding, ...accepted } = entry;
    const result = results.get(keyOf(entry));
    const stays = result ? isUndecided(result, accepted, run) : isKnown(entry);
    if (stays) held.get(finding)?.push(accepted);
    else if (!result || !isEntry(result, run)) left.push(entry);
    else if (isAsAccepted(result, verdictOf(result, run.profile), accepted)) {
      if (accepted.observed === undefined) completed += 1;
      const observed = accepted.observed ?? repliesText(result);
      held.get(finding)?.push({ ...accepted, observed, stateAfter: result.stateAfter });
    } else changed.push({ ...caseOf(result, run), finding });
  }
  const tried = new Set(known.map(keyOf));
  const fresh = run.cases.filter((result) => isEntry(result, run) && !tried.has(keyOf(result)));
  const joined: BaselineEntry[] = [];
  const added: AcceptedFinding[] = [];
  const joins = joinedBy(run, before ?? { findings: [] });
  const findingOf = findingByCase(run);
  const begun = (one: AcceptedCase, similar: AcceptedFinding | undefined): AcceptedFinding => {
    const result = results.get(keyOf(one));
    const id = result && findingOf(result)?.id;
    const { issue } = similar ?? {};
    return { ...(id ? { finding: id } : {}), reason: unreviewed(similar?.reason), issue, cases: [one] };
  };
  for (const result of fresh as JudgedResult<ReportRecord>[]) {
    const one = caseOf(result, run);
    const finding = joins(result);
    if (finding) {
      held.get(finding)?.push(one);
      joined.push({ ...one, finding });
    } else added.push(begun(one, mostSimilar(result, run, known, isKnown)));
  }
  // A part of a run shows a part of a finding, which may look like another one, and does not look for every fault.
  const isWhole = run.complete && known.every((entry) => results.has(keyOf(entry)) || !isKnown(entry));
  const kept = [...held].flatMap(([finding, cases]): AcceptedFinding[] => {
    if (cases.length === 0) return [];
    const id = isWhole || !finding.finding ? idFor(cases, results, findingOf) : {};
    return [{ ...finding, ...id, cases }];
  });
  const otherwise = changed.map(({ finding, ...one }) => begun(one, finding));
  const findings = byReason([...kept, ...otherwise, ...added]);
  const cases = findings.flatMap((finding) => finding.cases);
  const preflightFaults = updatedFaults(run, before, cases, isWhole);
  const permitted = permittedChoices(run, before, cases, isKnown);
  return {
    baseline: {
      ...{ suite: 'segment-arrives', target: run.target.name, profile: run.profile },
      ...(preflightFaults ? { preflightFaults } : {}),
      findings,
      ...(before?.unjudged ? { unjudged: before.unjudged } : {}),
      ...(permitted ? { permitted } : {}),
    },
    ...{ added: byReason(added), joined, changed, left, completed },
  };
}

/** A reason is written once. Findings that nobody has said anything of stay apart. */
function byReason(findings: readonly AcceptedFinding[]): AcceptedFinding[] {
  const known = new Map<string, AcceptedFinding>();
  for (const one of findings) {
    const { reason, issue, date, finding, cases } = one;
    const key = JSON.stringify([reason, issue, date, reason === UNREVIEWED ? finding : undefined]);
    known.set(key, { ...one, ...known.get(key), cases: [...(known.get(key)?.cases ?? []), ...cases] });
  }
  return [...known.values()].map((one) => ({ ...one, cases: one.cases.sort(inOrder) }));
}

/** The finding of this run that most of the cases belong to; none where none of them was tried. */
function idFor(
  cases: readonly AcceptedCase[],
  results: ReadonlyMap<string, ReportCase>,
  findingOf: ReturnType<typeof findingByCase>,
): Pick<AcceptedFinding, 'finding'> {
  const counts = new Map<string, number>();
  for (const one of cases) {
    const result = results.get(keyOf(one));
    const id = result && findingOf(result)?.id;
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most ? { finding: most[0] } : {};
}

/**
 * What is only permitted now. Choices of cases that were not tried or not judged stay. A baseline without the list gets it
 * from a whole run only: after a part of one, the other cases would count as conformant.
 */
function permittedChoices(
  run: Run,
  before: Baseline | undefined,
  cases: readonly AcceptedCase[],
  isKnown: IsKnown,
): PermittedChoice[] | undefined {
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  if (before && !before.permitted) {
    const tried = entriesOf(before).every((entry) => results.has(keyOf(entry)) || !isKnown(entry));
    if (!tried || !run.complete) return undefined;
  }
  const taken = new Set(cases.map(keyOf));
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
function isUndecided(result: ReportCase, entry: AcceptedCase, { profile, strict }: Run): boolean {
  const judgement = judgementOf(result, profile);
  if (judgement.verdict === 'inconclusive') return !isBeyondCapability(judgement.why);
  return judgement.verdict === 'permitted' && entry.verdict === 'permitted' && !strict;
}

function caseOf(result: JudgedResult<ReportRecord>, { profile }: Run): AcceptedCase {
  const { id, family, judgements, kind, stateAfter } = result;
  const verdict = judgements[profile].verdict as AcceptedCase['verdict'];
  return { id, family, verdict, kind, observed: repliesText(result), stateAfter };
}

function unreviewed(reason: string | undefined): string {
  const bare = reason?.replace(new RegExp(`^${UNREVIEWED}(: )?`, 'i'), '');
  return bare ? `${UNREVIEWED}: ${bare}` : UNREVIEWED;
}

/** The reviewed finding whose reason may hold, too: that of a case of the same stimulus that there is no more, then of any other. */
function mostSimilar(
  result: JudgedResult<ReportRecord>,
  { profile }: Run,
  before: readonly BaselineEntry[],
  isKnown: IsKnown,
): AcceptedFinding | undefined {
  const related = before.filter(
    (entry) =>
      stimulusOf(entry.id) === stimulusOf(result.id) &&
      isReviewed(entry.finding) &&
      isAsAccepted(result, verdictOf(result, profile), entry),
  );
  return (related.find((entry) => !isKnown(entry)) ?? related[0])?.finding;
}

/** `established.rst.one-after` is about `established.rst`. */
const stimulusOf = (id: string): string => id.split('.').slice(0, 2).join('.');
