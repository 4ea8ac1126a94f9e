import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { version } from '../../lib/version.ts';
import { BIN, cli, expectRefusal, temporaryFolder } from './cli.ts';

const COMMANDS = [
  'run',
  'list',
  'coverage',
  'report',
  'diff',
  'gate',
  'baseline update',
  'reproduce',
  'lab list',
  'lab run',
  'lab reference',
  'upper-tester check',
];

describe('command line: help', function () {
  this.timeout(30_000);
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
    const pages = await Promise.all(COMMANDS.map((command) => cli([...command.split(' '), '--help'])));
    pages.forEach(({ code, stdout }, index) => {
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`Examples?:(.|\\n)*segment-arrives ${COMMANDS[index]}`));
    });
  });

  it('prints the version', async () => {
    expect(await cli(['--version'])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('works by a symbolic link, from any directory', async () => {
    const link = join(folder, 'segment-arrives');
    symlinkSync(BIN, link);
    const { code, stdout } = await cli(['list', '--only', 'listen.rst.empty'], { bin: link, cwd: tmpdir() });
    expect(code).to.equal(0);
    expect(stdout).to.contain('listen.rst.empty');
  });

  it('is quick to start', () => {
    // Processor time, the least of several, and held against that of Node and tsx with nothing to do: the machine may be slow,
    // and shared with others that make the same work take longer.
    const least = (words: readonly string[]): number => {
      const script = 'TIMEFORMAT="%U %S"; time "$0" "$@" > /dev/null';
      const times = [1, 2, 3, 4, 5].map(() => {
        const { stderr } = spawnSync('bash', ['-c', script, process.execPath, ...words], {
          encoding: 'utf8',
        });
        const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
        return user + system;
      });
      return Math.min(...times);
    };
    // 2.5 as it is; with the schemas of all settings loaded for nothing it was 2.9 to 3.5.
    expect(least([BIN, 'list']) / least(['--import', 'tsx', '-e', '0'])).to.be.below(3.2);
  });

  it('refuses what it does not know', async () => {
    expectRefusal(await cli(['frobnicate']), /unknown command 'frobnicate'/);
    expectRefusal(await cli(['run', '--frobnicate']), /unknown option '--frobnicate'/);
    expect((await cli([])).code).to.equal(2);
  });
});
