import { didYouMean } from '../../did-you-mean.ts';
import { startInSteps } from '../../cleanups.ts';
import { wordsToStart } from '../../processes.ts';
import { adoptionNamed } from '../../standard/adoption.ts';
import { DEFAULT_PROFILE, isProfile, PROFILES, type Profile } from '../../standard/profile.ts';
import { COMPILER, missingOf } from '../namespaces/enter.ts';
import { Lab } from '../namespaces/lab.ts';
import { behaviourOfMutant, mutantNames } from '../reference/mutant-behaviour.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { drivenBy, startUpperTester } from './upper-tester-process.ts';

const ID = 'reference';
const WIDTH = 128;

const ADOPTS = /^adopts=(.*)$/;
/** In seconds, of which TIME-WAIT lasts twice as many. */
const MSL = /^msl=(\d+(?:\.\d+)?)$/;

/**
 * The reference TCP of an id, or undefined: `reference`, `reference:PROFILE`, `reference:PROFILE:MUTANT` with one fault, or
 * `reference:rfc9293:adopts=rst+syn` with some checks of RFC 5961 (`adopts=none`: with none). Behind any of the last three, `:msl=1.5`
 * gives the MSL in seconds.
 */
export async function findReference(id: string): Promise<Stack | undefined> {
  const words = id.split(':');
  const [name, profile = DEFAULT_PROFILE] = words;
  const msl = words.length > 2 ? MSL.exec(words.at(-1) ?? '')?.[1] : undefined;
  const [variant, ...rest] = words.slice(2, msl === undefined ? undefined : -1);
  const adopts = ADOPTS.exec(variant ?? '')?.[1];
  const mutant = adopts === undefined ? variant : undefined;
  if (name !== ID || !isProfile(profile) || rest.length > 0) return undefined;
  if (mutant !== undefined && !(await behaviourOfMutant(mutant))) return undefined;
  if (adopts !== undefined && (profile !== 'rfc9293' || !adoptionNamed(adopts))) return undefined;
  return referenceStack(id, {
    profile,
    mutant,
    adopts,
    ...(msl === undefined ? {} : { mslSeconds: Number(msl) }),
  });
}

/** What is wrong with an id of the reference that {@link findReference} does not find; undefined for an id of something else. */
export async function unknownVariant(id: string): Promise<string | undefined> {
  const [name, profile = '', variant] = id.split(':');
  if (name !== ID) return undefined;
  if (!isProfile(profile)) return `the reference has no profile ${profile}${didYouMean(profile, PROFILES)}`;
  if (!variant || ADOPTS.test(variant) || MSL.test(variant)) return `the reference has no variant ${variant}`;
  return `there is no mutant ${variant}${didYouMean(variant, await mutantNames())}; bench/mutants has them`;
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
  readonly mslSeconds?: number;
}

const start = (
  { profile, mutant, adopts, mslSeconds }: Variant,
  { families, logs }: StackOptions,
): Promise<RunningTarget> =>
  startInSteps(async (undo) => {
    const lab = await Lab.create({ families });
    undo(() => lab.dispose());
    const { tester, target } = lab;
    const agent = await startUpperTester({
      what: 'The reference target',
      words: (port) => [
        ...lab.entering,
        ...wordsToStart('lib/lab/reference/main.ts'),
        ...['--profile', profile, '--port', String(port)],
        ...(mutant === undefined ? [] : ['--mutant', mutant]),
        ...(adopts === undefined ? [] : ['--adopts', adopts]),
        ...(mslSeconds === undefined ? [] : ['--msl', String(mslSeconds)]),
        ...families.flatMap((family) => ['--local', target[family], '--tester', tester[family]]),
      ],
      patienceMs: 10_000,
      log: ID,
      logs,
    });
    const running = await drivenBy(agent, lab, undo);
    const what = mutant === undefined ? '' : `, mutant ${mutant}`;
    const chosen = adopts === undefined ? '' : `, adopts ${adopts}`;
    const described = mslSeconds === undefined ? {} : { described: { mslSeconds } };
    return { ...running, ...described, name: `reference, ${profile}${what}${chosen}`, width: WIDTH };
  });
