import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { STACKS } from '../../lib/lab/stacks/index.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';

/** A command of each stack, and the package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  linux: 'gcc',
  lwip: 'gcc',
  'lwip-raw': 'gcc',
  gvisor: 'runsc',
  'linux-6.12': 'qemu-system-x86',
  slirp: 'slirp4netns',
  passt: 'passt',
  ns3: 'gcc',
  ipxe: 'qemu-system-x86',
  v86: 'gcc',
  wine: 'gcc-mingw-w64-x86-64',
  reference: 'gcc',
};

describe('command line: stacks of the lab', () => {
  const folder = temporaryFolder();
  /** No command of a stack is found. */
  const bare = { env: { PATH: join(folder, 'empty') } };
  before(() => mkdirSync(bare.env.PATH));

  it('lab list: says what each is, what it needs, and what is here', async () => {
    const { code, stdout } = await cli(['lab', 'list', '--json']);
    expect(code).to.equal(0);
    const { stacks } = JSON.parse(stdout);
    expect(stacks.map(({ id }: { id: string }) => id)).to.deep.equal(Object.keys(PROGRAMS));
    for (const { id, what, packages, missing } of stacks) {
      expect(what, id).to.match(/\S/);
      expect(packages, id).to.include(PROGRAMS[id]);
      expect(packages, id).to.include.members(missing);
    }
    const lines = (await cli(['lab', 'list'], bare)).stdout.split('\n');
    for (const { id } of stacks) {
      const at = lines.findIndex((line) => line.startsWith(`  ${id} `));
      expect(lines[at + 1], id).to.match(new RegExp(`^ +needs .*; apt-get install .*\\b${PROGRAMS[id]}\\b`));
    }
  });

  it('run --stack: asks for cases of the families that the stack has, unless it has none of those', async () => {
    const cases = async (...words: string[]): Promise<string> =>
      (await cli(['run', '--stack', 'v86', '--only', 'closed.syn.empty', '--dry-run', ...words])).stdout;
    expect(await cases()).to.contain('(IPv4: 1, IPv6: 0)');
    expect(await cases('--family', '6')).to.contain('(IPv4: 0, IPv6: 1)');
  });

  it('lab run: a missing package gives the line that installs it, for each stack', async () => {
    const reports = join(folder, 'none');
    for (const { id } of STACKS) {
      expectRefusal(
        await cli(['lab', 'run', id, '--reports', reports], bare),
        new RegExp(`${id} needs packages that are not installed: apt-get install .*\\b${PROGRAMS[id]}\\b`),
      );
    }
    expect(existsSync(reports)).to.equal(false);
  });

  it('lab run: names everything that is missing in one line, before it runs anything', async () => {
    const ended = await cli(
      ['lab', 'run', 'linux', 'gvisor', 'slirp', '--reports', join(folder, 'none')],
      bare,
    );
    expectRefusal(
      ended,
      /linux and gvisor and slirp need .*: apt-get install (?=.*gcc)(?=.*runsc)(?=.*slirp4netns)/,
    );
    expect(ended.stderr.match(/gcc/g)).to.have.length(1);
    expect(existsSync(join(folder, 'none'))).to.equal(false);
  });
});
