import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireProfile } from '../../report/baseline/baseline.ts';
import { runText } from '../../report/console.ts';
import { failuresOf } from '../../report/preflight-faults.ts';
import { type Settings, variableOf } from '../../runner/settings.ts';
import { readTargetFile } from '../../target/target-file.ts';
import { compareWith, concludeGate, namedBaseline } from '../compare-with-baseline.ts';
import { mergeInto } from '../commands/merge.ts';
import { EXIT, UsageError } from '../failure.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';
import { type RunOptions, settingsOf } from './options.ts';

const BIN = fileURLToPath(new URL('../../../bin/segment-arrives.js', import.meta.url));

/**
 * Shares the cases among targets that have the same stack inside, such as boards that take one connection at a time. Each target gets a
 * run of its own, of its part; the parts are merged.
 *
 * @returns the exit code
 * @throws UsageError, TargetFileError, ReportError
 */
export async function runOnSeveral(files: readonly string[], options: RunOptions): Promise<number> {
  if (options.shard) throw new UsageError('--shard goes with one --target-file: several share all cases');
  const [name, ...others] = new Set(files.map((file) => readTargetFile(file).name));
  if (others.length > 0) {
    throw new UsageError(`the target files name different stacks: ${[name, ...others].join(', ')}`);
  }
  const settings = settingsOf({ ...options, targetFile: files.slice(0, 1) });
  const { reports, profile } = settings;
  const baseline = options.baseline === undefined ? undefined : namedBaseline(options.baseline);
  if (baseline) requireProfile(baseline.baseline, profile);
  const folders = files.map((_, index) => join(reports, `part-${index + 1}`));
  const runs = files.map((file, index) =>
    runPart(settings, { file, shard: `${index + 1}/${files.length}`, reports: folders[index] as string }),
  );
  // A signal from the terminal reaches the parts, which end in order.
  const wait = (): void => {};
  for (const signal of SIGNALS) process.on(signal, wait);
  const codes = await Promise.all(runs);
  for (const signal of SIGNALS) process.off(signal, wait);
  const worst = Math.max(...codes);
  if (worst > EXIT.notAsExpected) return worst;
  const run = await mergeInto(reports, folders);
  console.log(`\n${runText(run)}\n\n  reports: ${join(reports, 'index.html')}\n`);
  const results = join(reports, 'results.json');
  const { only, allow, reportOnly } = { ...options, only: settings.only };
  const exitCode = baseline
    ? concludeGate(await compareWith(run, baseline, { only, allow }), run, baseline, results)
    : failuresOf(run).fails
      ? EXIT.notAsExpected
      : EXIT.asExpected;
  if (!run.complete) return EXIT.notAsExpected;
  return reportOnly ? EXIT.asExpected : exitCode;
}

interface PartOptions {
  readonly file: string;
  readonly shard: string;
  readonly reports: string;
}

async function runPart(settings: Settings, { file, shard, reports }: PartOptions): Promise<number> {
  const { families, strict, profile, only, seed, parallel, patient, slow, ports } = settings;
  const given = { targetFile: file, shard, reports, profile, only, seed, parallel };
  const environment = {
    ...process.env,
    [variableOf('family')]: families.join(','),
    [variableOf('strict')]: String(strict),
    [variableOf('patient')]: String(patient),
    [variableOf('slow')]: String(slow),
    ...(ports ? { [variableOf('ports')]: `${ports.low}-${ports.high}` } : {}),
  };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) environment[variableOf(name)] = String(value);
  console.log(`${file}: part ${shard}, reports in ${reports}`);
  const child = spawn(process.execPath, [BIN, 'run', '--report-only', '--format', 'jsonl'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  });
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return status ?? exitCodeAfter(signal ?? 'SIGKILL');
}
