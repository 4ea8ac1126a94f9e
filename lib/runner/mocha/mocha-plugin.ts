/** What `.mocharc.json` requires, for `npx mocha` and the mocha plugins of editors: a run whose settings come from the environment. */
import Mocha from 'mocha';
import { settingsFrom } from '../settings.ts';
import { beginRun, endRun, type MochaRun, mochaRun } from './mocha-run.ts';
import { suiteInterface } from './suite-interface.ts';

let run: MochaRun | undefined;

/** Made when the first suite is loaded. @throws SettingsError */
function theRun(): MochaRun {
  run ??= mochaRun(settingsFrom(process.env));
  return run;
}

// Under this name .mocharc.json asks for it.
Object.assign(Mocha.interfaces, { 'segment-arrives': suiteInterface(theRun) });

/** Mocha gives its runner to global fixtures as `this`; it knows which tests `--grep` leaves. */
interface FixtureContext {
  readonly _grep?: RegExp;
  readonly _invert?: boolean;
}

export async function mochaGlobalSetup(this: FixtureContext): Promise<void> {
  const { _grep, _invert } = this;
  const isSelected = (test: Mocha.Test): boolean =>
    !_grep || _grep.test(test.fullTitle()) !== Boolean(_invert);
  await beginRun(theRun(), isSelected).catch((error: Error) => {
    // mocha prints the stack, where one sentence says it all.
    error.stack = error.message;
    throw error;
  });
}

export const mochaGlobalTeardown = (): Promise<void> => endRun(theRun());
