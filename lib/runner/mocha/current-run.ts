import type { Session } from '../session.ts';
import { type Settings, settingsFrom } from '../settings.ts';

/** What the tests of this mocha process share. */
export interface CurrentRun {
  readonly settings: Settings;
  /** The case behind each test. */
  readonly cases: Map<Mocha.Test, { readonly id: string; readonly family: 4 | 6 }>;
  session: Session | undefined;
}

// As in the catalogue: more than one instance of this module may be loaded in a process.
const KEY = Symbol.for('segment-arrives.run');
const holder = globalThis as typeof globalThis & { [KEY]?: CurrentRun };

/**
 * The run of this process, made from the environment on first use.
 *
 * @throws SettingsError
 */
export function currentRun(): CurrentRun {
  holder[KEY] ??= { settings: settingsFrom(process.env), cases: new Map(), session: undefined };
  return holder[KEY];
}

/** Begins a run of other settings: for a process that makes more than one. */
export function beginRun(settings: Settings): CurrentRun {
  holder[KEY] = { settings, cases: new Map(), session: undefined };
  return holder[KEY];
}
