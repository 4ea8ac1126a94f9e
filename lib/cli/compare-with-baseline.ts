import { chosenBy } from '../catalogue/choice.ts';
import { type Baseline, entriesOf, keyOf, readBaseline } from '../report/baseline/baseline.ts';
import { gate as compare, type GateOutcome, isOpen } from '../report/baseline/gate.ts';
import { gateText } from '../report/baseline/text.ts';
import type { AcceptedDeviations } from '../report/preflight-faults.ts';
import type { Run } from '../report/run.ts';
import { EXIT } from './failure.ts';

/** A baseline and its file. */
export interface NamedBaseline {
  readonly file: string;
  readonly baseline: Baseline;
}

/** The values of `--allow`. */
export type Allowed = 'permitted';

/** @throws BaselineError */
export const namedBaseline = (file: string): NamedBaseline => ({ file, baseline: readBaseline(file) });

/** Compares a run with a baseline. Counts only the selected cases. @throws BaselineError */
export async function compareWith(
  run: Run,
  { baseline }: NamedBaseline,
  { only, allow }: { readonly only?: string | undefined; readonly allow?: Allowed | undefined },
): Promise<GateOutcome> {
  const tried = new Set(run.cases.map(keyOf));
  const held = [...entriesOf(baseline), ...(baseline.permitted ?? [])];
  const isKnown = held.every((entry) => tried.has(keyOf(entry))) ? () => true : await knownCases();
  return compare(run, baseline, {
    isKnown,
    allowPermitted: allow === 'permitted',
    ...(only || run.shard ? { isSelected: chosenBy({ only, shard: run.shard }) } : {}),
  });
}

/** What the gate accepts, for the summary of a run. */
export const acceptedBy = ({ file }: NamedBaseline, outcome: GateOutcome): AcceptedDeviations => ({
  name: file,
  reasonFor: (result) => outcome.accepted.get(keyOf(result)),
  accepts: (fault) => !outcome.faults.includes(fault),
});

/** Prints the outcome, and returns the exit code. */
export function concludeGate(
  outcome: GateOutcome,
  run: Run,
  { file, baseline }: NamedBaseline,
  results: string,
): number {
  console.log(gateText(outcome, run, baseline, { baseline: file, results }));
  return isOpen(outcome) ? EXIT.asExpected : EXIT.notAsExpected;
}

/** Returns a function that tells whether the catalogue has a case. */
export async function knownCases(): Promise<
  (one: { readonly id: string; readonly family: 4 | 6 }) => boolean
> {
  // Loaded on demand: it takes longer than the rest of the gate.
  const { findScenario } = await import('../catalogue/catalogue.ts');
  return ({ id, family }) => findScenario(id)?.families.includes(family) === true;
}
