import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  parseResults,
  printResults,
  ReportError,
  readResults,
  resultsSchema,
  writeResults,
} from '../../lib/report/results.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import type { JudgedResult } from '../../lib/verdict/result.ts';
import { syntheticRun } from './fixture.ts';

describe('results.json', () => {
  const run = syntheticRun();
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'segment-arrives-results-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  it('satisfies its schema, and reads back as the run without its packets', () => {
    const file = writeResults(join(directory, 'deep', 'down'), run);
    resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const bare = run.cases.map((result) => ({
      ...result,
      records: result.records.map(({ packet: _, ...record }) => record),
    }));
    expect(readResults(file)).to.deep.equal({ ...run, cases: bare });
    expect(readdirSync(join(directory, 'deep', 'down'))).to.deep.equal(['results.json']);
  });

  it('has one case a line, and no packets', () => {
    const text = printResults(run);
    expect(text.split('\n').filter((line) => line.startsWith('{"id":'))).to.have.length(run.cases.length);
    expect(text).not.to.contain('"packet"');
    expect(JSON.parse(printResults({ ...run, cases: [] })).cases).to.deep.equal([]);
  });

  it('names the field that is wrong, and its case', () => {
    const data = JSON.parse(printResults(run));
    data.cases[3].verdicts.rfc793 = 'fine';
    expect(() => parseResults(data, 'a.json')).to.throw(
      ReportError,
      `a.json: cases.3.verdicts.rfc793 (${data.cases[3].id}): Invalid option`,
    );
    delete data.target.name;
    expect(() => parseResults(data, 'a.json')).to.throw(ReportError, 'a.json: target.name: ');
    expect(() => parseResults([], 'a.json')).to.throw(ReportError, 'a.json: the document: ');
  });

  it('skips fields that a later version may add', () => {
    const data = JSON.parse(printResults(run));
    data.later = 1;
    data.cases[0].later = 1;
    expect(parseResults(data, 'a.json').cases).to.have.length(run.cases.length);
  });

  it('says nothing of an observation where a case was not run', () => {
    const lost = run.cases.find(({ outcome }) => outcome === 'not run');
    const [stored] = JSON.parse(printResults({ ...run, cases: [lost as ReportCase] })).cases;
    expect(stored).to.include({ outcome: 'not run', byCapability: false });
    expect(stored).not.to.have.any.keys('kind', 'stateAfter', 'observed', 'stimulus', 'proof', 'variables');
  });

  it('keeps a verdict that is open under one profile alone, and what blocks it', () => {
    const anyCase = run.cases.find(({ outcome }) => outcome === 'judged') as JudgedResult;
    const open = {
      verdict: 'inconclusive',
      reason: 'so',
      byCapability: false,
      blockedBy: 'bad-iss',
    } as const;
    const wrong = { verdict: 'deviates', reason: 'CTL is RST' } as const;
    const judgements = { ...anyCase.judgements, rfc793: open, rfc9293: wrong };
    const mixed: Run = { ...run, cases: [{ ...anyCase, records: [], judgements }] };
    expect(parseResults(JSON.parse(printResults(mixed)), 'a.json')).to.deep.equal(mixed);
  });

  it('does not take a verdict without the reason that it must have', () => {
    const data = JSON.parse(printResults(run));
    data.cases[0].verdicts.rfc793 = 'deviates';
    data.cases[0].reasons = {};
    expect(() => parseResults(data, 'a.json')).to.throw(ReportError, 'cases.0.reasons.rfc793 ');
  });

  it('reads what version 0.1 has written, which gave every case a kind and a state', () => {
    const data = JSON.parse(printResults(run));
    for (const one of data.cases) {
      if (one.outcome === 'not run') {
        const nothing = { stimulus: '', observed: [], kind: 'silence', stateAfter: 'unknown', proof: '' };
        Object.assign(one, nothing, { variables: {}, reasons: {} });
      }
      delete one.outcome;
    }
    const bare = run.cases.map((result) => ({
      ...result,
      records: result.records.map(({ packet: _, ...record }) => record),
    }));
    expect(parseResults(data, 'a.json').cases).to.deep.equal(bare);
    const sent = { ...data.cases[0], reason: 'the tester was late', reasons: {} };
    sent.verdicts = { rfc793: 'inconclusive', rfc1122: 'inconclusive', rfc5961: 'inconclusive' };
    sent.verdicts.rfc9293 = 'inconclusive';
    const [read] = parseResults({ ...data, cases: [sent] }, 'a.json').cases;
    expect(read).to.include({ outcome: 'inconclusive', kind: data.cases[0].kind });
  });

  it('says in one sentence what can not be read or written', () => {
    const file = join(directory, 'not.json');
    writeFileSync(file, '{');
    expect(() => readResults(file)).to.throw(ReportError, `${file} is not JSON: `);
    expect(() => readResults(join(directory, 'absent'))).to.throw(ReportError, 'could not be read: ENOENT');
    expect(() => writeResults(file, run)).to.throw(
      ReportError,
      `${file}/results.json could not be written: `,
    );
  });
});
