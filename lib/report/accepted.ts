import type { Accepts } from './findings.ts';
import type { ReportCase } from './run.ts';

/** Deviations that were looked at and accepted beforehand. It changes no verdict, only what is told to be new. */
export interface AcceptedDeviations {
  /** How the reports call it, e.g. the name of the baseline's file. */
  readonly name: string;
  /** Why the result is accepted, or undefined when it is not. */
  reasonFor(result: ReportCase): string | undefined;
  /** Whether a deviation of a case is accepted, whether the run tried it or not. */
  readonly accepts?: Accepts;
}
