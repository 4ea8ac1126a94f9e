import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import Mocha from 'mocha';
import SegmentArrivesReporter from '../../lib/report/reporter.ts';
import { readResults } from '../../lib/report/results.ts';
import { attachRecord, RunRecord } from '../../lib/report/run-record.ts';
import { isFailure, verdictOf } from '../../lib/verdict/result.ts';
import { resultOf } from '../runner/results.ts';
import { usePages } from './pages.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const MOCHA = join(createRequire(import.meta.url).resolve('mocha/package.json'), '../bin/mocha.js');

describe('the reporter', function () {
  this.timeout(120_000);

  const pages = usePages();
  const full = () => join(directory, 'full');
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

  it('prints the failures, the summary last, and leaves every report', () => {
    const reports = join(directory, 'few');
    const { stdout, status, stderr } = mocha(reports, here('recorded-suite.ts'), { CASES_PER_STATE: '20' });
    const run = readResults(join(reports, 'results.json'));
    const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
    expect(status, stderr).to.equal(Math.min(failed.length, 255));
    expect(run).to.include({ complete: true, seed: 1 });
    expect(run.cases).to.have.length(12 * 20 * 2);
    expect(stdout).to.contain(`${run.cases.length} cases in `).and.contain(`: ${failed.length} fail`);
    expect(stdout.indexOf('  1) ')).to.be.within(0, stdout.indexOf('  total '));
    expect(stdout.indexOf('the most serious first')).to.be.above(stdout.indexOf('  total '));
    expect(stdout).to.contain('     cited     RFC 793 3.9');
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

  it('counts results as they come, before mocha asks for them', () => {
    const { suite } = new Mocha();
    const record = new RunRecord();
    const target = { name: 'a target', families: [4 as const] };
    record.settings = { version: '1', seed: 1, target, profile: 'rfc9293', strict: false, startedAt: '' };
    attachRecord(suite, record);
    suite.addTest(new Mocha.Test('a case', () => {}));
    const runner = new Mocha.Runner(suite, {});
    const { isTTY, write } = process.stdout;
    let written = '';
    const take = (text: string): boolean => {
      written += text;
      return true;
    };
    Object.assign(process.stdout, { isTTY: true, write: take });
    try {
      new SegmentArrivesReporter(runner, { reporterOptions: { reportDir: directory, writeReports: false } });
      runner.emit('start');
      const result = resultOf('deviates');
      record.noteArrival(result);
      record.recordResult(result);
      runner.emit('end');
    } finally {
      Object.assign(process.stdout, { isTTY, write });
    }
    expect(stripVTControlCharacters(written)).to.contain('0/1').and.contain('1/1  1 deviates');
  });

  it('lists failures outside of cases as mocha does, also without a run', () => {
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

  it('leaves a page of a full run under 6 MB', () => {
    mocha(full(), here('recorded-suite.ts'));
    expect(statSync(join(full(), 'mochawesome.html')).size).to.be.below(6e6);
  });

  it('that shows every case within 3 s, and one with its ladder and the way to its capture', async function () {
    const page = await pages.open(this, pathToFileURL(join(full(), 'mochawesome.html')).href);
    const run = readResults(join(full(), 'results.json'));
    // Loaded is not yet drawn: mochawesome makes its list after that.
    await page.until(
      `document.querySelectorAll('[class*="test--component"]').length === ${run.cases.length}`,
    );
    // Its filter answers: those that passed are not listed.
    await page.evaluate(`document.querySelector('[class*="navbar"] button').click()`);
    const passed = `[...document.querySelectorAll('input[type=checkbox]')].find((box) => /passed/i.test(box.id + box.closest('label, div').innerText))`;
    await page.until(passed);
    await page.evaluate(`${passed}.click()`);
    const failures = run.cases.filter((result) => isFailure(result, run.profile, run.strict)).length;
    await page.until(`document.querySelectorAll('[class*="test--component"]').length === ${failures}`);
    expect(await page.busyInYardsticks()).to.be.below(120);
    await page.evaluate(`${passed}.click()`);
    await page.until(
      `document.querySelectorAll('[class*="test--component"]').length === ${run.cases.length}`,
    );
    const failed = run.cases.find((one) => verdictOf(one, 'rfc9293') === 'deviates');
    await page.evaluate(`{
      const title = [...document.querySelectorAll('h4')].find((one) => one.title.startsWith('${failed?.id} over'));
      title.closest('summary').click();
    }`);
    await page.until(`document.querySelector('details[open] pre.table') !== null`);
    const inTest = (expression: string) =>
      page.evaluate(`{ const test = document.querySelector('details[open]'); return ${expression}; }`);
    const text = await inTest('test.innerText');
    for (const title of ['Rule', 'Case', 'Verdict under each profile', 'Expected against observed', 'Ladder'])
      expect(text).to.contain(`${title}:`);
    expect(text).to.match(/≠ .*\n[\s\S]*rfc9293 +deviates|rfc9293 +deviates[\s\S]*≠ /);
    expect(text).not.to.contain('at Context');
    // What stands in columns is not broken on a narrow screen, and what is read as text is.
    await page.show({ width: 390, height: 844 });
    const tables = await inTest(
      `[...test.querySelectorAll('pre.table')].map((one) => [one.textContent.trim().split('\\n').length, Math.round(one.querySelector('code').getBoundingClientRect().height / parseFloat(getComputedStyle(one.querySelector('code')).lineHeight))])`,
    );
    for (const [lines, drawn] of tables as [number, number][]) expect(drawn).to.equal(lines);
    expect(tables).to.have.length(2);
    expect(await inTest(`test.querySelector('pre:not(.table)').scrollWidth - test.clientWidth`)).to.be.below(
      1,
    );
    const href = await inTest(`test.querySelector('a[href$=".pcapng"]').href`);
    expect(existsSync(fileURLToPath(href as string))).to.equal(true);
  });
});
