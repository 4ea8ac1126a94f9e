import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const MODULE = fileURLToPath(new URL('../../lib/tester/raw-socket.ts', import.meta.url));

describe('the raw sockets', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Loads them in a process whose Node has no headers beside it and whose user has an empty home; prints what comes of it. */
  const load = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const script = `process.execPath = '/nowhere/bin/node';
      const { rawSockets } = await import(${JSON.stringify(MODULE)});
      console.log(await rawSockets().then(({ Protocol }) => Protocol.TCP, ({ message }) => message));`;
    const words = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, words, {
      env: { ...process.env, NO_COLOR: '1', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
    });
    return stdout.trim();
  };

  it('are compiled with the headers that npm is told of', async () => {
    expect(await load({ npm_config_nodedir: dirname(dirname(process.execPath)) })).to.equal('6');
  });

  it('are refused without headers of this Node, with the remedy', async () => {
    // Of whatever else is there.
    expect(await load({ npm_config_nodedir: folder })).to.match(
      new RegExp(
        `^the C\\+\\+ headers of Node ${process.version} are not in ${folder} or /nowhere or .*npm_config_nodedir`,
      ),
    );
  });

  it('are refused without a compiler, with the package to install', async () => {
    const nodedir = dirname(dirname(process.execPath));
    expect(await load({ npm_config_nodedir: nodedir, CXX: 'no-such-compiler' })).to.equal(
      'the compiler `no-such-compiler` is missing: apt-get install g++',
    );
  });
});
