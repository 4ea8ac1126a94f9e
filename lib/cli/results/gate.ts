import type { AcceptedDeviations } from '../../report/accepted.ts';
import { type Baseline, keyOf, readBaseline } from '../../report/baseline/baseline.ts';
import { gate as compare, type GateOutcome, isOpen } from '../../report/baseline/gate.ts';
import { gateText } from '../../report/baseline/text.ts';
import { type Accepts, failingFindings, findingLine } from '../../report/findings.ts';
import { readResults } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { matcher } from '../../runner/mocha/only.ts';
import { EXIT, UsageError } from '../failure.ts';
import { knownCases } from './known.ts';

/** A baseline by its file's name. */
export interface NamedBaseline {
  readonly file: string;
  readonly baseline: Baseline;
}

/** Changes that the gate can be told to let pass. */
export type Allowed = 'permitted';

/** @throws BaselineError */
export const namedBaseline = (file: string): NamedBaseline => ({ file, baseline: readBaseline(file) });

/** Compares a run with a baseline, as far as the run was asked to go. @throws BaselineError */
export async function compareWith(
  run: Run,
  { baseline }: NamedBaseline,
  { only, allow }: { readonly only?: string | undefined; readonly allow?: Allowed | undefined },
): Promise<GateOutcome> {
  const tried = new Set(run.cases.map(keyOf));
  const held = [...baseline.entries, ...(baseline.permitted ?? [])];
  // Loading the catalogue takes longer than all the rest.
  const isKnown = held.every((entry) => tried.has(keyOf(entry))) ? () => true : await knownCases();
  return compare(run, baseline, {
    isKnown,
    allowPermitted: allow === 'permitted',
    ...(only ? { isSelected: matcher(only) } : {}),
  });
}

/** What the summary of a run says of the results that the gate accepts. */
export const acceptedBy = (named: NamedBaseline, { accepted }: GateOutcome): AcceptedDeviations => ({
  name: named.file,
  reasonFor: (result) => accepted.get(keyOf(result)),
  accepts: acceptsOf(named),
});

/** A finding is accepted with the case that tries the same. */
const acceptsOf = ({ baseline }: NamedBaseline): Accepts => {
  const known = new Set(baseline.entries.map(keyOf));
  return (one) => known.has(keyOf(one));
};

/** Prints the outcome, and returns the exit code. */
export function concludeGate(outcome: GateOutcome, run: Run, named: NamedBaseline, results: string): number {
  console.log(gateText(outcome, { baseline: named.file, results, profile: run.profile }));
  const findings = failingFindings(run, acceptsOf(named));
  for (const finding of findings) {
    console.log(`  ✗ found before the first case, and not accepted: ${findingLine(finding, run)}`);
  }
  return isOpen(outcome) && findings.length === 0 ? EXIT.asExpected : EXIT.notAsExpected;
}

export interface GateOptions {
  readonly baseline?: string;
  readonly only?: readonly string[];
  readonly allow?: Allowed;
}

/** Compares stored results with a baseline. */
export async function gate(results: string, { baseline, only, allow }: GateOptions): Promise<number> {
  if (!baseline) throw new UsageError('the gate needs --baseline FILE');
  const named = namedBaseline(baseline);
  const all = readResults(results);
  const wanted = only?.join(',');
  const isSelected = wanted === undefined ? undefined : matcher(wanted);
  const run = isSelected ? { ...all, cases: all.cases.filter(({ id }) => isSelected(id)) } : all;
  if (run.cases.length === 0) {
    throw new UsageError(
      wanted ? `--only ${wanted} matches no case of ${results}` : `${results} holds no case`,
    );
  }
  return concludeGate(await compareWith(run, named, { only: wanted, allow }), run, named, results);
}
