import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { isFailure } from '../../lib/report/judgement.ts';
import { readResults } from '../../lib/report/results.ts';
import { needsChromium, visit } from './chromium.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const MOCHA = join(createRequire(import.meta.url).resolve('mocha/package.json'), '../bin/mocha.js');

describe('the reporter', function () {
  this.timeout(120_000);

  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'segment-arrives-reporter-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  function mocha(reports: string, file: string, environment: Record<string, string> = {}) {
    const options = ['--no-config', '--import=tsx', '--reporter', here('../../lib/report/reporter.ts')];
    return spawnSync(
      process.execPath,
      [MOCHA, ...options, '--reporter-option', `reportDir=${reports}`, file],
      { encoding: 'utf8', cwd: here('../..'), env: { ...process.env, NO_COLOR: '1', ...environment } },
    );
  }

  it('prints the summary, the failures last, and leaves every report', () => {
    const reports = join(directory, 'few');
    const { stdout, status, stderr } = mocha(reports, here('recorded-suite.ts'), { CASES_PER_STATE: '20' });
    const run = readResults(join(reports, 'results.json'));
    const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
    expect(status, stderr).to.equal(Math.min(failed.length, 255));
    expect(run).to.include({ complete: true, seed: 1 });
    expect(run.cases).to.have.length(12 * 20 * 2);
    expect(stdout).to.contain(`${run.cases.length} cases in `).and.contain(`: ${failed.length} fail`);
    expect(stdout.indexOf('  total ')).to.be.within(0, stdout.indexOf('  1) '));
    for (const { id } of failed) expect(stdout).to.contain(`) ${id}  IPv`);
    expect(stdout).to.contain('     rule      RFC 793 3.9');
    expect(stdout).not.to.contain('\u001b');
    const written = readdirSync(reports);
    expect(written).to.include.members([
      'mochawesome.html',
      'mochawesome.json',
      'index.html',
      'junit.xml',
      'pcap',
    ]);
  });

  it('lists what fails outside of cases as mocha does, and needs no run for it', () => {
    const file = join(directory, 'plain.test.ts');
    writeFileSync(
      file,
      "describe('plain', () => { it('works', () => {}); it('later'); it('breaks', () => { throw new Error('broken'); }); });",
    );
    const { stdout, status } = mocha(join(directory, 'plain'), file);
    expect(status).to.equal(1);
    expect(stdout).to.contain('1 passing').and.contain('1 pending').and.contain('Error: broken');
    expect(readdirSync(join(directory, 'plain')).sort()).to.deep.equal([
      'mochawesome.html',
      'mochawesome.json',
    ]);
  });

  it('fails with one sentence when a report can not be written', () => {
    const file = join(directory, 'fine.test.ts');
    writeFileSync(file, "it('works', () => {});");
    const { stderr, status } = mocha(join(file, 'inside'), file);
    expect(status).to.equal(1);
    expect(stderr).to.contain(`${join(file, 'inside', 'mochawesome.html')} could not be written.\n`);
  });

  it('leaves a page of a full run under 25 MB that opens within 3 s, without an error', function () {
    const reports = join(directory, 'full');
    mocha(reports, here('recorded-suite.ts'));
    const page = join(reports, 'mochawesome.html');
    expect(statSync(page).size).to.be.below(25e6);
    needsChromium(this);
    const probe =
      '<script type="module">addEventListener("load", () => { document.documentElement.dataset.ready = performance.now(); });</script>';
    writeFileSync(page, readFileSync(page, 'utf8').replace('</body>', `${probe}</body>`));
    const { dom, console } = visit(pathToFileURL(page).href);
    expect(console).to.deep.equal([]);
    expect(Number(/data-ready="([\d.]+)"/.exec(dom)?.[1])).to.be.within(1, 3000);
    expect(dom).to.contain('closed.ack.any.0 over IPv4');
  });
});
