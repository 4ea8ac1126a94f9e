import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { diffRuns } from '../../lib/report/diff.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { readResults } from '../../lib/report/results.ts';
import { isBeyondCapability } from '../../lib/verdict/reason.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';

const WORDS = ['run', '--stack', 'reference', '--only', 'listen.*,close-wait.rst*', '--report-only'];

describe('command line: parts of a run', function () {
  this.timeout(1_200_000);
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

describe('command line: several targets with the same stack inside', function () {
  this.timeout(1_200_000);
  const folder = temporaryFolder();

  it('share the cases: each has a part, and the reports are those of one run', async () => {
    const only = 'listen.*';
    const said = await runInLab<string>(new URL('scenes/two-boards.ts', import.meta.url), [folder, only]);
    const { stdout } = await cli(['list', '--json', '--only', only]);
    const listed = JSON.parse(stdout).cases as { id: string; families: number[] }[];
    const all = listed.filter(({ families }) => families.includes(4)).map(({ id }) => id);
    const [whole, first, second] = ['', 'part-1', 'part-2'].map((part) =>
      readResults(join(folder, 'reports', part, 'results.json')),
    );
    expect(whole?.cases.map(({ id }) => id).sort()).to.deep.equal(all.sort());
    expect(whole?.cases.length).to.equal((first?.cases.length ?? 0) + (second?.cases.length ?? 0));
    expect(first?.cases.length).to.be.above(0).and.to.be.below(all.length);
    expect(first?.target.address).to.not.equal(second?.target.address);
    // What takes a forged source address is not run outside the lab.
    const open = whole?.cases.filter(
      (result) => result.outcome !== 'judged' && !isBeyondCapability(result.why),
    );
    expect(open?.map((result) => `${result.id}: ${reasonText(result, 'rfc9293')}`)).to.deep.equal([]);
    expect(said).to.contain(`${all.length} cases`);
  });

  it('are refused where their files name different stacks, or a part is asked for', async () => {
    const files = ['one', 'other'].map((name) => {
      const file = join(folder, `${name}.json`);
      const driver = { kind: 'upper tester', port: 1 };
      writeFileSync(file, JSON.stringify({ name, addresses: { ipv4: '192.0.2.2' }, driver }));
      return file;
    });
    const words = ['run', ...files.flatMap((file) => ['--target-file', file])];
    expectRefusal(await cli(words), /the target files name different stacks: one, other/);
    expectRefusal(await cli([...words, '--shard', '1/2']), /several share all cases/);
  });
});
