import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';

const FILE = fileURLToPath(new URL('ids.txt', import.meta.url));

/** All ids that were ever published, sorted. Users name them in baselines and in their own notes. */
export const publishedIds = (): readonly string[] => readFileSync(FILE, 'utf8').split('\n').filter(Boolean);

/** The ids of all scenarios there are. */
export const presentIds = (): readonly string[] => SCENARIOS.map(({ id }) => id);

/** Adds ids. Nothing ever removes one. */
export const publish = (ids: readonly string[]): void =>
  writeFileSync(FILE, `${[...new Set([...publishedIds(), ...ids])].sort().join('\n')}\n`);
