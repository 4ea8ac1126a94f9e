import type { AcceptedDeviations } from '../../report/accepted.ts';
import { type Baseline, keyOf, readBaseline } from '../../report/baseline/baseline.ts';
import { gate as compare, type GateOutcome, isOpen } from '../../report/baseline/gate.ts';
import { gateText } from '../../report/baseline/text.ts';
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
export const acceptedBy = ({ file }: NamedBaseline, outcome: GateOutcome): AcceptedDeviations => ({
  name: file,
  reasonFor: (result) => outcome.accepted.get(keyOf(result)),
  accepts: (finding) => !outcome.findings.includes(finding),
});

/** Prints the outcome, and returns the exit code. */
export function concludeGate(
  outcome: GateOutcome,
  run: Run,
  { file }: NamedBaseline,
  results: string,
): number {
  console.log(gateText(outcome, { baseline: file, results, profile: run.profile }));
  return isOpen(outcome) ? EXIT.asExpected : EXIT.notAsExpected;
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
