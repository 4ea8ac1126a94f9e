import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printResults } from '../../lib/report/results.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { PROFILES } from '../../lib/spec/profile.ts';
import type { Verdict } from '../../lib/verdict/result.ts';

/** A stored result of a case that the catalogue has; an empty ACK by default. */
export function stored(
  id: string,
  verdict: Verdict,
  more: Partial<Omit<ReportCase, 'id' | 'verdicts'>> = {},
): ReportCase {
  const inconclusive = verdict === 'inconclusive';
  return {
    id,
    title: `about ${id}`,
    state: 'ESTABLISHED',
    family: 4,
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    stimulus: inconclusive ? '' : '<SEQ=5><ACK=9><CTL=ACK>',
    variables: { 'RCV.NXT': 5, 'SND.NXT': 9 },
    observed: inconclusive ? [] : ['<SEQ=9><ACK=5><CTL=ACK>'],
    kind: inconclusive ? 'silence' : 'empty-ack',
    stateAfter: inconclusive ? 'unknown' : 'ESTABLISHED',
    proof: '',
    verdicts: Object.fromEntries(PROFILES.map((profile) => [profile, verdict])) as ReportCase['verdicts'],
    reasons: verdict === 'deviates' ? { rfc9293: 'expected silence: observed an empty ACK' } : {},
    ...(inconclusive ? { inconclusive: { reason: 'the state was not reached', byCapability: false } } : {}),
    notes: [],
    records: [],
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1,
    ...more,
  };
}

/** Stores a run of these results, and returns its file. */
export function storeRun(
  folder: string,
  name: string,
  cases: readonly ReportCase[],
  more: Partial<Run> = {},
): string {
  const file = join(folder, `${name}.json`);
  const run: Run = {
    version: '0.1.0',
    seed: 1,
    target: { name: 'Linux 6.1', address: '192.0.2.2', families: [4, 6], facts: {} },
    profile: 'rfc9293',
    strict: false,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 10,
    complete: true,
    cases,
    ...more,
  };
  writeFileSync(file, printResults(run));
  return file;
}
