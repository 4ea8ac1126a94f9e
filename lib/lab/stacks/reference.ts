import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { adoptionNamed } from '../../standard/adoption.ts';
import { DEFAULT_PROFILE, isProfile, type Profile } from '../../standard/profile.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import { Lab } from '../namespaces/lab.ts';
import { COMPILER, missingOf } from '../namespaces/packages.ts';
import { behaviourOfMutant } from '../reference/load-mutant.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { controlAddress, startUpperTester } from './upper-tester-process.ts';

const ID = 'reference';
const WIDTH = 64;
const PATIENCE_MS = 10_000;
const MAIN = fileURLToPath(new URL('../reference/main.ts', import.meta.url));
// mocha may load this file as CommonJS, where import.meta.resolve is missing.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** After `adopts=` come the checks of RFC 5961 that it has adopted, or `none`. */
const ADOPTS = /^adopts=(.*)$/;

/**
 * The RFC's own text as a TCP: `reference` or `reference:PROFILE`; with a single fault, `reference:PROFILE:MUTANT`; and with
 * some of the checks of RFC 5961, a choice that rfc9293 leaves, `reference:rfc9293:adopts=rst+syn`.
 *
 * @returns undefined for any other id
 */
export async function findReference(id: string): Promise<Stack | undefined> {
  const [name, profile = DEFAULT_PROFILE, variant, ...rest] = id.split(':');
  const adopts = ADOPTS.exec(variant ?? '')?.[1];
  const mutant = adopts === undefined ? variant : undefined;
  if (name !== ID || !isProfile(profile) || rest.length > 0) return undefined;
  if (mutant !== undefined && !(await behaviourOfMutant(mutant))) return undefined;
  if (adopts !== undefined && (profile !== 'rfc9293' || !adoptionNamed(adopts))) return undefined;
  return referenceStack(id, { profile, mutant, adopts });
}

function referenceStack(id: string, variant: Variant): Stack {
  return {
    id,
    what: `SEGMENT ARRIVES itself, served on a raw socket by the letter of ${variant.profile}`,
    packages: Object.keys(COMPILER),
    missing: () => missingOf(COMPILER),
    start: (options) => start(variant, options),
  };
}

export const reference: Stack = referenceStack(ID, {
  profile: DEFAULT_PROFILE,
  mutant: undefined,
  adopts: undefined,
});

interface Variant {
  readonly profile: Profile;
  readonly mutant: string | undefined;
  readonly adopts: string | undefined;
}

async function start(
  { profile, mutant, adopts }: Variant,
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
      words: (port) => [
        ...lab.entering,
        ...[process.execPath, '--import', TSX, MAIN, '--profile', profile, '--port', String(port)],
        ...(mutant === undefined ? [] : ['--mutant', mutant]),
        ...(adopts === undefined ? [] : ['--adopts', adopts]),
        ...families.flatMap((family) => ['--local', target[family], '--tester', tester[family]]),
      ],
      patienceMs: PATIENCE_MS,
      log: logs === undefined ? undefined : { folder: logs, name: ID },
    });
    cleanups.push(() => child.stop());
    const address = controlAddress(target, families);
    const driver = await UpperTesterDriver.open({ address, port: child.port, tester, target });
    cleanups.push(() => driver.dispose());
    const what = mutant === undefined ? '' : `, mutant ${mutant}`;
    const chosen = adopts === undefined ? '' : `, adopts ${adopts}`;
    const name = `reference, ${profile}${what}${chosen}`;
    return {
      ...{ name, families, tester, target, driver, width: WIDTH, stop },
      ending: () => child.ending,
      restart: () => child.restart(),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
