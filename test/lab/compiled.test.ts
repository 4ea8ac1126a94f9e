import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { expect } from 'chai';
import { compiled } from './compiled.ts';

const SCRIPT = new URL('says-its-place.ts', import.meta.url);

describe('a script of the tests, compiled', function () {
  this.timeout(120_000);

  it('runs without tsx, in the place of its source', async () => {
    const program = await compiled(SCRIPT);
    const printed = execFileSync(process.execPath, [program], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin' },
    });
    expect(printed).to.equal(`${SCRIPT.href}\n`);
  });

  it('is compiled once for all who ask, also at the same time as another', async () => {
    const other = new URL('outside.ts', import.meta.url);
    const [one, same, different] = await Promise.all([compiled(SCRIPT), compiled(SCRIPT), compiled(other)]);
    expect(same).to.equal(one);
    expect(different).not.to.equal(one);
    for (const program of [one, different]) expect(statSync(program).isFile()).to.equal(true);
  });
});
