import type { Scenario } from './scenario.ts';

/** Whether a run takes a scenario, and does not leave it out as slow. */
export function isTaken(choice: Choice): (scenario: Pick<Scenario, 'id' | 'slow'>) => boolean {
  const isChosen = chosenBy(choice);
  return ({ id, slow }) => (!slow || choice.slow === true) && isChosen(id);
}

/** Tests whether a run selects a case: by its globs, and by its part. */
export function chosenBy({ only, shard }: Choice): (id: string) => boolean {
  const matches = only === undefined ? () => true : matcher(only);
  return (id) => matches(id) && (shard === undefined || partOf(id, shard.of) === shard.part);
}

export interface Choice {
  /** Globs. */
  readonly only?: string | undefined;
  /** Counted from 1. */
  readonly shard?: { readonly part: number; readonly of: number } | undefined;
  /** Slow scenarios, too. */
  readonly slow?: boolean | undefined;
}

/** The part of a case, 1 to `of`. It follows from the id alone (FNV-1a): new cases move no other one into another part. */
function partOf(id: string, of: number): number {
  let hash = 0x811c9dc5;
  for (const octet of Buffer.from(id)) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
  return (hash % of) + 1;
}

/**
 * Matches case ids against comma separated globs: `*` is any characters, `?` is one. A glob after `!` leaves out what it matches, whatever
 * the others say; where there is none but such, all else matches.
 */
export function matcher(globs: string): (id: string) => boolean {
  const all = globs
    .split(',')
    .map((glob) => glob.trim().toLowerCase())
    .filter((glob) => glob !== '');
  const isLeftOut = (glob: string): boolean => glob.startsWith('!');
  const leftOut = all.filter(isLeftOut).map((glob) => glob.slice(1).trim());
  const wanted = all.filter((glob) => !isLeftOut(glob));
  const matches = wanted.length === 0 && leftOut.length > 0 ? () => true : anyOf(wanted);
  const isOut = anyOf(leftOut);
  return (id) => matches(id) && !isOut(id);
}

function anyOf(globs: readonly string[]): (id: string) => boolean {
  // A whole baseline may be named, id by id.
  const ids = new Set(globs);
  const patterns = globs
    .filter((glob) => /[*?]/.test(glob))
    .map((glob) => {
      const escaped = glob
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${escaped}$`, 'i');
    });
  return (id) => ids.has(id.toLowerCase()) || patterns.some((pattern) => pattern.test(id));
}
