import { join } from 'node:path';
import type { Command } from 'commander';
import { reasonText } from '../../report/expectation.ts';
import { ladderSvg } from '../../report/ladder.ts';
import { reproduction } from '../../report/reproduce/reproduce.ts';
import { readResults } from '../../report/results.ts';
import { findSubject } from '../../report/subject.ts';
import type { Profile } from '../../standard/profile.ts';
import { EXIT, UsageError } from '../failure.ts';
import { profileOption } from '../options.ts';

interface ReproduceOptions {
  readonly results?: string;
  readonly family?: string;
  readonly profile?: Profile;
  readonly observed?: boolean;
  readonly ladder?: boolean;
}

const EXAMPLES = `
Examples:
  segment-arrives reproduce listen.syn-fin.empty --family 4 > listen.pkt && packetdrill listen.pkt
  segment-arrives reproduce listen.syn-fin.empty --ladder > listen.svg`;

export function declare(command: Command): void {
  command
    .argument('<id>', 'the case')
    .option('--results <file>', 'results.json of the run (default: reports/results.json)')
    .option('--family <family>', '4 or 6 (default: the first that was run)')
    .option(
      '--profile <profile>',
      'the profile of the expectations (default: that of the run)',
      profileOption,
    )
    .option('--observed', 'write what was observed, even where it deviates')
    .option('--ladder', 'print only the ladder, as an SVG picture')
    .addHelpText('after', EXAMPLES)
    .action(async (id, options) => {
      process.exitCode = await reproduce(id, options);
    });
}

async function reproduce(id: string, options: ReproduceOptions): Promise<number> {
  const { results: file = join('reports', 'results.json'), family, profile, observed = false } = options;
  if (family !== undefined && family !== '4' && family !== '6') {
    throw new UsageError(`--family ${family}: not 4 or 6`);
  }
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
    throw new UsageError(`${id} was not run: ${reasonText(result, run.profile) || 'nothing was sent'}`);
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
