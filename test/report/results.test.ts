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
