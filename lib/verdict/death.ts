import type { Ending } from '../target/running-target.ts';

/** A stimulus was the end of the target, with all of its connections. */
export interface TargetDeath {
  /** Where it is known; without, the target answered nothing any more. */
  readonly ending?: Ending | undefined;
  /** In how many attempts, with nobody else on the wire, of how many. */
  readonly deaths: number;
  readonly trials: number;
}

export const endingText = ({ exitCode, signal }: Ending): string =>
  signal === undefined ? `it ended with exit code ${exitCode}` : `it was ended by ${signal}`;

/** What was wrong, for people. */
export function deathText({ ending, deaths, trials }: TargetDeath): string {
  const how = ending ? endingText(ending) : 'it answers nothing any more';
  return `the target died: ${how}, in ${deaths} of ${trials} attempts with nobody else on the wire`;
}
