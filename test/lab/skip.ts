import { LabUnavailable, labCommand } from '../../lib/lab/namespaces/enter.ts';
import { skipBecause } from '../packages.ts';

/** Skips a test, or all those behind a hook, where no lab can be made, or for another reason that is given; prints why. */
export function skipWithoutLab(test: Mocha.Context, otherwise?: string): void {
  const reason = noLab() ?? otherwise;
  if (reason !== undefined) skipBecause(test, reason);
}

function noLab(): string | undefined {
  try {
    labCommand();
    return undefined;
  } catch (error) {
    if (!(error instanceof LabUnavailable)) throw error;
    return error.message;
  }
}
