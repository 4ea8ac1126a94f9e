import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { readBaseline } from '../../lib/report/baseline/baseline.ts';
import { type KnownStack, knownStack, type PackedStack, unpacked } from '../../lib/report/elsewhere.ts';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { temporaryFolder } from '../cli/cli.ts';
import { skipWithoutLab } from '../lab/skip.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LARGEST = 400_000;
const NOBODY = 65534;

const SUITE = `import { inState } from 'segment-arrives';

export default inState('CLOSED', [
  {
    id: 'closed.acme.ack',
    title: 'ACK for a connection that does not exist',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
    rules: ['3.10.7.1'],
  },
  {
    id: 'closed.acme.deviates',
    title: 'silence where a reset is due: this machine deviates',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: { reply: 'silence', then: 'CLOSED' },
    rules: ['3.10.7.1'],
  },
]);
`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command, also one that fails. */
async function run(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [command, ...args] = words as [string, ...string[]];
  try {
    const ended = await promisify(execFile)(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', npm_config_update_notifier: 'false', ...env },
    });
    return { code: 0, ...ended };
  } catch (error) {
    return error as unknown as Ended;
  }
}

async function succeed(words: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await run(words, cwd, env);
  expect(code, `${words.join(' ')}: ${stdout}${stderr}`).to.equal(0);
  return stdout;
}

describe('the package, in a project of somebody else', function () {
  this.timeout(1_200_000);
  const folder = temporaryFolder();
  const project = join(folder, 'project');
  const home = join(folder, 'home');

  before(async function () {
    skipWithoutLab(this);
    await succeed(['npm', 'pack', '--pack-destination', folder], ROOT);
    for (const path of [project, home, join(project, 'tcp')]) mkdirSync(path, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
    writeFileSync(join(project, 'tcp/acme.ts'), SUITE);
    await succeed(['npm', 'install', '--save-dev', '--prefer-offline', tarball()], project);
    statSync(folder).uid === 0 && chownSync(home, NOBODY, NOBODY);
    await succeed(['chmod', '-R', 'a+rX', folder], folder);
  });

  const tarball = (): string =>
    join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) as string);

  it('is small, and has no test, no report and no source of a program', async () => {
    expect(statSync(tarball()).size).to.be.below(LARGEST);
    const files = (await succeed(['tar', 'tzf', tarball()], folder)).trim().split('\n');
    expect(files).to.include('package/agent/core/core.c');
    const unwanted =
      /^package\/(test|reports|bench|suites|bin\/(pack|build))|(?<!^package\/dist\/api\.d)\.ts$/;
    expect(files.filter((file) => unwanted.test(file))).to.deep.equal([]);
  });

  it("knows what the lab's other stacks do", () => {
    const file = join(project, 'node_modules/segment-arrives/dist/known-stacks.json');
    const stacks = JSON.parse(readFileSync(file, 'utf8')) as PackedStack[];
    const folder = join(ROOT, 'reports/baselines');
    const expected = readdirSync(folder).map((name) => knownStack(readBaseline(join(folder, name))));
    const plain = ({ name, profile, deviations }: KnownStack) => {
      const seen = [...deviations].map(([key, { kind, stateAfter }]) => `${key} ${kind} ${stateAfter}`);
      return [name, profile, ...seen.sort()];
    };
    expect(stacks.map(unpacked).map(plain)).to.deep.equal(expected.map(plain));
  });

  it('has types', async () => {
    const config = {
      compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: [] },
      include: ['tcp'],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
    const compile = [process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', '.'];
    await succeed(compile, project);
    writeFileSync(join(project, 'tcp/wrong.ts'), SUITE.replace("then: 'CLOSED'", "then: 'CLSED'"));
    const { stdout } = await run(compile, project);
    await succeed(['rm', 'tcp/wrong.ts'], project);
    expect(stdout).to.match(/^tcp\/wrong\.ts\(/);
  });

  const users = [
    { name: 'this user', prefix: [] as string[] },
    ...(process.getuid?.() === 0
      ? [
          {
            name: 'an ordinary user',
            prefix: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'],
          },
        ]
      : []),
  ];
  for (const release of ['this', 24, 26] as const) {
    for (const { name, prefix } of users) {
      it(`runs cases of its own against a baseline of its own, as ${name}, on ${release} Node`, async () => {
        const own = prefix.length > 0 ? { HOME: home, XDG_CACHE_HOME: join(home, '.cache') } : {};
        const path = [dirname(await nodeOf(release)), process.env.PATH].join(delimiter);
        const env = { ...own, PATH: path };
        const reports = join(home, `reports-${release}-${prefix.length}`);
        const baseline = join(reports, 'baseline.json');
        const words = [...prefix, 'npx', 'segment-arrives'];
        const suites = ['--suites', 'tcp'];
        const tested = [...words, 'run', ...suites, '--suites-only', '--reports', reports];
        const first = await run(tested, project, env);
        expect(first.code, first.stderr).to.equal(1);
        expect(first.stderr).to.equal('');
        const { cases } = readResults(join(reports, 'results.json'));
        expect(cases.map((one) => [one.id, verdictOf(one, 'rfc9293')])).to.deep.equal([
          ...[
            ['closed.acme.ack', 'conformant'],
            ['closed.acme.deviates', 'deviates'],
          ],
          ...[
            ['closed.acme.ack', 'conformant'],
            ['closed.acme.deviates', 'deviates'],
          ],
        ]);
        const results = ['--results', join(reports, 'results.json'), '--baseline', baseline];
        await succeed([...words, 'baseline', 'update', ...suites, ...results], project, env);
        const text = readFileSync(baseline, 'utf8');
        await succeed(
          [
            ...prefix,
            'sh',
            '-c',
            'cat >"$0" <<EOF\n$1\nEOF',
            baseline,
            text.replaceAll('unreviewed', 'known'),
          ],
          project,
        );
        await succeed([...tested, '--baseline', baseline], project, env);
      });
    }
  }

  /** A package of npm has the program and its headers. */
  async function nodeOf(release: 'this' | number): Promise<string> {
    if (release === 'this') return process.execPath;
    const name = `node-linux-${process.arch}`;
    const path = join(folder, `node-${release}`);
    mkdirSync(path, { recursive: true });
    const install = [
      'npm',
      'install',
      '--no-save',
      '--prefer-offline',
      '--prefix',
      path,
      `${name}@${release}`,
    ];
    await succeed(install, path);
    await succeed(['chmod', '-R', 'a+rX', path], path);
    return join(path, 'node_modules', name, 'bin/node');
  }
});
