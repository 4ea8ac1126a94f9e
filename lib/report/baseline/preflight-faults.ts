import { STEPS } from '../../catalogue/steps.ts';
import { findingId } from '../../verdict/finding.ts';
import { type Accepts, caseOf, failingFindings, findingObserved } from '../findings.ts';
import type { Run, RunFinding } from '../run.ts';
import {
  type AcceptedCase,
  type AcceptedFault,
  type Baseline,
  entriesOf,
  isReviewed,
  keyOf,
  UNREVIEWED,
} from './baseline.ts';

type RunOfFaults = Pick<Run, 'findings' | 'target'>;

/** Why a fault is accepted: by its own entry, or by the finding with the case that tests the same; undefined when it is not. */
export const reasonsForFaults = (baseline: Pick<Baseline, 'findings' | 'preflightFaults'>) => {
  const reviewed = entriesOf(baseline).filter(({ finding }) => isReviewed(finding));
  const byCase = new Map(reviewed.map((entry) => [keyOf(entry), entry.finding.reason]));
  const byId = new Map((baseline.preflightFaults ?? []).filter(isReviewed).map((one) => [one.id, one]));
  return (fault: RunFinding): string | undefined => {
    const own = byId.get(fault.id);
    if (own?.observed === findingObserved(fault)) return own.reason;
    return byCase.get(keyOf(caseOf(fault)));
  };
};

/** Accepted faults that the run looked for and did not find. */
export function goneFaults(run: RunOfFaults, { preflightFaults = [] }: Baseline): AcceptedFault[] {
  if (!run.findings) return [];
  const made = new Set(run.findings.map(({ id }) => id));
  return preflightFaults.filter(({ id }) => !made.has(id) && wasTried(id, run));
}

/** Whether the run could have found the fault: it tried the step over that family. */
const wasTried = (id: string, { target }: Pick<Run, 'target'>): boolean =>
  target.families.some((family) => STEPS.some((step) => findingId(step, family) === id));

/** The faults of an updated baseline: those that no case covers. Unchanged faults keep their reasons. */
export function updatedFaults(
  run: RunOfFaults,
  before: Pick<Baseline, 'preflightFaults'> | undefined,
  cases: readonly AcceptedCase[],
): AcceptedFault[] | undefined {
  const old = before?.preflightFaults ?? [];
  if (!run.findings) return before?.preflightFaults;
  const keys = new Set(cases.map(keyOf));
  const accepts: Accepts = (fault) => keys.has(keyOf(caseOf(fault)));
  const now = failingFindings(run, accepts).map((fault): AcceptedFault => {
    const observed = findingObserved(fault);
    const known = old.find(({ id }) => id === fault.id);
    if (known?.observed === observed) return known;
    return {
      id: fault.id,
      observed,
      reason: known ? `${UNREVIEWED}: ${known.reason}` : UNREVIEWED,
    };
  });
  const all = [...old.filter(({ id }) => !wasTried(id, run)), ...now];
  return all.length > 0 ? all : undefined;
}
