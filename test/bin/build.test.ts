import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { cloneOfProject } from './clone.ts';

const SUITE = 'suites/1-closed/families/late-segments.ts';

describe('the build that commands run from', function () {
  this.timeout(120_000);
  let clone: string;

  /** Prints the case of an id, by a process of its own. */
  const list = async (id: string): Promise<string> => {
    const words = [join(clone, 'bin/segment-arrives.js'), 'list', '--only', id];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words, {
      cwd: tmpdir(),
      // A CI system that sets CI gets colours even in a pipe.
      env: { ...process.env, NO_COLOR: '1' },
    }).catch((error) => error);
    return `${stdout}${stderr}`;
  };
  const builds = (): string[] => {
    const entries = readdirSync(join(clone, '.cache/build'), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  };
  /** Changes a file and leaves its size and its times as they are: only its contents tell. */
  const change = (file: string, from: string, to: string): void => {
    const path = join(clone, file);
    const { atime, mtime } = statSync(path);
    const text = readFileSync(path, 'utf8');
    expect(text).to.contain(from);
    writeFileSync(path, text.replace(from, to));
    utimesSync(path, atime, mtime);
  };

  beforeEach(() => {
    clone = cloneOfProject();
  });

  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  it('is made at the first start, and taken at the next', async () => {
    expect(await list('closed.ack.empty')).to.match(/^closed.ack.empty /);
    const made = builds();
    expect(made).to.have.length(1);
    const [build = ''] = made;
    const before = statSync(join(clone, '.cache/build', build)).mtimeMs;
    expect(await list('closed.ack.empty')).to.match(/^closed.ack.empty /);
    expect(builds()).to.deep.equal(made);
    expect(statSync(join(clone, '.cache/build', build)).mtimeMs).to.equal(before);
  });

  it('holds the program of the page of results, as its sources are now', async () => {
    const program = (build: string): string => {
      const folder = join(clone, '.cache/build', build);
      const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
      return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    };
    await list('closed.ack.empty');
    const [before = ''] = builds();
    expect(program(before)).to.contain('the shortest ladder').and.not.contain('buildSync');
    change('lib/report/matrix/page/overview.ts', 'the shortest ladder', 'the shorter ladders');
    await list('closed.ack.empty');
    const [after = ''] = builds().filter((build) => build !== before);
    expect(program(after)).to.contain('the shorter ladders');
  });

  it('is never older than its sources, suites among them', async () => {
    await list('closed.ack.empty');
    change(SUITE, 'RST at the last', 'SRT at the last');
    expect(await list('closed.aborted.*')).to.contain('SRT at the last');
    change('lib/cli/commands/list.ts', "field('cite',", "field('CITE',");
    expect(await list('closed.aborted.*'))
      .to.contain('CITE')
      .and.to.contain('SRT at the last');
    expect(builds()).to.have.length(3);
    // Back again: the first one still fits.
    change('lib/cli/commands/list.ts', "field('CITE',", "field('cite',");
    expect(await list('closed.aborted.*')).to.not.contain('CITE');
    expect(builds()).to.have.length(3);
  });

  it('tells of a mistake in terms of the sources', async () => {
    change(SUITE, 'rules: [', "rules: ['no-such-rule', ");
    expect(await list('closed.*')).to.match(
      /suites\/1-closed\/families\/late-segments\.ts:\d+: closed\.\S+: no such rule: no-such-rule/,
    );
    change(SUITE, 'rules: [', 'rules: [[');
    expect(await list('closed.*')).to.match(/suites\/1-closed\/families\/late-segments\.ts:\d+:\d+: ERROR/);
  });

  it('is made anew for who asks while another one is under way, which may have read an older source', async () => {
    interface Loader {
      load(): Promise<{ OURS: readonly { title: string }[] }>;
      end(): Promise<void>;
    }
    const { reloader } = (await import(pathToFileURL(join(clone, 'bin/build.js')).href)) as {
      reloader(program: string): Promise<Loader>;
    };
    const loader = await reloader('lib/catalogue/catalogue.ts');
    try {
      let title = 'RST at the last';
      for (const next of ['SRT at the last', 'TSR at the last', 'STR at the last']) {
        const { atimeMs } = statSync(join(clone, SUITE));
        let hasEnded = false;
        const begun = loader.load().finally(() => {
          hasEnded = true;
        });
        while (!hasEnded && statSync(join(clone, SUITE)).atimeMs === atimeMs) await setImmediate();
        change(SUITE, title, next);
        const [, { OURS }] = await Promise.all([begun, loader.load()]);
        expect(
          OURS.filter((one) => one.title.includes(next)),
          next,
        ).to.not.have.length(0);
        title = next;
      }
    } finally {
      await loader.end();
    }
  });

  it('is done without where it cannot be written', async () => {
    writeFileSync(join(clone, '.cache'), 'a file where the folder would be');
    expect(await list('closed.ack.empty')).to.match(/^closed.ack.empty /);
  });
});
