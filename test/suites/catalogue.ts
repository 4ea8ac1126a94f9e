import { loadSuites } from '../../lib/runner/mocha/suites.ts';
import type { Case } from '../../lib/catalogue/case.ts';
import { catalogue } from '../../lib/catalogue/catalogue.ts';

/** Every case of the suites, which must not become tests of this mocha as well. */
export async function allCases(): Promise<readonly Case[]> {
  const { describe } = globalThis;
  Reflect.deleteProperty(globalThis, 'describe');
  try {
    await loadSuites();
  } finally {
    if (describe) globalThis.describe = describe;
  }
  return catalogue();
}
