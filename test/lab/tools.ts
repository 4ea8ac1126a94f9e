import { LabUnavailable, requireTool } from '../../lib/lab/namespaces/enter.ts';

/** Skips a test, or all those behind a hook, where a program is missing, and says which package has it. */
export function skipWithout(test: Mocha.Context, name: string, debianPackage: string): void {
  try {
    requireTool({ name, package: debianPackage });
  } catch (error) {
    if (!(error instanceof LabUnavailable)) throw error;
    console.log(`      skipped: \`${name}\` is not installed (apt-get install ${debianPackage})`);
    test.skip();
  }
}
