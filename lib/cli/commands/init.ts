import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { parseTargetFile } from '../../target/target-file.ts';
import { EXIT, UsageError } from '../failure.ts';

const SCHEMA = fileURLToPath(new URL('../../../schemas/target-file.schema.json', import.meta.url));

const EXAMPLES = `
Asks three questions, unless options answer them, and writes a target file, a first case of your own and a CI job.

Examples:
  segment-arrives init
  segment-arrives init --name 'My stack 1.0' --at 192.0.2.2 --driver services
  segment-arrives init --name my-stack --at './my-stack --tap {tap} --ip {target}' --driver upper-tester --ci gitlab`;

/** What a driver needs to know at least, to be changed by hand. */
const DRIVERS = {
  'upper-tester': { kind: 'upper tester', port: 10_793 },
  services: { kind: 'services', services: [{ port: 7 }] },
  command: { kind: 'command', run: 'ssh root@192.0.2.2 nc -n {address} {port}' },
  await: { kind: 'await', port: 8793 },
  lines: { kind: 'lines' },
} as const;
type DriverName = keyof typeof DRIVERS;
const DRIVER_NAMES = Object.keys(DRIVERS) as DriverName[];

const CI = ['github', 'gitlab', 'none'] as const;

interface InitOptions {
  readonly name?: string;
  readonly at?: string;
  readonly driver?: string;
  readonly ci?: (typeof CI)[number];
  readonly folder: string;
}

interface Answers {
  readonly name: string;
  /** An address, or a command that starts it on a tap. */
  readonly at: string;
  readonly driver: DriverName;
}

export function declare(command: Command): void {
  command
    .option('--name <name>', 'what your TCP is called, with its version')
    .option('--at <place>', 'its address; or the command that starts it on a tap, with {tap} in it')
    .option('--driver <kind>', `what drives its application: ${DRIVER_NAMES.join(', ')}`)
    .addOption(new Option('--ci <system>', 'the CI job to write (default: by what is there)').choices(CI))
    .option('--folder <folder>', 'where the target file and your cases go', 'tcp')
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitOptions) => {
      const answers = await answersFor(options);
      const files = filesFor(answers, options);
      const taken = Object.keys(files).find((file) => existsSync(file));
      if (taken !== undefined) throw new UsageError(`${taken} is there already: nothing was written`);
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
        console.log(`wrote ${file}`);
      }
      console.log(`\nnow: npx segment-arrives ${runWords(answers, options.folder).join(' ')}`);
      process.exitCode = EXIT.asExpected;
    });
}

/** From the options, or else from the terminal. @throws UsageError */
async function answersFor({ name, at, driver }: InitOptions): Promise<Answers> {
  const questions = [
    { given: name, text: 'What is your TCP called?', otherwise: 'my-stack' },
    {
      given: at,
      text: 'Where is it: an address, or the command that starts it on a tap, with {tap} in it?',
      otherwise: './my-stack --tap {tap} --ip {target}',
    },
    {
      given: driver,
      text: `What drives its application: ${DRIVER_NAMES.join(', ')}?`,
      otherwise: 'upper-tester',
    },
  ];
  const isOpen = questions.some(({ given }) => given === undefined);
  if (isOpen && !process.stdin.isTTY)
    throw new UsageError(
      'init asks its questions on a terminal: without one, give --name, --at and --driver',
    );
  const terminal = isOpen ? createInterface(process.stdin, process.stdout) : undefined;
  const answers: string[] = [];
  for (const { given, text, otherwise } of questions)
    answers.push(given ?? ((await terminal?.question(`${text} [${otherwise}] `))?.trim() || otherwise));
  terminal?.close();
  const [called = '', place = '', kind = ''] = answers;
  if (!(kind in DRIVERS))
    throw new UsageError(`--driver ${kind}: unknown; the drivers are ${DRIVER_NAMES.join(', ')}`);
  if (isIP(place) === 0 && !place.includes('{tap}'))
    throw new UsageError(`--at ${place}: neither an address nor a command with {tap} in it`);
  return { name: called, at: place, driver: kind as DriverName };
}

/** The files and what they hold. */
function filesFor(answers: Answers, { folder, ci }: InitOptions): Readonly<Record<string, string>> {
  const system = ci ?? (existsSync('.gitlab-ci.yml') ? 'gitlab' : 'github');
  const targetFile = join(folder, 'target.json');
  const addresses =
    isIP(answers.at) === 6 ? { ipv6: answers.at } : { ipv4: isIP(answers.at) ? answers.at : '192.0.2.2' };
  const target = {
    $schema: relative(folder, SCHEMA),
    name: answers.name,
    addresses,
    // On a tap, the program itself takes the lines.
    driver:
      isIP(answers.at) && answers.driver === 'lines'
        ? { kind: 'lines', port: 10_794 }
        : DRIVERS[answers.driver],
    limits: { connections: 16 },
  };
  parseTargetFile(target, targetFile);
  const job = runWords(answers, folder);
  return {
    [targetFile]: `${JSON.stringify(target, null, 2)}\n`,
    [join(folder, 'first.ts')]: firstCase(answers.name),
    ...(system === 'github' ? { [join('.github', 'workflows', 'tcp.yml')]: github(job, folder) } : {}),
    ...(system === 'gitlab' ? { [join(folder, 'gitlab-ci.yml')]: gitlab(job, folder) } : {}),
  };
}

const runWords = ({ at }: Answers, folder: string): readonly string[] => {
  const options = ['--target-file', `${folder}/target.json`, '--suites', folder];
  return isIP(at) ? ['run', ...options] : ['lab', 'tap', ...options, '--', at];
};

/** The part of an id that is the project's own. */
const wordOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'own';

const firstCase = (name: string): string => `import { inState } from 'segment-arrives';

// Each file in this folder exports the cases of one state: \`--suites\` runs them beside those of segment-arrives.
export default inState('ESTABLISHED', [
  {
    id: 'established.${wordOf(name)}.ack-never-sent',
    title: 'ACK of one octet that was never sent',
    // The variables are those of your TCP, before the segment.
    send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
    expect: { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'ESTABLISHED' },
    rules: ['RFC 793 3.9 fifth', '3.10.7.4 fifth'],
  },
]);
`;

/** As long as there is no baseline, a run that is complete passes. */
const script = (job: readonly string[], folder: string): readonly string[] => {
  const split = job.indexOf('--');
  const [ours, program] = split < 0 ? [job, []] : [job.slice(0, split), job.slice(split)];
  return [
    `gate=--report-only; [ ! -f ${folder}/baseline.json ] || gate="--baseline ${folder}/baseline.json"`,
    `npx segment-arrives ${[...ours, '$gate', '--format', 'dots', '--reports', 'reports/tcp', ...program].join(' ')}`,
  ];
};

const PACKAGES = 'build-essential iproute2 util-linux';

const github = (
  job: readonly string[],
  folder: string,
): string => `# The first runs only report. Then accept what your TCP does, with a reason for each finding:
#   npx segment-arrives baseline update --results reports/tcp/results.json --baseline ${folder}/baseline.json --suites ${folder}
name: TCP conformance

on:
  push:
  workflow_dispatch:

jobs:
  conformance:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - name: Install
        run: |
          sudo apt-get update -qq
          sudo apt-get install -y -qq --no-install-recommends ${PACKAGES}
          npm ci
      # As root: on this image only root may make network namespaces, and raw sockets take root.
      - name: Run
        run: |
          sudo env "PATH=$PATH" bash -e <<'END'
${script(job, folder)
  .map((line) => `          ${line}`)
  .join('\n')}
          END
      - name: Show on the job's page
        if: always()
        run: |
          if [ -f reports/tcp/summary.md ]; then cat reports/tcp/summary.md >> "$GITHUB_STEP_SUMMARY"; fi
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: tcp-conformance
          path: reports/tcp
`;

const gitlab = (
  job: readonly string[],
  folder: string,
): string => `# In .gitlab-ci.yml: include: [{ local: ${folder}/gitlab-ci.yml }]. The runner must allow network namespaces.
# The first runs only report. Then accept what your TCP does, with a reason for each finding:
#   npx segment-arrives baseline update --results reports/tcp/results.json --baseline ${folder}/baseline.json --suites ${folder}
tcp-conformance:
  image: node:24-bookworm
  timeout: 20 minutes
  before_script:
    - apt-get update -qq
    - apt-get install -y -qq --no-install-recommends ${PACKAGES}
    - npm ci
  script:
${script(job, folder)
  .map((line) => `    - '${line.replaceAll("'", "''")}'`)
  .join('\n')}
  artifacts:
    when: always
    expire_in: 4 weeks
    paths: [reports/tcp]
    reports:
      # The merge request's page shows each case as a test.
      junit: reports/tcp/junit.xml
`;
