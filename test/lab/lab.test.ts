import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { expect } from 'chai';
import { LabUnavailable, labCommand, requireTools } from '../../lib/lab/namespaces/enter.ts';
import { Lab } from '../../lib/lab/namespaces/lab.ts';
import { skipWithoutLab } from './skip.ts';

describe('lab', () => {
  it('is refused outside of a namespace of its own', async () => {
    const refusal = await Lab.create().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(LabUnavailable);
    expect((refusal as Error).message).to.contain('a network namespace of its own');
  });

  it('says which program is missing and where to get it', async () => {
    expect(() => requireTools('its-package', 'no-such-tool')).to.throw(
      LabUnavailable,
      'needs `no-such-tool`, which is not installed: `apt-get install its-package`.',
    );
  });
});

describe('labCommand', () => {
  it('names a command that runs in a namespace of its own', function () {
    skipWithoutLab(this);
    const { command, args } = labCommand();
    const namespace = execFileSync(command, [...args, 'readlink', '/proc/self/ns/net'], { encoding: 'utf8' });
    expect(namespace.trim()).to.match(/^net:/).and.not.equal(readlinkSync('/proc/self/ns/net'));
  });
});
