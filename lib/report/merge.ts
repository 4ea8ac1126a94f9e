import type { KnownAdoption } from '../standard/adoption.ts';
import type { ReportCase, Run } from './run.ts';
import { ReportError } from './write-whole.ts';

/** The results of a part of the cases, and the file that they were read from. */
export interface Part {
  readonly file: string;
  readonly run: Run;
}

/**
 * Makes one run of several that each had a part of the cases. The facts about the target come from the part that measured most.
 *
 * @throws ReportError naming two files, and in what they are not parts of one run; or the part that is missing
 */
export function mergeRuns(parts: readonly Part[]): Run {
  const [first, ...others] = parts;
  if (!first) throw new ReportError('there is nothing to merge');
  for (const other of others) requireAlike(first, other);
  requireAll(parts);
  const runs = parts.map(({ run }) => run);
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const fullest = [...runs].sort((one, other) => unasked(one) - unasked(other))[0] as Run;
  const preflightFaults = new Map(
    runs.flatMap((run) => run.preflightFaults ?? []).map((one) => [one.id, one]),
  );
  const middleboxes = runs.find((run) => run.middleboxes)?.middleboxes;
  const deaths = runs.flatMap((run) => run.deaths ?? []);
  const cases = allCases(parts);
  // A target that was lost in one part may have been tested to the end in another.
  const loss = cases.some(wasNotTried) ? runs.find((run) => run.loss)?.loss : undefined;
  const { shard: _, loss: __, ...head } = first.run;
  return {
    ...head,
    seed: seeds.length === 1 ? (seeds[0] as number) : seeds.join(', '),
    target: { ...fullest.target, families: familiesOf(runs), adoption: adoptionOf(parts) },
    startedAt: runs.map(({ startedAt }) => startedAt).sort()[0] as string,
    // They run side by side, mostly.
    durationMs: Math.max(...runs.map(({ durationMs }) => durationMs)),
    ...slowUnaskedOf(runs),
    complete: !loss && runs.every((run) => run.complete || run.loss),
    ...(loss ? { loss } : {}),
    ...(deaths.length > 0 ? { deaths } : {}),
    preflightFaults: [...preflightFaults.values()],
    ...(middleboxes ? { middleboxes } : {}),
    cases,
  };
}

function slowUnaskedOf(runs: readonly Run[]): Pick<Run, 'slowUnasked'> {
  const slowUnasked = runs.reduce((sum, run) => sum + (run.slowUnasked ?? 0), 0);
  return slowUnasked > 0 ? { slowUnasked } : {};
}

const unasked = ({ target }: Run): number => target.facts?.unasked?.length ?? 0;

const familiesOf = (runs: readonly Run[]): (4 | 6)[] =>
  [...new Set(runs.flatMap(({ target }) => target.families))].sort();

function requireAlike(first: Part, other: Part): void {
  const asked = ({ run: { version, profile, strict, target } }: Part) => ({
    ...{
      'the version of the suite': version,
      'the profile': profile,
      '--strict': strict,
      'the target': target.name,
    },
  });
  const [one, another] = [asked(first), asked(other)];
  for (const name of Object.keys(one) as (keyof typeof one)[]) {
    if (one[name] === another[name]) continue;
    throw new ReportError(
      `${first.file} and ${other.file} are not parts of one run: ${name} is ${one[name]} in one, ${another[name]} in the other`,
    );
  }
}

/** Where runs say which part they are, each part must be there. */
function requireAll(parts: readonly Part[]): void {
  const shards = parts.flatMap(({ run }) => run.shard ?? []);
  const [first] = shards;
  if (!first) return;
  const other = parts.find(({ run }) => run.shard?.of !== first.of);
  if (other) {
    const what = other.run.shard ? `a part of ${other.run.shard.of}` : 'no part';
    throw new ReportError(`${other.file} is ${what}, and others are parts of ${first.of}`);
  }
  for (let part = 1; part <= first.of; part += 1) {
    if (!shards.some((shard) => shard.part === part)) {
      throw new ReportError(`part ${part} of ${first.of} is missing`);
    }
  }
}

/** @throws ReportError when two parts differ: what they require of the target differs then, too */
function adoptionOf(parts: readonly Part[]): KnownAdoption {
  const known: Record<string, { readonly file: string; readonly isAdopted: boolean }> = {};
  for (const { file, run } of parts) {
    for (const [check, isAdopted] of Object.entries(run.target.adoption ?? {})) {
      const before = known[check];
      if (before && before.isAdopted !== isAdopted) {
        throw new ReportError(
          `the target has adopted the ${check.toUpperCase()} check of RFC 5961 by one of ${before.file} and ${file}, and not by the other`,
        );
      }
      known[check] ??= { file, isAdopted };
    }
  }
  return Object.fromEntries(Object.entries(known).map(([check, { isAdopted }]) => [check, isAdopted]));
}

/** The target was lost before this case. */
const wasNotTried = (result: ReportCase): boolean => 'why' in result && result.why.kind === 'target lost';

/** Each case once: what was not tried in one part may have been tried in another. */
function allCases(parts: readonly Part[]): ReportCase[] {
  const kept = new Map<string, { readonly file: string; readonly result: ReportCase }>();
  for (const { file, run } of parts) {
    for (const result of run.cases) {
      const key = `${result.id} over IPv${result.family}`;
      const before = kept.get(key);
      if (before && wasNotTried(result)) continue;
      if (before && !wasNotTried(before.result))
        throw new ReportError(`${key} is in ${before.file} and in ${file}`);
      kept.set(key, { file, result });
    }
  }
  return [...kept.values()].map(({ result }) => result);
}
