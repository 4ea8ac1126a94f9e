import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AcceptedCase, AcceptedFinding, PermittedChoice } from '../../lib/report/baseline/baseline.ts';

export const ID = 'established.ack.one-before';
export const OTHER = 'listen.rst.empty';
export const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

/** A case with the reason of its finding. */
export type Entry = AcceptedCase & Pick<AcceptedFinding, 'reason' | 'issue' | 'date'>;

export const entry = (more: Partial<Entry> = {}): Entry => ({
  id: ID,
  family: 4,
  verdict: 'deviates',
  kind: 'empty-ack',
  observed: ACK,
  stateAfter: 'ESTABLISHED',
  reason: 'an old habit of this stack',
  ...more,
});

export const choice = (more: Partial<PermittedChoice> = {}): PermittedChoice => ({
  id: ID,
  family: 4,
  observed: ACK,
  stateAfter: 'ESTABLISHED',
  ...more,
});

/** The cases of one reason are a finding. */
export function findingsOf(entries: readonly Entry[]): AcceptedFinding[] {
  const findings: AcceptedFinding[] = [];
  for (const { reason, issue, date, ...one } of entries) {
    const known = findings.find((each) => each.reason === reason && each.issue === issue);
    if (known) known.cases.push(one);
    else findings.push({ reason, issue, date, cases: [one] });
  }
  return findings;
}

/** Writes a baseline, and returns its file. */
export function storeBaseline(
  folder: string,
  name: string,
  entries: readonly Entry[],
  more: object = {},
): string {
  const file = join(folder, `${name}-baseline.json`);
  const head = { suite: 'segment-arrives', target: 'Linux 6.1', profile: 'rfc9293' };
  const baseline = { ...head, findings: findingsOf(entries), permitted: [], ...more };
  writeFileSync(file, JSON.stringify(baseline));
  return file;
}
