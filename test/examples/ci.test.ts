import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BIN, cli, temporaryFolder } from '../cli/cli.ts';
import { skipWithout } from '../packages.ts';
import { type Invocation, invocationsIn } from './invocations.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RECIPES = ['github.yml', 'gitlab.yml', 'gate.sh'].map((name) => join('examples', 'ci', name));
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** A step of a recipe, and what it expects of its surroundings. */
interface Recipe {
  readonly steps: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The files that are kept, and those that are read as JUnit XML. */
  readonly kept: readonly string[];
  readonly junit?: string;
}

const YAML = `
import json, sys, yaml
document = yaml.safe_load(sys.stdin)
print(json.dumps(document))
`;

/** Reads YAML with PyYAML. */
function parseYaml(test: Mocha.Context, text: string): unknown {
  skipWithout(test, 'python3-yaml');
  const { status, stdout, stderr } = spawnSync('python3', ['-c', YAML], { input: text, encoding: 'utf8' });
  expect(status, stderr).to.equal(0);
  return JSON.parse(stdout);
}

describe('CI recipes', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('have a file each, and README names them all', () => {
    expect(readdirSync(join(ROOT, 'examples', 'ci')).sort()).to.deep.equal([
      'gate.sh',
      'github.yml',
      'gitlab.yml',
    ]);
    for (const recipe of RECIPES) expect(read('README.md')).to.contain(`(${recipe})`);
  });

  describe('name only what there is', () => {
    const all = [...RECIPES, 'README.md', 'CONTRIBUTING.md', 'agent/README.md'].flatMap((name) =>
      invocationsIn(read(name), name),
    );
    const pages = new Map<string, Promise<string>>();
    const helpOf = (command: string): Promise<string> => {
      const page = pages.get(command) ?? cli([...command.split(' '), '--help']).then(({ stdout }) => stdout);
      pages.set(command, page);
      return page;
    };
    /** What is wrong with a call. Empty when its command and all its options exist, each with or without a value as it should be. */
    async function faultsOf({ words }: Invocation): Promise<string[]> {
      const [first = '', second = ''] = words;
      const command = ['lab', 'baseline', 'upper-tester'].includes(first) ? `${first} ${second}` : first;
      const help = await helpOf(command);
      if (!help.includes(`segment-arrives ${command}`)) return [`no command ${command}`];
      // What follows -- is the program of the user.
      const end = words.includes('--') ? words.indexOf('--') : words.length;
      return words.slice(0, end).flatMap((word, index) => {
        if (!word.startsWith('-')) return [];
        const [, value] = new RegExp(`^  (?:-\\w, )?${word}( <[^>]+>)?(?= |$)`, 'm').exec(help) ?? [
          undefined,
          null,
        ];
        if (value === null) return [`${command} has no ${word}`];
        const next = words[index + 1];
        const given = next !== undefined && !next.startsWith('-');
        return value && !given ? [`${command} ${word} needs a value`] : [];
      });
    }

    it('and there are calls to look at', () => {
      for (const recipe of RECIPES)
        expect(
          all.some(({ where }) => where.startsWith(recipe)),
          recipe,
        ).to.equal(true);
      expect(all.filter(({ where }) => where.startsWith('README.md')).length).to.be.above(10);
    });

    for (const invocation of all) {
      it(`${invocation.where}: ${invocation.words.join(' ')}`, async () => {
        expect(await faultsOf(invocation)).to.deep.equal([]);
      });
    }

    it('and what there is not is found', async () => {
      const text = [
        'npx segment-arrives run --baselines x',
        'npx segment-arrives rum',
        'npx segment-arrives run --baseline',
        'npx segment-arrives gate a --baseline b --only "x y" > out',
      ].join('\n');
      const [flag, command, value, right] = invocationsIn(text, 'x.sh') as Invocation[];
      expect(await faultsOf(flag as Invocation)).to.deep.equal(['run has no --baselines']);
      expect(await faultsOf(command as Invocation)).to.deep.equal(['no command rum']);
      expect(await faultsOf(value as Invocation)).to.deep.equal(['run --baseline needs a value']);
      expect(right?.words).to.deep.equal(['gate', 'a', '--baseline', 'b', '--only', 'x y']);
      expect(await faultsOf(right as Invocation)).to.deep.equal([]);
    });
  });

  function githubRecipe(document: unknown): Recipe {
    const { jobs } = document as {
      jobs: Record<
        string,
        { env: Record<string, string>; steps: { run?: string; uses?: string; with?: { path?: string } }[] }
      >;
    };
    const [job] = Object.values(jobs);
    expect(job?.steps.every(({ run, uses }) => Boolean(run) !== Boolean(uses))).to.equal(true);
    return {
      steps: job?.steps.flatMap(({ run }) => (run ? [run] : [])) ?? [],
      environment: job?.env ?? {},
      kept: job?.steps.flatMap(({ with: given }) => (given?.path ? [given.path] : [])) ?? [],
    };
  }

  function gitlabRecipe(document: unknown): Recipe {
    const [job] = Object.values(
      document as Record<
        string,
        {
          variables: Record<string, string>;
          before_script: string[];
          script: string[];
          artifacts: { when: string; paths: string[]; reports: { junit: string } };
        }
      >,
    );
    expect(job?.artifacts.when).to.equal('always');
    return {
      steps: [...(job?.before_script ?? []), ...(job?.script ?? [])],
      environment: job?.variables ?? {},
      kept: job?.artifacts.paths ?? [],
      ...(job ? { junit: job.artifacts.reports.junit } : {}),
    };
  }

  describe('do what they say, step by step, nothing installed and nothing sent', () => {
    const checkout = join(folder, 'checkout');
    const stubs = join(folder, 'stubs');
    const log = join(folder, 'log');
    const summary = join(folder, 'summary');

    before(() => {
      for (const made of [
        stubs,
        join(checkout, 'reports', 'ci'),
        join(checkout, 'reports', 'baselines'),
        join(checkout, 'examples', 'ci'),
      ])
        mkdirSync(made, { recursive: true });
      copyFileSync(
        join(ROOT, 'reports/baselines/linux.json'),
        join(checkout, 'reports/baselines/linux.json'),
      );
      copyFileSync(join(ROOT, 'examples/ci/gate.sh'), join(checkout, 'examples/ci/gate.sh'));
      const stub = (name: string, does: string) =>
        writeFileSync(join(stubs, name), `#!/bin/sh\necho "${name} $*" >> '${log}'\n${does}\n`, {
          mode: 0o755,
        });
      stub('apt-get', '');
      stub('npm', 'mkdir -p node_modules');
      stub('sudo', 'exec "$@"');
      stub('npx', `shift\nexec '${process.execPath}' '${BIN}' "$@" --dry-run`);
      symlinkSync(process.execPath, join(stubs, 'node'));
    });

    /** Runs a recipe as its CI does: each step in a shell that ends at the first failure. */
    function follow({ steps, environment }: Omit<Recipe, 'kept'>): string {
      writeFileSync(log, '');
      writeFileSync(summary, '');
      let shown = '';
      for (const step of steps) {
        const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', step], {
          cwd: checkout,
          encoding: 'utf8',
          env: { PATH: `${stubs}:/usr/bin:/bin`, HOME: folder, ...environment, GITHUB_STEP_SUMMARY: summary },
        });
        expect(status, `${step}\n${stderr}`).to.equal(0);
        shown += stdout;
      }
      return shown;
    }

    const expectRun = (shown: string) => {
      expect(shown).to.match(/\d+ cases, \d+ tests .*; nothing was run\n/);
      expect(readFileSync(log, 'utf8')).to.match(/^npm ci$/m);
    };

    it('GitHub Actions: the summary is on the job page, the reports are kept', function () {
      const recipe = githubRecipe(parseYaml(this, read('examples/ci/github.yml')));
      writeFileSync(join(checkout, 'reports', 'ci', 'summary.md'), '## fine\n');
      expectRun(follow(recipe));
      expect(readFileSync(summary, 'utf8')).to.equal('## fine\n');
      expect(recipe.kept).to.deep.equal([reportsOf('github.yml')]);
    });

    it('GitLab: JUnit XML is where it is looked for, the reports are kept', function () {
      const recipe = gitlabRecipe(parseYaml(this, read('examples/ci/gitlab.yml')));
      expectRun(follow(recipe));
      expect(recipe.junit).to.equal(`${reportsOf('gitlab.yml')}/junit.xml`);
      expect(recipe.kept).to.deep.equal([reportsOf('gitlab.yml')]);
    });

    it('plain shell: takes a baseline from anywhere and more words, installs once', () => {
      const step =
        '../checkout/examples/ci/gate.sh ../checkout/reports/baselines/linux.json --only "listen.*" --family 4';
      rmSync(join(checkout, 'node_modules'), { recursive: true, force: true });
      const shown = follow({ steps: [step], environment: {} });
      expectRun(shown);
      expect(shown)
        .to.match(/^listen\.rst\.empty {2}4$/m)
        .and.not.match(/^closed\./m);
      follow({ steps: [step], environment: {} });
      expect(readFileSync(log, 'utf8')).not.to.contain('npm ci');
      const { status, stderr } = spawnSync('examples/ci/gate.sh', { cwd: ROOT, encoding: 'utf8' });
      expect([status, stderr]).to.deep.equal([2, 'usage: examples/ci/gate.sh BASELINE [OPTIONS OF run]\n']);
    });
  });

  /** The folder into which a recipe lets `run` write. */
  function reportsOf(name: string): string | undefined {
    const [call] = invocationsIn(read(join('examples', 'ci', name)), name);
    return call?.words[call.words.indexOf('--reports') + 1];
  }
});
