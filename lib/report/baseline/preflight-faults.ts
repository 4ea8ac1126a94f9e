import { STEPS } from '../../catalogue/steps.ts';
import { preflightFaultId } from '../../verdict/preflight-fault.ts';
import { type Accepts, caseOf, failingFaults, faultObserved } from '../preflight-faults.ts';
import type { Run, RunFault } from '../run.ts';
import {
  type AcceptedCase,
  type AcceptedFault,
  type Baseline,
  entriesOf,
  isReviewed,
  keyOf,
  UNREVIEWED,
} from './baseline.ts';

type RunOfFaults = Pick<Run, 'preflightFaults' | 'target'>;

/** Why a fault is accepted: by its own entry, or by the finding with the case that tests the same; undefined when it is not. */
export const reasonsForFaults = (baseline: Pick<Baseline, 'findings' | 'preflightFaults'>) => {
  const reviewed = entriesOf(baseline).filter(({ finding }) => isReviewed(finding));
  const byCase = new Map(reviewed.map((entry) => [keyOf(entry), entry.finding.reason]));
  const byId = new Map((baseline.preflightFaults ?? []).filter(isReviewed).map((one) => [one.id, one]));
  return (fault: RunFault): string | undefined => {
    const own = byId.get(fault.id);
    if (own?.observed === faultObserved(fault)) return own.reason;
    return byCase.get(keyOf(caseOf(fault)));
  };
};

/** Accepted faults that the run looked for and did not find. */
export function goneFaults(run: RunOfFaults, { preflightFaults = [] }: Baseline): AcceptedFault[] {
  if (!run.preflightFaults) return [];
  const made = new Set(run.preflightFaults.map(({ id }) => id));
  return preflightFaults.filter(({ id }) => !made.has(id) && wasTried(id, run));
}

/** Whether the run could have found the fault: it tried the step over that family. */
const wasTried = (id: string, { target }: Pick<Run, 'target'>): boolean =>
  target.families.some((family) => STEPS.some((step) => preflightFaultId(step, family) === id));

/**
 * The faults of an updated baseline: those that no case covers. Unchanged faults keep their reasons.
 *
 * @param isWhole whether the run looked for every fault: otherwise one that it did not find stays
 */
export function updatedFaults(
  run: RunOfFaults,
  before: Pick<Baseline, 'preflightFaults'> | undefined,
  cases: readonly AcceptedCase[],
  isWhole: boolean,
): AcceptedFault[] | undefined {
  const old = before?.preflightFaults ?? [];
  if (!run.preflightFaults) return before?.preflightFaults;
  const keys = new Set(cases.map(keyOf));
  const accepts: Accepts = (fault) => keys.has(keyOf(caseOf(fault)));
  const now = failingFaults(run, accepts).map((fault): AcceptedFault => {
    const observed = faultObserved(fault);
    const known = old.find(({ id }) => id === fault.id);
    if (known?.observed === observed) return known;
    return {
      id: fault.id,
      observed,
      reason: known ? `${UNREVIEWED}: ${known.reason}` : UNREVIEWED,
    };
  });
  const found = new Set(now.map(({ id }) => id));
  const all = [...old.filter(({ id }) => (isWhole ? !wasTried(id, run) : !found.has(id))), ...now];
  return all.length > 0 ? all : undefined;
}
