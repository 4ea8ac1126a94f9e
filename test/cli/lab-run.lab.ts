import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { skipWithoutLab } from '../lab/skip.ts';
import { cliProcess, temporaryFolder } from './cli.ts';

describe('command line: lab run', () => {
  const folder = temporaryFolder();

  it('keeps the logs of each stack beside its results', async function () {
    this.timeout(300_000);
    skipWithoutLab(this);
    const reports = join(folder, 'reports');
    const words = ['lab', 'run', 'linux', 'reference', '--only', 'closed.ack.empty', '--reports', reports];
    const { code, stdout } = await cliProcess(words);
    expect(code, stdout).to.equal(0);
    for (const id of ['linux', 'reference']) {
      expect(existsSync(join(reports, id, 'results.json')), id).to.equal(true);
      expect(readFileSync(join(reports, id, 'logs', `${id}.log`), 'utf8'), id).to.match(
        /^ready \d+\nended with 0\n$/,
      );
    }
    expect(existsSync(join(reports, 'index.html'))).to.equal(true);
  });
});
