import { recordLoss, setRun } from '../../report/store.ts';
import { version } from '../../version.ts';
import { Session } from '../session.ts';
import { settingsFrom } from '../settings.ts';
import { currentRun, takeSettingsFrom } from './current-run.ts';

takeSettingsFrom(() => settingsFrom(process.env));

/** Mocha gives its runner to global fixtures as `this`; it knows which tests `--grep` leaves. */
interface FixtureContext {
  readonly suite?: Mocha.Suite;
  readonly _grep?: RegExp;
  readonly _invert?: boolean;
}

/** Brings up the target once per mocha process, and asks for all cases at once: they run side by side. */
export async function mochaGlobalSetup(this: FixtureContext): Promise<void> {
  const run = currentRun();
  const chosen = [...run.cases].filter(([test]) => isSelected(test, this)).map(([, one]) => one);
  if (chosen.length === 0) return;
  const startedAt = new Date().toISOString();
  run.session = await Session.open(run.settings).catch((error: Error) => {
    // mocha prints the stack, where one sentence says it all.
    error.stack = error.message;
    throw error;
  });
  const { profile, strict, seed } = run.settings;
  const { findings, ...target } = run.session.target;
  setRun({ version, seed, profile, strict, startedAt, target, findings });
  run.session.onLoss = recordLoss;
  run.session.request(chosen);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await currentRun().session?.close();
}

function isSelected(test: Mocha.Test, { _grep, _invert }: FixtureContext): boolean {
  return !_grep || _grep.test(test.fullTitle()) !== Boolean(_invert);
}
