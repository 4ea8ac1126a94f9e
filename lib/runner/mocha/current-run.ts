import type { Session } from '../session.ts';
import type { Settings } from '../settings.ts';

/** What the tests of this mocha process share. */
export interface CurrentRun {
  readonly settings: Settings;
  /** The case behind each test. */
  readonly cases: Map<Mocha.Test, { readonly id: string; readonly family: 4 | 6 }>;
  session: Session | undefined;
}

// As in the catalogue: more than one instance of this module may be loaded in a process.
const KEY = Symbol.for('segment-arrives.run');
const SETTINGS = Symbol.for('segment-arrives.settings');
const holder = globalThis as typeof globalThis & { [KEY]?: CurrentRun; [SETTINGS]?: () => Settings };

/**
 * The run of this process, made on first use.
 *
 * @throws SettingsError
 */
export function currentRun(): CurrentRun {
  if (!holder[KEY]) {
    const settings = holder[SETTINGS]?.();
    if (!settings) throw new Error('mocha runs the suites with --require lib/runner/mocha/mocha-plugin.ts');
    beginRun(settings);
  }
  return holder[KEY] as CurrentRun;
}

/**
 * Where the settings come from of a run that nobody begins. The suites do not say it themselves: who only reads the
 * catalogue would load the schemas of all settings with them.
 */
export function takeSettingsFrom(read: () => Settings): void {
  holder[SETTINGS] = read;
}

/** Begins a run of other settings: for a process that makes more than one. */
export function beginRun(settings: Settings): CurrentRun {
  holder[KEY] = { settings, cases: new Map(), session: undefined };
  return holder[KEY];
}
