import { Option } from 'commander';
import { isProfile, PROFILES, type Profile } from '../standard/profile.ts';
import { UsageError } from './failure.ts';

/** Collects an option that may be repeated and may hold a comma separated list. */
export const list = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').map((part) => part.trim()),
];

export const allowOption = (): Option =>
  new Option('--allow <what>', 'accept changes from the baseline that the documents permit').choices([
    'permitted',
  ]);

/** @throws UsageError for an unknown profile */
export function profileOption(value: string): Profile {
  if (isProfile(value)) return value;
  throw new UsageError(`--profile ${value}: unknown profile; the profiles are ${PROFILES.join(', ')}`);
}
