import { join } from 'node:path';
import { ladderSvg } from '../../report/ladder.ts';
import { reproduction } from '../../report/reproduce/reproduce.ts';
import { readResults } from '../../report/results.ts';
import { findSubject } from '../../report/subject.ts';
import { loadSuites } from '../../runner/mocha/suites.ts';
import { isProfile, PROFILES } from '../../standard/profile.ts';
import { reasonOf } from '../../verdict/result.ts';
import { EXIT, UsageError } from '../failure.ts';

export interface ReproduceOptions {
  readonly results?: string;
  readonly family?: string;
  readonly profile?: string;
  readonly observed?: boolean;
  /** The picture instead of the script. */
  readonly ladder?: boolean;
}

/** Prints the segments of a stored case as a packetdrill script with its ladder, or the ladder as a picture. */
export async function reproduce(id: string, options: ReproduceOptions): Promise<number> {
  const { results: file = join('reports', 'results.json'), family, profile, observed = false } = options;
  if (profile !== undefined && !isProfile(profile)) {
    throw new UsageError(`--profile ${profile}: unknown profile; there are ${PROFILES.join(', ')}`);
  }
  if (family !== undefined && family !== '4' && family !== '6') {
    throw new UsageError(`--family ${family}: not 4 or 6`);
  }
  await loadSuites();
  const subject = findSubject(id);
  if (!subject) throw new UsageError(`there is no case ${id}; \`segment-arrives list\` prints all ids`);
  const run = readResults(file);
  const found = run.cases.filter(
    (result) => result.id === id && (!family || result.family === Number(family)),
  );
  const [result] = found;
  const rerun = `segment-arrives run --only ${id}`;
  if (!result) throw new UsageError(`${file} has no result of ${id}; run it first: \`${rerun}\``);
  if (result.records.length === 0) {
    throw new UsageError(`${id} was not run: ${reasonOf(result, run.profile) ?? 'nothing was sent'}`);
  }
  if (options.ladder) {
    process.stdout.write(`${ladderSvg(result)}\n`);
    return EXIT.asExpected;
  }
  process.stdout.write(
    reproduction(result, subject, run.target, { profile: profile ?? run.profile, observed }),
  );
  return EXIT.asExpected;
}
