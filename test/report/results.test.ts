import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { diffRuns } from '../../lib/report/diff.ts';
import { parseResults, readResults, resultsSchema, writeResults } from '../../lib/report/results.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { ReportError } from '../../lib/report/write-whole.ts';
import type { JudgedResult } from '../../lib/verdict/result.ts';
import { standingOf } from '../../lib/verdict/result.ts';
import { syntheticRun } from './fixture.ts';
import { resultsText } from './results-text.ts';

describe('results.json', () => {
  const run = syntheticRun();
  let stored: string | undefined;
  /** The run as it is stored: written once, for all that read it. */
  const text = (): string => {
    stored ??= resultsText(run);
    return stored;
  };
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
    expect(
      text()
        .split('\n')
        .filter((line) => line.startsWith('{"id":')),
    ).to.have.length(run.cases.length);
    expect(text()).not.to.contain('"packet"');
    expect(JSON.parse(resultsText({ ...run, cases: [] })).cases).to.deep.equal([]);
  });

  it('names the field that is wrong, and its case', () => {
    const data = JSON.parse(text());
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
    const data = JSON.parse(text());
    data.later = 1;
    data.cases[0].later = 1;
    expect(parseResults(data, 'a.json').cases).to.have.length(run.cases.length);
  });

  it('says nothing of an observation where a case was not run', () => {
    const lost = run.cases.find(({ outcome }) => outcome === 'not run');
    const [stored] = JSON.parse(resultsText({ ...run, cases: [lost as ReportCase] })).cases;
    expect(stored).to.deep.include({ outcome: 'not run', why: (lost as { why?: unknown }).why });
    expect(stored).not.to.have.any.keys('kind', 'stateAfter', 'observed', 'stimulus', 'proof', 'variables');
  });

  it('keeps a verdict that is open under one profile alone, and what blocks it', () => {
    const anyCase = run.cases.find(({ outcome }) => outcome === 'judged') as JudgedResult;
    const open = { verdict: 'inconclusive', why: { kind: 'target away' } } as const;
    const wrong = {
      verdict: 'deviates',
      others: 0,
      faults: [{ kind: 'field', field: 'CTL', expected: 'ACK', observed: 'RST' }],
    } as const;
    const judgements = { ...anyCase.judgements, rfc793: open, rfc9293: wrong };
    const mixed: Run = { ...run, cases: [{ ...anyCase, records: [], judgements }] };
    expect(parseResults(JSON.parse(resultsText(mixed)), 'a.json')).to.deep.equal(mixed);
  });

  it('does not take a verdict without the judgement that it must have', () => {
    const data = JSON.parse(text());
    data.cases[0].judgements = [];
    expect(() => parseResults(data, 'a.json')).to.throw(ReportError, 'cases.0.judgements.rfc793 ');
  });

  it('does not read a sentence back', () => {
    const data = JSON.parse(text());
    const sentences = data.cases.filter((one: { sentence?: string }) => one.sentence);
    expect(sentences).not.to.have.length(0);
    const before = parseResults(structuredClone(data), 'a.json');
    for (const one of sentences) one.sentence = 'nonsense';
    expect(parseResults(data, 'a.json')).to.deep.equal(before);
  });

  it('says what to do with results of format 1, which a comparison reads', () => {
    const data = JSON.parse(text());
    delete data.format;
    for (const one of data.cases) {
      one.notes = ['a note'];
      if (one.outcome !== 'not run') one.proof = 'a proof';
      if (one.outcome === 'judged') one.reasons = { rfc793: 'a reason' };
      else Object.assign(one, { reason: 'a reason', byCapability: one.why.kind === 'not capable' });
      for (const name of ['why', 'judgements', 'sentence']) delete one[name];
    }
    expect(() => parseResults(data, 'a.json')).to.throw(ReportError, 'run the suite again');
    const file = join(directory, 'format-1.json');
    writeFileSync(file, JSON.stringify(data));
    const read = readResults(file, true);
    expect(diffRuns(run, read)).to.deep.equal([]);
    expect(read.cases.map((one) => standingOf(one, 'rfc9293', false))).to.deep.equal(
      run.cases.map((one) => standingOf(one, 'rfc9293', false)),
    );
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
