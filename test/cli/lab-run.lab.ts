import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { cliProcess, temporaryFolder } from './cli.ts';

describe('command line: lab run', () => {
  const folder = temporaryFolder();

  it('keeps the logs of each stack beside its results', async function () {
    this.timeout(1_200_000);
    skipWithoutLab(this);
    const reports = join(folder, 'reports');
    const words = ['lab', 'run', 'linux', 'reference', '--only', 'closed.ack.empty', '--reports', reports];
    const { code, stdout } = await cliProcess(words);
    expect(code, stdout).to.equal(0);
    for (const id of ['linux', 'reference']) {
      expect(existsSync(join(reports, id, 'results.json')), id).to.equal(true);
      expect(readFileSync(join(reports, id, 'logs', `${id}.log`), 'utf8'), id).to.match(
        /^ready \d+\nended by the suite, with 0\n$/,
      );
    }
    expect(existsSync(join(reports, 'index.html'))).to.equal(true);
  });

  it('runs a part of the cases of each stack', async function () {
    this.timeout(1_200_000);
    skipWithoutLab(this);
    const idsOf = async (...words: string[]): Promise<string[]> => {
      const reports = join(folder, words.join('-').replace('/', '-of-') || 'whole');
      const only = ['--only', 'closed.ack.*', '--family', '4', '--reports', reports];
      const { code, stdout } = await cliProcess(['lab', 'run', 'reference', ...only, ...words]);
      expect(code, stdout).to.equal(0);
      return readResults(join(reports, 'reference', 'results.json')).cases.map(({ id }) => id);
    };
    const parts = await Promise.all([idsOf('--shard', '1/2'), idsOf('--shard', '2/2')]);
    for (const part of parts) expect(part).not.to.be.empty;
    expect(parts.flat().sort()).to.deep.equal((await idsOf()).sort());
  });
});
