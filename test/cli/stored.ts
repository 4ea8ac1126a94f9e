import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printResults } from '../../lib/report/results.ts';
import type { ReportCase, ReportRecord, Run } from '../../lib/report/run.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import type { Inconclusive, JudgedResult, ProfileVerdict, Verdict } from '../../lib/verdict/result.ts';

const about = (id: string) =>
  ({
    id,
    title: `about ${id}`,
    state: 'ESTABLISHED',
    family: 4,
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    notes: [],
    records: [],
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1,
  }) as const;

type Judged = JudgedResult<ReportRecord>;

/** A stored result of a case that the catalogue has, the same under every profile; an empty ACK by default. */
export function stored(
  id: string,
  verdict: Exclude<Verdict, 'inconclusive'>,
  more: Partial<Omit<Judged, 'id' | 'judgements' | 'outcome'>> & { readonly reason?: string } = {},
): Judged {
  const { reason = REASONS[verdict], ...parts } = more;
  const judgement: ProfileVerdict = verdict === 'conformant' ? { verdict } : { verdict, reason };
  return {
    ...about(id),
    outcome: 'judged',
    stimulus: '<SEQ=5><ACK=9><CTL=ACK>',
    variables: { 'RCV.NXT': 5, 'SND.NXT': 9 },
    observed: ['<SEQ=9><ACK=5><CTL=ACK>'],
    kind: 'empty-ack',
    stateAfter: 'ESTABLISHED',
    proof: '',
    judgements: Object.fromEntries(PROFILES.map((profile) => [profile, judgement])) as Judged['judgements'],
    ...parts,
  };
}

const REASONS = {
  conformant: '',
  permitted: 'silence, then ESTABLISHED is permitted',
  deviates: 'expected silence: observed an empty ACK',
} as const;

/** A stored result of a case whose state was not reached. */
export const storedNotRun = (id: string, why: Partial<Inconclusive> = {}): ReportCase => ({
  ...about(id),
  outcome: 'not run',
  why: { reason: 'the state was not reached', byCapability: false, ...why },
});

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
