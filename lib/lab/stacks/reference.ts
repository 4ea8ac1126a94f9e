import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DEFAULT_PROFILE, isProfile, type Profile } from '../../spec/profile.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import { Lab } from '../lab.ts';
import { COMPILER, missingOf } from '../packages.ts';
import { findMutant } from '../reference/mutants/index.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { controlAddress, startUpperTester } from '../upper-tester-process.ts';

const ID = 'reference';
const WIDTH = 64;
const PATIENCE_MS = 10_000;
const MAIN = fileURLToPath(new URL('../reference/main.ts', import.meta.url));
// mocha may load this file as CommonJS, where import.meta.resolve is missing.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * The RFC's own text as a TCP: `reference` or `reference:PROFILE`; and with a single fault, `reference:PROFILE:MUTANT`.
 *
 * @returns undefined for any other id
 */
export function findReference(id: string): Stack | undefined {
  const [name, profile = DEFAULT_PROFILE, mutant, ...rest] = id.split(':');
  if (name !== ID || !isProfile(profile) || rest.length > 0) return undefined;
  if (mutant !== undefined && !findMutant(mutant)) return undefined;
  return {
    id,
    what: `SEGMENT ARRIVES itself, served on a raw socket by the letter of ${profile}`,
    packages: Object.keys(COMPILER),
    missing: () => missingOf(COMPILER),
    start: (options) => start(profile, mutant, options),
  };
}

export const reference: Stack = findReference(ID) as Stack;

async function start(
  profile: Profile,
  mutant: string | undefined,
  { families, logs }: StackOptions,
): Promise<RunningTarget> {
  const lab = await Lab.create({ families });
  const { tester, target } = lab;
  const cleanups = [() => lab.dispose()];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const child = await startUpperTester({
      what: 'The reference target',
      words: [
        ...lab.entering,
        ...[process.execPath, '--import', TSX, MAIN, '--profile', profile],
        ...(mutant === undefined ? [] : ['--mutant', mutant]),
        ...families.flatMap((family) => ['--local', target[family], '--tester', tester[family]]),
      ],
      patienceMs: PATIENCE_MS,
      log: logs === undefined ? undefined : { folder: logs, name: ID },
    });
    cleanups.push(() => child.stop());
    const address = controlAddress(target, families);
    const driver = await UpperTesterDriver.open({ address, port: child.port, tester, target });
    cleanups.push(() => driver.dispose());
    const name = `reference, ${profile}${mutant === undefined ? '' : `, mutant ${mutant}`}`;
    return { name, families, tester, target, driver, width: WIDTH, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
