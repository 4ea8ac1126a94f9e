import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReply } from '../../lib/catalogue/resolve.ts';
import type { ReportCase, ReportRecord, Run } from '../../lib/report/run.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import type { Reason } from '../../lib/verdict/reason.ts';
import type { JudgedResult, ProfileVerdict, Verdict } from '../../lib/verdict/result.ts';
import { resultsText } from '../report/results-text.ts';
import { segment } from '../tester/memory-link.ts';

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
  more: Partial<Omit<Judged, 'id' | 'judgements' | 'outcome'>> & {
    readonly judgement?: ProfileVerdict;
  } = {},
): Judged {
  const { judgement = JUDGEMENTS[verdict], ...parts } = more;
  return {
    ...about(id),
    outcome: 'judged',
    stimulus: [segment('<SEQ=5><ACK=9><CTL=ACK>')],
    variables: { 'RCV.NXT': 5, 'SND.NXT': 9 },
    observed: [segment('<SEQ=9><ACK=5><CTL=ACK>')],
    kind: 'empty-ack',
    stateAfter: 'ESTABLISHED',
    proof: [],
    judgements: Object.fromEntries(PROFILES.map((profile) => [profile, judgement])) as Judged['judgements'],
    ...parts,
  };
}

const JUDGEMENTS = {
  conformant: { verdict: 'conformant' },
  permitted: {
    verdict: 'permitted',
    taken: [{ outcome: { reply: [], then: 'ESTABLISHED' }, better: [] }],
  },
  deviates: {
    verdict: 'deviates',
    outcome: { reply: [], then: 'ESTABLISHED' },
    others: 0,
    faults: [{ kind: 'replies', expected: [[]], observed: readReply('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>') }],
  },
} as const satisfies Partial<Record<Verdict, ProfileVerdict>>;

/** A stored result of a case whose state was not reached. */
export const storedNotRun = (id: string, why: Reason = NOT_REACHED): ReportCase => ({
  ...about(id),
  outcome: 'not run',
  why,
});

const NOT_REACHED: Reason = {
  kind: 'not reached',
  obstacle: { what: 'as told', told: 'the state was not reached' },
};

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
    target: { name: 'Linux 6.1', address: '192.0.2.2', families: [4, 6] },
    profile: 'rfc9293',
    strict: false,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 10,
    complete: true,
    cases,
    ...more,
  };
  writeFileSync(file, resultsText(run));
  return file;
}
