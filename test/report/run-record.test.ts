import { expect } from 'chai';
import { runText } from '../../lib/report/console.ts';
import { markdownSummary } from '../../lib/report/markdown.ts';
import { matrixData } from '../../lib/report/matrix/encode.ts';
import { failuresOf } from '../../lib/report/preflight-faults.ts';
import { parseResults, toResults } from '../../lib/report/results.ts';
import { RunRecord } from '../../lib/report/run-record.ts';
import type { Death } from '../../lib/verdict/reason.ts';
import { resultOf } from '../runner/results.ts';

describe('a run whose target died and was up again', () => {
  const ending = { signal: 'SIGKILL' };
  const LIKELY = ['a', 'b', 'c'].map((id) => ({ id, family: 6 as const }));
  const deaths: Death[] = [
    { ending, cause: { kind: 'preflight', repeated: true } },
    {
      ending: { exitCode: 70 },
      cause: { kind: 'segment', part: 'stimulus', id: 'listen.rst.any', family: 6 },
    },
    {
      ending,
      cause: { kind: 'unknown', tried: 32, likely: [...LIKELY, { id: 'listen.ack.empty', family: 4 }] },
    },
    { cause: { kind: 'unknown', tried: 12, likely: [{ id: 'listen.ack.empty', family: 4 }] } },
  ];
  const died = () => {
    const target = { name: 'a target', families: [4 as const] };
    const startedAt = '2026-01-01T00:00:00Z';
    const record = new RunRecord();
    record.settings = { version: '1', seed: 1, target, profile: 'rfc9293', strict: false, startedAt };
    record.recordResult(resultOf('conformant'));
    for (const death of deaths) record.recordDeath(death);
    const run = record.run({ durationMs: 1, complete: true });
    if (!run) throw new Error('no run');
    return run;
  };
  const UNKNOWN =
    'the target died 2 times and the suite found no segment that kills it (it was ended by SIGKILL; it answered nothing any more): it is up again, and the suite ran the cases on the wire again; on the wire then: listen.ack.empty IPv4, a IPv6, b IPv6 and 1 more';
  const LINES = [
    UNKNOWN,
    'the target died once before the first case (it was ended by SIGKILL)',
    'the target died once in a case (it ended with exit code 70) and is up again: listen.rst.any IPv6',
  ];

  it('is complete and does not fail, and its deaths come before all verdicts', () => {
    const run = died();
    expect(run.complete).to.equal(true);
    expect(failuresOf(run).fails).to.equal(false);
    const text = runText(run, { colour: false, subjects: [] });
    const positions = [...LINES, 'conformant'].map((line) => text.indexOf(line));
    expect(Math.min(...positions), text).to.be.above(-1);
    expect(positions).to.deep.equal([...positions].sort((one, other) => one - other));
  });

  it('says so on the page of a CI job and on its own page', () => {
    const markdown = markdownSummary(died());
    expect(markdown.indexOf('the target died 2 times')).to.be.within(0, markdown.indexOf('1 case,'));
    const [run] = matrixData([died()], []).stacks;
    expect(run?.deaths).to.have.length(3);
    expect(run?.deaths[0]).to.contain(UNKNOWN);
  });

  it('is stored as that, and read back', () => {
    expect(parseResults(JSON.parse(JSON.stringify(toResults(died()))), 'a file').deaths).to.deep.equal(
      deaths,
    );
  });
});

describe('a run whose target was lost', () => {
  const loss = {
    cause: { kind: 'absent', absence: { what: 'address', address: '192.0.2.2' }, seconds: 10 } as const,
    onTheWire: [1, 2, 3, 4, 5].map((number) => ({ id: `closing.rst.${number}`, family: 4 as const })),
  };
  const lost = () => {
    const target = { name: 'a target', families: [4 as const] };
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
