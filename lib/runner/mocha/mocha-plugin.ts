/** `.mocharc.json` requires this file, for `npx mocha` and editors. The settings come from the environment. */
import Mocha from 'mocha';
import { settingsFrom } from '../settings.ts';
import { beginRun, endRun, type MochaRun, mochaRun } from './mocha-run.ts';
import { suiteInterface } from './suite-interface.ts';

let run: MochaRun | undefined;

/** @throws SettingsError */
function theRun(): MochaRun {
  run ??= mochaRun(settingsFrom(process.env));
  return run;
}

// The name in .mocharc.json.
Object.assign(Mocha.interfaces, { 'segment-arrives': suiteInterface(theRun) });

/** Mocha's runner, which is `this` in global fixtures, with the pattern of `--grep`. */
interface FixtureContext {
  readonly _grep?: RegExp;
  readonly _invert?: boolean;
}

export async function mochaGlobalSetup(this: FixtureContext): Promise<void> {
  const { _grep, _invert } = this;
  const isSelected = (test: Mocha.Test): boolean =>
    !_grep || _grep.test(test.fullTitle()) !== Boolean(_invert);
  await beginRun(theRun(), isSelected).catch((error: Error) => {
    // mocha prints the stack; the message is enough.
    error.stack = error.message;
    throw error;
  });
}

export const mochaGlobalTeardown = (): Promise<void> => endRun(theRun());
