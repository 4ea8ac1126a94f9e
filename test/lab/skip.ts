import { LabUnavailable, labCommand } from '../../lib/lab/namespaces/enter.ts';

/** Skips the tests of a context, with the reason, where this machine cannot make a lab. */
export function skipWithoutLab(context: Mocha.Context): void {
  try {
    labCommand();
  } catch (error) {
    if (!(error instanceof LabUnavailable)) throw error;
    console.log(`      skipped: ${error.message}`);
    context.skip();
  }
}
