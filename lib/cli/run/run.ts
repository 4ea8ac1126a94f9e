import { join } from 'node:path';
import type Mocha from 'mocha';
import { isFailure } from '../../report/judgement.ts';
import { recordResult, resultOf } from '../../report/store.ts';
import type { CurrentRun } from '../../runner/current-run.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../../runner/mocha-plugin.ts';
import type { Format } from '../commands/run.ts';
import { EXIT } from '../failure.ts';
import { type SettingOptions, settingsOf } from '../settings.ts';
import { dryRunText } from './dry-run.ts';
import { finished, Interruption } from './interrupt.ts';
import { showLive } from './live.ts';
import { prepare } from './prepare.ts';
import { finish, requireWritable } from './reports.ts';

export interface RunOptions extends SettingOptions {
  readonly baseline?: string;
  readonly reportOnly?: boolean;
  readonly format: Format;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
}

/** Runs the suites by mocha and returns the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const settings = settingsOf(options);
  const { mocha, run } = await prepare(settings);
  if (options.dryRun) {
    process.stdout.write(dryRunText(run));
    return EXIT.asExpected;
  }
  requireWritable(settings.reports);
  // Of what is printed, JSON lines alone are for a program.
  if (options.format === 'jsonl') console.log = console.error;
  const interruption = new Interruption();
  const startedAt = Date.now();
  try {
    await mochaGlobalSetup.call({});
    const complete = await runMocha(mocha, run, options, interruption);
    await mochaGlobalTeardown();
    const lost = await countLost(run);
    const ended = finish({ settings, durationMs: Date.now() - startedAt, complete });
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (!ended) return EXIT.cannotTest;
    console.log(`  and:     ${join(settings.reports, 'index.html')}, results.json, junit.xml, summary.md\n`);
    if (options.reportOnly) return complete && lost === 0 ? EXIT.asExpected : EXIT.notAsExpected;
    const { profile, strict } = settings;
    const failed = !complete || ended.cases.some((result) => isFailure(result, profile, strict));
    return failed ? EXIT.notAsExpected : EXIT.asExpected;
  } finally {
    await mochaGlobalTeardown();
    interruption.dispose();
  }
}

/** Whether every test was run to its end. */
async function runMocha(
  mocha: Mocha,
  run: CurrentRun,
  options: RunOptions,
  interruption: Interruption,
): Promise<boolean> {
  const { session } = run;
  let ended = 0;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('test end', () => {
      ended += 1;
    });
    showLive(runner, options);
    interruption.endInOrder(async () => {
      runner.abort();
      if (!session) return;
      await keepFinished(run);
      await session.close();
    });
  });
  return interruption.exitCode === undefined && ended === run.cases.size;
}

/** Results that came before mocha had asked for them. */
async function keepFinished(run: CurrentRun): Promise<void> {
  if (!run.session) return;
  const unseen = [...run.cases].filter(([test]) => !resultOf(test));
  // The first of them is the one that mocha is awaiting: it records that itself.
  for (const result of await finished(
    run.session,
    unseen.slice(1).map(([, one]) => one),
  ))
    recordResult(result);
}

/** How many results the engine owes because it ended too early. */
async function countLost({ session, cases }: CurrentRun): Promise<number> {
  if (!session) return cases.size;
  return cases.size - (await finished(session, cases.values())).length;
}
