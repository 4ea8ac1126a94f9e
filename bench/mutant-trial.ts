import { setTimeout as delay } from 'node:timers/promises';
import { SCENARIOS } from '../lib/catalogue/catalogue.ts';
import type { Case } from '../lib/catalogue/scenario.ts';
import { CASES } from './cases.ts';
import { forecast, type Numbers } from './forecast.ts';
import { CannotTest, Session } from '../lib/runner/session.ts';
import { settingsFrom } from '../lib/runner/settings.ts';
import type { Profile } from '../lib/standard/profile.ts';
import { type CaseResult, verdictOf } from '../lib/verdict/result.ts';
import type { Mutant } from './mutants/index.ts';

export type Family = 4 | 6;

/** The results of the suite against one target. */
export interface TrialResult {
  /** Cases that deviate under the base profile, in order of time. */
  readonly deviating: readonly string[];
  readonly inconclusive: readonly string[];
  readonly permitted: readonly string[];
  /** How many cases were run. */
  readonly run: number;
  /** Why nothing could be run. */
  readonly impossible?: string;
}

interface TrialOptions {
  readonly family: Family;
  readonly seed: number;
  /** Runs all cases, also when one has caught the mutant. */
  readonly full: boolean;
  /** Cases that the reference itself does not pass: they catch nothing. */
  readonly disregarded?: ReadonlySet<string>;
}

/** A slow target makes every case slow. */
const PATIENCE_MS = 240_000;

/** How many of the predicted cases run before all others. */
const FIRST = 12;

// The last two are for faults that show only where numbers wrap around or change their sign.
const NUMBERS: readonly Numbers[] = [
  { iss: 1000, rcvNxt: 5000, any: 77_777 },
  { iss: 2 ** 32 - 2, rcvNxt: 2 ** 32 - 1, any: 2 ** 32 - 1 },
  { iss: 2 ** 31 - 2, rcvNxt: 2 ** 31 - 1, any: 0 },
];

export const stackOf = (base: Profile, mutant?: string): string =>
  ['reference', base, ...(mutant === undefined ? [] : [mutant])].join(':');

function idsFor(family: Family): string[] {
  return SCENARIOS.filter(({ families, slow }) => families.includes(family) && !slow).map(({ id }) => id);
}

/** Some of the cases that should catch the mutant, predicted by the model. */
export function catchersOf(mutant: Mutant, family: Family): string[] {
  if (mutant.caughtBy !== undefined) return [mutant.caughtBy];
  for (const deviates of predictions(mutant)) {
    const found = casesOver(family).filter(deviates);
    const step = Math.max(1, Math.floor(found.length / FIRST));
    if (found.length > 0)
      return found
        .filter((_, index) => index % step === 0)
        .slice(0, FIRST)
        .map(({ id }) => id);
  }
  return [];
}

/** By the model, no case of one stimulus tells the mutant from the reference. */
export const takesSeveralSteps = (mutant: Mutant, family: Family): boolean =>
  !predictions(mutant).some((deviates) => casesOver(family).some(deviates));

const casesOver = (family: Family): readonly Case[] =>
  CASES.filter(({ families }) => families.includes(family));

/** Whether a case deviates, by the numbers that it is tried with. */
const predictions = ({ base, behaviour }: Mutant): ((subject: Case) => boolean)[] =>
  NUMBERS.map(
    (numbers) => (subject) =>
      forecast(subject, { follows: base, judgedBy: base, behaviour, numbers }) === 'deviates',
  );

/** Runs the suite against a mutant, or against the reference. */
export async function tryMutant(
  { base, name }: { readonly base: Profile; readonly name?: string },
  catchers: readonly string[],
  { family, seed, full, disregarded = new Set() }: TrialOptions,
): Promise<TrialResult> {
  const settings = settingsFrom({
    SEGMENT_ARRIVES_STACK: stackOf(base, name),
    SEGMENT_ARRIVES_FAMILY: String(family),
    SEGMENT_ARRIVES_SEED: String(seed),
  });
  const results: CaseResult[] = [];
  const having = (verdict: string): string[] =>
    results.filter((result) => verdictOf(result, base) === verdict).map(({ id }) => id);
  const deviating = (): string[] => having('deviates').filter((id) => !disregarded.has(id));
  let session: Session;
  try {
    session = await Session.open(settings);
  } catch (error) {
    if (!(error instanceof CannotTest)) throw error;
    return { deviating: [], inconclusive: [], permitted: [], run: 0, impossible: error.message };
  }
  try {
    const run = async (ids: readonly string[]): Promise<void> => {
      session.request(ids.map((id) => ({ id, family })));
      const all = Promise.all(ids.map(async (id) => results.push(await session.result(id, family))));
      // The session rejects unfinished cases when it closes.
      all.catch(() => undefined);
      await Promise.race([all, delay(PATIENCE_MS, undefined, { ref: false })]);
    };
    const first = full ? [] : catchers;
    await run(first);
    if (deviating().length === 0) await run(idsFor(family).filter((id) => !first.includes(id)));
  } finally {
    await session.close();
  }
  return {
    deviating: deviating(),
    inconclusive: having('inconclusive'),
    permitted: having('permitted'),
    run: results.length,
  };
}
