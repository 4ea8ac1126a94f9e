import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { KernelNotSilenced, removeLeftovers, silenceKernel } from '../../lib/tester/routing.ts';

const RULES = [{ family: 4, target: '192.0.2.2', low: 10_000, high: 31_999 }] as const;
const WORDS = '-4 rule VERB priority 793 to 192.0.2.2 ipproto 6 sport 10000-31999 prohibit';

describe('the silence of the kernel', () => {
  const before = { path: process.env.PATH, runtime: process.env.XDG_RUNTIME_DIR };
  let folder: string;
  let notes: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
    notes = join(folder, `segment-arrives-${process.getuid?.() ?? 0}`);
    process.env.PATH = folder;
    process.env.XDG_RUNTIME_DIR = folder;
    command(`printf '%s\\n' "$*" >> ${folder}/said`);
  });

  afterEach(() => {
    process.env.PATH = before.path;
    if (before.runtime === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = before.runtime;
    rmSync(folder, { recursive: true });
  });

  /** What `ip` does here. */
  function command(script: string): void {
    writeFileSync(join(folder, 'ip'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'ip'), 0o755);
  }

  const said = (): string[] => {
    const file = join(folder, 'said');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  it('adds the rule, and takes it away once', () => {
    const restore = silenceKernel(RULES);
    restore();
    restore();
    expect(said()).to.deep.equal([WORDS.replace('VERB', 'add'), WORDS.replace('VERB', 'del')]);
  });

  it('keeps a note of a rule that outlives the run, for as long as the rule', () => {
    const restore = silenceKernel(RULES, { outlives: true });
    expect(readdirSync(notes)).to.deep.equal([`${process.pid}.json`]);
    restore();
    expect(readdirSync(notes)).to.deep.equal([]);
  });

  it('removes what a killed run left, and leaves that of one that is alive', () => {
    mkdirSync(notes);
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(notes, `${dead}.json`), JSON.stringify(RULES));
    writeFileSync(join(notes, `${process.ppid}.json`), JSON.stringify(RULES));
    removeLeftovers();
    expect(said()).to.deep.equal([WORDS.replace('VERB', 'del')]);
    expect(readdirSync(notes)).to.deep.equal([`${process.ppid}.json`]);
  });

  it('says what `ip` said, and takes back what it had done', () => {
    command('case "$*" in *add*) echo "RTNETLINK answers: Operation not permitted" >&2; exit 2;; esac');
    expect(() => silenceKernel(RULES)).to.throw(KernelNotSilenced, /Operation not permitted$/);
  });

  it('says when there is no `ip`', () => {
    rmSync(join(folder, 'ip'));
    expect(() => silenceKernel(RULES)).to.throw(KernelNotSilenced, 'apt-get install iproute2');
  });
});
