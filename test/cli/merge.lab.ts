import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { diffRuns } from '../../lib/report/diff.ts';
import { readResults } from '../../lib/report/results.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';

const WORDS = ['run', '--stack', 'reference', '--only', 'listen.*,close-wait.rst*', '--report-only'];

describe('command line: parts of a run', function () {
  this.timeout(600_000);
  const folder = temporaryFolder();

  it('that are merged equal the whole run: results, captures and pages', async () => {
    const whole = join(folder, 'whole');
    expect((await cli([...WORDS, '--reports', whole])).code).to.equal(0);
    const parts = [1, 2, 3, 4].map((part) => join(folder, `part-${part}`));
    for (const [index, part] of parts.entries()) {
      expect((await cli([...WORDS, '--shard', `${index + 1}/4`, '--reports', part])).code).to.equal(0);
    }
    const merged = join(folder, 'merged');
    const { code, stdout } = await cli(['merge', ...parts, '--out', merged]);
    expect(code).to.equal(0);
    const [one, other] = [whole, merged].map((each) => readResults(join(each, 'results.json')));
    if (!one || !other) throw new Error('no results');
    expect(stdout).to.contain(`${one.cases.length} cases`);
    const keys = ({ cases }: typeof one) => cases.map(({ id, family }) => `${id} ${family}`);
    expect(keys(other)).to.deep.equal(keys(one));
    expect(diffRuns(one, other, one.profile)).to.deep.equal([]);
    expect(readdirSync(join(merged, 'pcap')).sort()).to.deep.equal(readdirSync(join(whole, 'pcap')).sort());
    expect(readdirSync(merged).sort()).to.deep.equal(readdirSync(whole).sort());
    const page = readFileSync(join(merged, 'mochawesome.html'), 'utf8');
    for (const { id } of one.cases) expect(page.includes(id), id).to.equal(true);
    expectRefusal(await cli(['merge', ...parts.slice(1), '--out', merged]), /part 1 of 4 is missing/);
  });
});
