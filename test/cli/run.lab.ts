import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { textsIn } from '../report/page-texts.ts';
import { usePages } from '../report/pages.ts';
import { type Ended, temporaryFolder } from './cli.ts';
import { useTracelessRuns } from './traceless.ts';

describe('command line: run, with a baseline, and when it is ended early', function () {
  this.timeout(1_200_000);
  const folder = temporaryFolder();
  const pages = usePages();
  const reports = (name: string): string => join(folder, name);
  const listen = ['run', '--family', '4', '--only', 'listen.*'];
  const { begin } = useTracelessRuns();

  it('exits with 1 where the kernel deviates, and with 0 by --report-only or by a baseline', async function () {
    const first = await begin([...listen, '--format', 'dots', '--reports', reports('plain')]).ended;
    expect(first.code, first.stderr).to.equal(1);
    expect(first.stdout)
      .to.match(/^ {2}[.o!?]{20,}\n/m)
      .and.to.match(/LISTEN +\d+/);
    const baseline = reports('linux.json');
    const update = [
      'baseline',
      'update',
      '--results',
      join(reports('plain'), 'results.json'),
      '--baseline',
      baseline,
    ];
    expect((await begin(update).ended).code).to.equal(0);
    const gate = ['--baseline', baseline, '--reports', reports('gate')];
    const [reported, gated] = await Promise.all([
      begin([...listen, '--report-only', '--format', 'jsonl', '--reports', reports('jsonl')]).ended,
      begin([...listen, ...gate, '--format', 'spec', '--verbose']).ended,
    ]);
    expect(reported.code, reported.stderr).to.equal(0);
    const lines = reported.stdout.trim().split('\n');
    expect(lines).to.have.length(readResults(join(reports('jsonl'), 'results.json')).cases.length);
    for (const line of lines) expect(JSON.parse(line)).to.include.keys('id', 'family', 'verdicts');
    expect(gated.code, gated.stderr).to.equal(1);
    expect(gated.stdout)
      .to.match(/unreviewed \(\d+\)/)
      .and.to.match(/✓ listen\.rst\.empty/)
      .and.to.match(
        /✓ listen\.rst\.empty {2}IPv4 {2}conformant\n +\d+\.\d ms ━━▶ <SEQ=\d+><CTL=RST> {2}stimulus\n/,
      );
    // A person has given the reason. The same baseline passes; accepted deviations are counted, not printed again.
    writeFileSync(baseline, readFileSync(baseline, 'utf8').replaceAll('"unreviewed"', '"known since 2026"'));
    const open = await begin([...listen, ...gate]).ended;
    expect(open.code, open.stderr).to.equal(0);
    expect(open.stdout)
      .to.match(/✓ \d+ cases in .* accepted by /)
      .and.to.match(/✓ as the baseline says: \d+ accepted/);
    expect(open.stdout).not.to.match(/^ {2}1\) /m);
    // Accepted deviations still deviate: every report says so, and the pages show them as failures.
    const { cases } = readResults(join(reports('gate'), 'results.json'));
    const deviating = cases.filter((one) => verdictOf(one, 'rfc9293') === 'deviates');
    expect(deviating).not.to.have.length(0);
    const written = (name: string) => readFileSync(join(reports('gate'), name), 'utf8');
    expect(written('junit.xml').match(/<failure /g)).to.have.length(deviating.length);
    expect(written('summary.md')).to.match(/Accepted by .*linux\.json \(\d+\)[\s\S]*\| known since 2026 \|/);
    expect(JSON.parse(written('mochawesome.json')).stats.failures).to.equal(deviating.length);
    const page = await pages.open(this, pathToFileURL(join(reports('gate'), 'index.html')).href);
    const shown = `document.querySelectorAll('#matrix td.p3 a.deviates').length`;
    expect(await page.evaluate(shown)).to.equal(deviating.length);
  });

  const interrupted = async (signal: 'SIGINT' | 'SIGTERM', name: string): Promise<Ended> => {
    const run = begin(['run', '--family', '4', '--format', 'spec', '--reports', reports(name)]);
    let shown = '';
    await new Promise<void>((resolve) => {
      run.child.stdout?.on('data', (text: string) => {
        shown += text;
        if ((shown.match(/✓/g)?.length ?? 0) > 20) resolve();
      });
      run.child.once('exit', () => resolve());
    });
    run.child.kill(signal);
    return run.ended;
  };

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends in order by ${signal}: the reports say what was done`, async () => {
      const ended = await interrupted(signal, signal);
      expect(ended.code, ended.stderr).to.equal(code);
      const run = readResults(join(reports(signal), 'results.json'));
      expect(run.complete).to.equal(false);
      expect(run.cases.filter((one) => verdictOf(one, 'rfc9293') === 'conformant')).to.have.length.above(20);
      expect(textsIn(readFileSync(join(reports(signal), 'index.html'), 'utf8')).join('\n')).to.contain(
        'listen',
      );
    });
  }
});
