import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { cli, temporaryFolder } from './cli.ts';
import { useTracelessRuns } from './traceless.ts';

/* The one run of this machine's kernel that the quick tests have; more are in run.lab.ts. */
describe('command line: run', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const { begin, processes } = useTracelessRuns();

  it('exits with 1 when the kernel deviates, and with 0 once a baseline says why', async () => {
    const reports = join(folder, 'listen');
    const words = ['run', '--family', '4', '--only', 'listen.*', '--format', 'dots', '--reports', reports];
    const { code, stdout, stderr } = await begin(words).ended;
    expect(code, stderr).to.equal(1);
    expect(stdout)
      .to.match(/^ {2}[.o!?]{20,}\n/m)
      .and.to.match(/LISTEN +\d+/);
    const results = join(reports, 'results.json');
    const { cases, complete } = readResults(results);
    expect(complete).to.equal(true);
    expect(cases.map((one) => verdictOf(one, 'rfc9293'))).to.include.members(['conformant', 'deviates']);
    const baseline = join(folder, 'linux.json');
    const both = ['--results', results, '--baseline', baseline];
    expect((await cli(['baseline', 'update', ...both])).code).to.equal(0);
    expect((await cli(['gate', results, '--baseline', baseline])).code).to.equal(1);
    writeFileSync(baseline, readFileSync(baseline, 'utf8').replaceAll('"unreviewed"', '"known since 2026"'));
    const gate = await cli(['gate', results, '--baseline', baseline]);
    expect(gate.code, gate.stdout).to.equal(0);
    expect(gate.stdout).to.match(/✓ as the baseline says: \d+ accepted/);
  });

  it('ends at once by Ctrl-C before the first case', async () => {
    const run = begin(['run', '--reports', join(folder, 'early')]);
    // The engine's process exists, the target does not yet.
    while (processes().length < 2 && run.child.exitCode === null) await delay(20);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code, stderr).to.equal(130);
  });
});
