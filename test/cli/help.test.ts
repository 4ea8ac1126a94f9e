import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { version } from '../../lib/version.ts';
import { BIN, cli, cliProcess, expectRefusal, temporaryFolder } from './cli.ts';

/** Writes the address of every module that a process loads into the file LOADED_MODULES. */
const RECORDER = new URL('record-loaded-modules.mjs', import.meta.url).href;

const COMMANDS = [
  'run',
  'watch',
  'explore',
  'list',
  'coverage',
  'report',
  'merge',
  'diff',
  'gate',
  'baseline update',
  'explain',
  'reproduce',
  'lab list',
  'lab run',
  'lab reference',
  'upper-tester check',
  'upper-tester source',
];

describe('command line: help', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('lists the commands, with examples and exit codes', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    for (const command of COMMANDS)
      expect(stdout).to.match(new RegExp(`^ {2}${command.split(' ')[0]}\\b`, 'm'));
    expect(stdout).to.contain('Examples:').and.to.contain('Exit codes:');
  });

  it('shows an example for every command', async () => {
    for (const command of COMMANDS) {
      const { code, stdout } = await cli([...command.split(' '), '--help']);
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`Examples?:(.|\\n)*segment-arrives ${command}`));
    }
  });

  it('prints the version', async () => {
    expect(await cli(['--version'])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('works by a symbolic link, from any directory', async () => {
    const link = join(folder, 'segment-arrives');
    symlinkSync(BIN, link);
    const { code, stdout } = await cliProcess(['list', '--only', 'listen.rst.empty'], {
      bin: link,
      cwd: tmpdir(),
    });
    expect(code).to.equal(0);
    expect(stdout).to.contain('listen.rst.empty');
  });

  /** The sources of what a command loads, and the modules that it loads beside the build. */
  const loadedBy = async (words: readonly string[]): Promise<string[]> => {
    const log = join(folder, 'loaded');
    rmSync(log, { force: true });
    const { code } = await cliProcess(words, {
      env: { NODE_OPTIONS: `--import=${RECORDER}`, LOADED_MODULES: log },
    });
    expect(code).to.equal(0);
    const urls = readFileSync(log, 'utf8').trim().split('\n');
    return urls.flatMap((url) => (url.includes('/.cache/build/') ? sourcesOf(fileURLToPath(url)) : url));
  };
  const sourcesOf = (built: string): string[] => JSON.parse(readFileSync(`${built}.map`, 'utf8')).sources;

  it('starts with what the command needs: `list` loads no mocha, no raw socket and no schemas', async () => {
    const loaded = await loadedBy(['list', '--only', 'listen.rst.empty']);
    const from = (part: string): string[] => loaded.filter((url) => url.includes(part));
    expect(from('/node_modules/commander/')).to.not.deep.equal([]);
    expect(from('/lib/cli/commands/')).to.have.length(1);
    for (const part of ['mocha', 'chai', 'raw-socket', 'zod', 'tsx', 'esbuild'])
      expect(from(`/node_modules/${part}/`), part).to.deep.equal([]);
    for (const part of ['lab', 'target', 'tester']) expect(from(`/lib/${part}/`), part).to.deep.equal([]);
  });

  it('names the commands without loading any of them', async () => {
    const loaded = await loadedBy(['--help']);
    const from = (part: string): string[] => loaded.filter((url) => url.includes(part));
    expect(from('/lib/cli/main.ts')).to.have.length(1);
    for (const part of ['/lib/cli/commands/', '/suites/', '/node_modules/zod/'])
      expect(from(part), part).to.deep.equal([]);
  });

  it('refuses what it does not know', async () => {
    expectRefusal(await cli(['frobnicate']), /unknown command 'frobnicate'/);
    expectRefusal(await cli(['run', '--frobnicate']), /unknown option '--frobnicate'/);
    expect((await cli([])).code).to.equal(2);
  });
});
