import { existsSync } from 'node:fs';
import {
  type BaselineEntry,
  readBaseline,
  UNREVIEWED,
  writeBaseline,
} from '../../report/baseline/baseline.ts';
import { updateBaseline } from '../../report/baseline/update.ts';
import { readResults } from '../../report/results.ts';
import { EXIT, UsageError } from '../failure.ts';
import { knownCases } from './known.ts';

export interface BaselineOptions {
  readonly results?: string;
  readonly baseline?: string;
}

/** Rewrites a baseline so that it says what the results say; reasons are left to people. */
export async function update({ results, baseline: file }: BaselineOptions): Promise<number> {
  if (!results || !file) throw new UsageError('baseline update needs --results FILE and --baseline FILE');
  const run = readResults(results);
  const before = existsSync(file) ? readBaseline(file) : undefined;
  const { baseline, added, changed, removed } = updateBaseline(run, before, await knownCases());
  writeBaseline(file, baseline);
  const lines = [
    ...listed('+ new', added),
    ...listed('~ observed otherwise', changed),
    ...listed('- taken out', removed),
  ];
  const open = baseline.entries.filter(({ reason }) => reason === UNREVIEWED).length;
  const rest =
    open === 0
      ? 'all reviewed'
      : `${open} to be reviewed: write the reason of each instead of "${UNREVIEWED}"`;
  console.log([...lines, `${file}: ${baseline.entries.length} entries, ${rest}`].join('\n'));
  return EXIT.asExpected;
}

const listed = (how: string, entries: readonly BaselineEntry[]): string[] =>
  entries.map(({ id, family, verdict, kind, stateAfter }) => {
    return `  ${how}: ${id}  IPv${family}  ${verdict}: ${kind}${stateAfter ? `, then ${stateAfter}` : ''}`;
  });
