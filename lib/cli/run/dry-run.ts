import type { CurrentRun } from '../../runner/mocha/current-run.ts';

/** What would be run: an id a line with its families, and how many there are. */
export function dryRunText({ cases }: CurrentRun): string {
  const families = new Map<string, (4 | 6)[]>();
  const counts = { 4: 0, 6: 0 };
  for (const { id, family } of cases.values()) {
    families.set(id, [...(families.get(id) ?? []), family]);
    counts[family] += 1;
  }
  const lines = [...families].map(([id, own]) => `${id}  ${own.sort().join(',')}`);
  const total = `${families.size} cases, ${cases.size} tests (IPv4: ${counts[4]}, IPv6: ${counts[6]}); nothing was run`;
  return `${lines.join('\n')}\n\n${total}\n`;
}
