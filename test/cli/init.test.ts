import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readTargetFile } from '../../lib/target/target-file.ts';
import { BIN, cliProcess, expectRefusal, temporaryFolder } from './cli.ts';

const ANSWERS = ['--name', 'My stack 1.0', '--at', '192.0.2.9', '--driver', 'services'];

describe('command line: init', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let number = 0;
  let cwd: string;
  beforeEach(() => {
    number += 1;
    cwd = join(folder, `project-${number}`);
    mkdirSync(cwd);
  });
  const read = (file: string): string => readFileSync(join(cwd, file), 'utf8');
  const init = (...words: string[]) => cliProcess(['init', ...words], { cwd });

  it('writes a target file, a case that runs, and a CI job, by options', async () => {
    const { code, stdout, stderr } = await init(...ANSWERS);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('now: npx segment-arrives run --target-file tcp/target.json --suites tcp\n');
    const target = readTargetFile(join(cwd, 'tcp/target.json'));
    expect(target.addresses).to.deep.equal({ ipv4: '192.0.2.9' });
    const { $schema } = JSON.parse(read('tcp/target.json'));
    expect(existsSync(join(cwd, 'tcp', $schema)), $schema).to.equal(true);
    const ran = await cliProcess(
      ['run', '--dry-run', '--target-file', 'tcp/target.json', '--suites', 'tcp', '--suites-only'],
      { cwd },
    );
    expect(ran.stdout, ran.stderr).to.match(/^established\.my-stack-1-0\.ack-never-sent {2}4\n/);
    expect(read('.github/workflows/tcp.yml')).to.contain(
      'npx segment-arrives run --target-file tcp/target.json',
    );
  });

  it('starts a program on a tap, in a GitLab job where there is one', async () => {
    writeFileSync(join(cwd, '.gitlab-ci.yml'), '');
    const at = "./my-stack --tap {tap} --name 'a b'";
    const { code, stderr } = await init('--name', 'x', '--at', at, '--driver', 'upper-tester');
    expect(code, stderr).to.equal(0);
    expect(existsSync(join(cwd, '.github'))).to.equal(false);
    expect(read('tcp/gitlab-ci.yml')).to.contain(
      "lab tap --target-file tcp/target.json --suites tcp $gate --format dots --reports reports/tcp -- ./my-stack --tap {tap} --name ''a b'''",
    );
  });

  it("writes jobs whose scripts a shell can read, and whose gate is the baseline's once there is one", async () => {
    await init(...ANSWERS);
    const [, gate = ''] = /^ +(gate=.*)$/m.exec(read('.github/workflows/tcp.yml')) ?? [];
    const tell = (): string => execFileSync('sh', ['-ec', `${gate}\necho $gate`], { cwd, encoding: 'utf8' });
    expect(tell()).to.equal('--report-only\n');
    writeFileSync(join(cwd, 'tcp/baseline.json'), '{}');
    expect(tell()).to.equal('--baseline tcp/baseline.json\n');
  });

  it('asks three questions on a terminal, and takes what it proposes', async () => {
    const child = spawn('script', ['-qec', `${process.execPath} ${BIN} init --ci none`, '/dev/null'], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    let answered = 0;
    const answers = ['Acme TCP\n', '\n', 'await\n'];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const asked = shown.split('? [').length - 1;
      while (answered < asked) {
        child.stdin.write(answers[answered] ?? '\n');
        answered += 1;
      }
    });
    const [code] = await once(child, 'close');
    expect(code, shown).to.equal(0);
    const { name, driver } = readTargetFile(join(cwd, 'tcp/target.json'));
    expect([name, driver.kind]).to.deep.equal(['Acme TCP', 'await']);
    expect(answered).to.equal(3);
  });

  it('refuses what it cannot do, and overwrites nothing', async () => {
    expectRefusal(await init(), /give --name, --at and --driver/);
    expectRefusal(
      await init('--name', 'x', '--at', 'nowhere', '--driver', 'await'),
      /neither an address nor/,
    );
    expectRefusal(
      await init('--name', 'x', '--at', '192.0.2.9', '--driver', 'x'),
      /unknown; the drivers are/,
    );
    mkdirSync(join(cwd, 'tcp'));
    writeFileSync(join(cwd, 'tcp/first.ts'), 'mine');
    expectRefusal(await init(...ANSWERS), /tcp\/first\.ts is there already/);
    expect(existsSync(join(cwd, 'tcp/target.json'))).to.equal(false);
  });
});
