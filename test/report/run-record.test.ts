import { expect } from 'chai';
import { runText } from '../../lib/report/console.ts';
import { parseResults, toResults } from '../../lib/report/results.ts';
import { RunRecord } from '../../lib/report/run-record.ts';
import { resultOf } from '../runner/results.ts';

describe('a run whose target was lost', () => {
  const loss = {
    cause: { kind: 'absent', absence: { what: 'address', address: '192.0.2.2' }, seconds: 10 } as const,
    onTheWire: [1, 2, 3, 4, 5].map((number) => ({ id: `closing.rst.${number}`, family: 4 as const })),
  };
  const lost = () => {
    const target = { name: 'a target', families: [4 as const], facts: {} };
    const startedAt = '2026-01-01T00:00:00Z';
    const record = new RunRecord();
    record.settings = { version: '1', seed: 1, target, profile: 'rfc9293', strict: false, startedAt };
    record.recordResult(resultOf('conformant'));
    record.recordLoss(loss);
    const run = record.run({ durationMs: 1, complete: true });
    if (!run) throw new Error('no run');
    return run;
  };

  it('is not complete, and says with which cases it was lost', () => {
    const run = lost();
    expect(run.complete).to.equal(false);
    expect(run.loss).to.deep.equal(loss);
    expect(runText(run, { colour: false, subjects: [] })).to.contain(
      'on the wire then: closing.rst.1 IPv4, closing.rst.2 IPv4, closing.rst.3 IPv4 and 2 more',
    );
  });

  it('is stored as that, and read back', () => {
    expect(parseResults(JSON.parse(JSON.stringify(toResults(lost()))), 'a file').loss).to.deep.equal(loss);
  });
});
