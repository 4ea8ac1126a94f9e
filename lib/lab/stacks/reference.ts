import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DEFAULT_PROFILE, isProfile, type Profile } from '../../spec/profile.ts';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import { LabUnavailable } from '../enter.ts';
import { Lab, type TargetProcess } from '../lab.ts';
import { findMutant } from '../reference/mutants/index.ts';
import { stop } from '../run.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';

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
    packages: [],
    missing: () => [],
    start: (options) => start(profile, mutant, options),
  };
}

export const reference: Stack = findReference(ID) as Stack;

async function start(
  profile: Profile,
  mutant: string | undefined,
  { families }: StackOptions,
): Promise<RunningTarget> {
  const lab = await Lab.create({ families });
  try {
    const child = lab.spawnInTarget(process.execPath, [
      ...['--import', TSX, MAIN, '--profile', profile],
      ...(mutant === undefined ? [] : ['--mutant', mutant]),
      ...families.flatMap((family) => ['--local', lab.target[family], '--tester', lab.tester[family]]),
    ]);
    const port = await readyPort(child);
    const address = lab.target[families.includes(4) ? 4 : 6];
    const driver = await UpperTesterDriver.open({ address, port, tester: lab.tester, target: lab.target });
    return {
      name: `reference, ${profile}${mutant === undefined ? '' : `, mutant ${mutant}`}`,
      families,
      tester: lab.tester,
      target: lab.target,
      driver,
      width: WIDTH,
      async stop() {
        await driver.dispose();
        await stop(child);
        await lab.dispose();
      },
    };
  } catch (error) {
    await lab.dispose();
    throw error;
  }
}

function readyPort(child: TargetProcess): Promise<number> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    const fail = (how: string): void => {
      const said = stderr.trim().replaceAll('\n', ', ') || 'it said nothing';
      reject(new LabUnavailable(`The reference target ${how}: ${said}.`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${PATIENCE_MS} ms`), PATIENCE_MS);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? status} before it was ready`);
    });
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', (line) => {
      const ready = /^ready (\d+)$/.exec(line);
      if (!ready) return;
      clearTimeout(timer);
      resolve(Number(ready[1]));
    });
  });
}
