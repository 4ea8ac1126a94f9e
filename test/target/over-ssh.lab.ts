import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectRefusal } from '../cli/cli.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { skipBecause, skipWithout } from '../packages.ts';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import type { Told } from './scenes/over-ssh.ts';

describe('run --ssh, to an OpenSSH server', function () {
  this.timeout(1_200_000);
  let folder: string;

  before(function () {
    skipWithoutLab(this);
    skipWithout(this, 'openssh-server');
    if (process.getuid?.() !== 0) skipBecause(this, 'sshd takes root');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'segment-arrives-ssh-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const play = (scene: string): Promise<Told> =>
    runInLab<Told>(new URL('scenes/over-ssh.ts', import.meta.url), [folder, scene]);
  const expectNothingLeft = ({ left, files }: Told): void => {
    expect(left).to.deep.equal([]);
    expect(files).to.deep.equal([]);
  };

  it('tests the kernel of the other side in one command, and leaves nothing there', async () => {
    const told = await play('plain');
    expect(told.code, told.stderr).to.equal(0);
    expect(told.during).to.not.deep.equal([]);
    const { target, cases } = readResults(join(folder, 'reports/results.json'));
    expect(target.name).to.match(/^Linux \d/);
    expect(cases.map((one) => verdictOf(one, 'rfc9293'))).to.deep.equal(['conformant', 'conformant']);
    expectNothingLeft(told);
  });

  for (const [scene, what] of [
    ['interrupt', 'Ctrl-C'],
    ['kill', 'SIGKILL of all that is ours here'],
    ['cut', 'the connection is cut'],
  ] as const)
    it(`has nothing left running there 30 seconds after ${what}`, async () => {
      const told = await play(scene);
      expect(told.during.join('\n'), `${told.stderr}${told.stdout}`).to.contain('--exit-when-idle');
      if (scene === 'interrupt') {
        expect(told.code).to.equal(130);
        expect(told.stderr).to.equal('');
      }
      expectNothingLeft(told);
    });

  const missing: Readonly<Record<string, RegExp>> = {
    'no compiler': /^segment-arrives: board has no C compiler: .*--agent FILE/,
    noexec: /^segment-arrives: the upper tester does not run on board: .*Permission denied.*set TMPDIR/,
    'port in use': /^segment-arrives: .*another program has the port.*--agent-port/,
    'agent of another machine':
      /^segment-arrives: the upper tester does not run on board: .*--agent is for another kind/,
    refused: /^segment-arrives: `ssh board` failed: .*Connection refused.*`ssh board true`/,
  };
  for (const [scene, words] of Object.entries(missing))
    it(`says in one sentence what is wrong and what to do: ${scene}`, async () => {
      const told = await play(scene);
      expectRefusal(told, words);
      expectNothingLeft(told);
    });

  it('says in one sentence what is wrong and what to do: firewall', async function () {
    skipWithout(this, 'nftables');
    const told = await play('firewall');
    expectRefusal(told, /does not answer: a firewall drops UDP to 192\.0\.2\.2 port \d+/);
    expectNothingLeft(told);
  });
});
