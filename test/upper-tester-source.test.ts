import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inOneFile, SYSTEMS, type System, upperTesterPath } from '../lib/upper-tester-source.ts';
import { cli } from './cli/cli.ts';
import { skipBecause } from './packages.ts';

const STRICT = ['-std=c99', '-Wall', '-Wextra', '-pedantic', '-Werror', '-O2'];

interface Build {
  readonly compiler: string;
  readonly aptPackage: string;
  readonly system: System;
  readonly flags: readonly string[];
}

const BUILDS: readonly Build[] = [
  { compiler: 'gcc', aptPackage: 'gcc', system: 'posix', flags: [] },
  { compiler: 'clang', aptPackage: 'clang', system: 'posix', flags: [] },
  { compiler: 'musl-gcc', aptPackage: 'musl-tools', system: 'posix', flags: ['-static'] },
  {
    compiler: 'x86_64-w64-mingw32-gcc',
    aptPackage: 'gcc-mingw-w64-x86-64',
    system: 'windows',
    flags: ['-lws2_32'],
  },
  { compiler: 'gcc', aptPackage: 'gcc', system: 'template', flags: [] },
];

const isHere = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

describe('the source of the upper tester', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  const file = join(folder, 'upper-tester.c');

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The tokens that a compiler sees, without the places where they stand. */
  const tokens = (path: string): string =>
    execFileSync('cc', ['-std=c99', '-E', '-P', path], { encoding: 'utf8', maxBuffer: 1 << 26 });

  for (const system of ['posix', 'core', 'header'] as const) {
    it(`in one file is the same program as its parts: ${system}`, () => {
      writeFileSync(file, inOneFile(upperTesterPath(system)));
      expect(tokens(file)).to.equal(tokens(upperTesterPath(system)));
    });
  }

  it('needs no other file of the project', () => {
    for (const system of Object.keys(SYSTEMS) as System[])
      expect(inOneFile(upperTesterPath(system))).to.not.match(/#include "/);
  });

  it('is what the command prints, after a line that says what it is', async () => {
    const { code, stdout } = await cli(['upper-tester', 'source', '--system', 'windows']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^\/\* segment-arrives \S+, MIT licence: the upper tester, windows\. \*\/\n\n/);
    expect(stdout.endsWith(inOneFile(upperTesterPath('windows')))).to.equal(true);
  });

  for (const { compiler, aptPackage, system, flags } of BUILDS) {
    it(`for ${system} compiles with ${compiler} without a warning`, function () {
      if (!isHere(compiler)) skipBecause(this, `apt-get install ${aptPackage}`);
      writeFileSync(file, inOneFile(upperTesterPath(system)));
      const args = [...STRICT, '-o', join(folder, 'program'), file, ...flags];
      const { stderr, status } = spawnSync(compiler, args, { encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  }

  it('has a core that needs nothing but ten functions of a stack and three of memory', () => {
    writeFileSync(file, inOneFile(upperTesterPath('core')));
    const object = join(folder, 'core.o');
    execFileSync('cc', [...STRICT, '-ffreestanding', '-fno-stack-protector', '-c', '-o', object, file]);
    const needed = execFileSync('nm', ['-u', object], { encoding: 'utf8' }).match(/\w+$/gm) ?? [];
    const ten = 'open listen connect send receive shutdown close abort configure poll'.split(' ');
    expect(needed).to.have.members([
      ...ten.map((name) => `stack_${name}`),
      ...['memcmp', 'memcpy', 'memset'],
    ]);
  });

  it('has a header for C++ too', function () {
    if (!isHere('g++')) skipBecause(this, 'apt-get install g++');
    writeFileSync(join(folder, 'stack.h'), inOneFile(upperTesterPath('header')));
    const program = '#include "stack.h"\nint main() { return upper_tester_round(0); }\n';
    writeFileSync(join(folder, 'port.cpp'), program);
    const args = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-c', '-o', join(folder, 'port.o')];
    const { stderr } = spawnSync('g++', [...args, join(folder, 'port.cpp')], { encoding: 'utf8' });
    expect(stderr).to.equal('');
  });
});
