import { Option } from 'commander';
import { isProfile, PROFILES, type Profile } from '../standard/profile.ts';
import { UsageError } from './failure.ts';

/** Collects an option that may be given more than once, and be a list each time. */
export const list = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').map((part) => part.trim()),
];

/** `--allow permitted`: what the gate of the baseline lets pass. */
export const allowOption = (): Option =>
  new Option('--allow <what>', 'accept changes from the baseline that the documents permit').choices([
    'permitted',
  ]);

/** @throws UsageError when it names no profile */
export function profileOption(value: string): Profile {
  if (isProfile(value)) return value;
  throw new UsageError(`--profile ${value}: unknown profile; there are ${PROFILES.join(', ')}`);
}
