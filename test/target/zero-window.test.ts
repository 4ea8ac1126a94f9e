import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { skipBecause } from '../packages.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('zero-window.child.ts', import.meta.url));

/** A zero window needs a brief change of a setting of the network namespace, so the test has its own namespace. */
const inNamespace = (command: string): Promise<{ stdout: string }> =>
  run('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', command]);

describe('a zero-window socket of the upper tester', function () {
  this.timeout(120_000);

  it('advertises no window from its first segment on, and leaves the setting as it was', async function () {
    try {
      await inNamespace('ip link set lo up');
    } catch (error) {
      skipBecause(this, `user namespaces are not allowed here (${(error as Error).message.trim()})`);
    }
    const command = `ip link set lo up && exec ${process.execPath} --import=tsx ${CHILD}`;
    const { stdout } = await inNamespace(command);
    const { possible, ...told } = JSON.parse(stdout);
    if (!possible) {
      expect(told).to.deep.equal({ zeroWindow: false, restored: true, windows: {} });
      skipBecause(this, 'this kernel takes no receive space of 1');
    }
    expect(told).to.deep.equal({
      zeroWindow: true,
      restored: true,
      windows: {
        'passive 4': 0,
        'active 4': 0,
        'taken 4': 0,
        'passive 6': 0,
        'active 6': 0,
        'taken 6': 0,
      },
    });
  });
});
