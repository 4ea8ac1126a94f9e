import { STEPS } from '../../catalogue/steps.ts';
import { findingId } from '../../verdict/finding.ts';
import { type Accepts, caseOf, failingFindings, findingObserved } from '../findings.ts';
import type { Run, RunFinding } from '../run.ts';
import {
  type AcceptedFinding,
  type Baseline,
  type BaselineEntry,
  isReviewed,
  keyOf,
  UNREVIEWED,
} from './baseline.ts';

type RunOfFindings = Pick<Run, 'findings' | 'target'>;

/** Why a finding is accepted: by its own entry, or by that of the case that tests the same; undefined when it is not. */
export const reasonsForFindings = ({ entries, findings = [] }: Pick<Baseline, 'entries' | 'findings'>) => {
  const byCase = new Map(entries.filter(isReviewed).map((entry) => [keyOf(entry), entry.reason]));
  const byId = new Map(findings.filter(isReviewed).map((one) => [one.id, one]));
  return (finding: RunFinding): string | undefined => {
    const own = byId.get(finding.id);
    if (own?.observed === findingObserved(finding)) return own.reason;
    return byCase.get(keyOf(caseOf(finding)));
  };
};

/** Accepted findings that the run looked for and did not make. */
export function goneFindings(run: RunOfFindings, { findings = [] }: Baseline): AcceptedFinding[] {
  if (!run.findings) return [];
  const made = new Set(run.findings.map(({ id }) => id));
  return findings.filter(({ id }) => !made.has(id) && wasTried(id, run));
}

/** Whether the run could have made the finding: it tried the step over that family. */
const wasTried = (id: string, { target }: Pick<Run, 'target'>): boolean =>
  target.families.some((family) => STEPS.some((step) => findingId(step, family) === id));

/** The findings of an updated baseline: those that no entry covers. Unchanged findings keep their reasons. */
export function updatedFindings(
  run: RunOfFindings,
  before: Pick<Baseline, 'findings'> | undefined,
  entries: readonly BaselineEntry[],
): AcceptedFinding[] | undefined {
  const old = before?.findings ?? [];
  if (!run.findings) return before?.findings;
  const keys = new Set(entries.map(keyOf));
  const accepts: Accepts = (finding) => keys.has(keyOf(caseOf(finding)));
  const now = failingFindings(run, accepts).map((finding): AcceptedFinding => {
    const observed = findingObserved(finding);
    const known = old.find(({ id }) => id === finding.id);
    if (known?.observed === observed) return known;
    return {
      id: finding.id,
      observed,
      reason: known ? `${UNREVIEWED}: ${known.reason}` : UNREVIEWED,
    };
  });
  const all = [...old.filter(({ id }) => !wasTried(id, run)), ...now];
  return all.length > 0 ? all : undefined;
}
