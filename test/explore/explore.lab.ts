import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { cliProcess } from '../cli/cli.ts';

// Suites import the package by its name: it is found from inside of it.
const FOLDER = fileURLToPath(new URL('../../.cache/explore-lab', import.meta.url));

describe('explore, over the wire', function () {
  this.timeout(1_200_000);
  beforeEach(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  const explore = (stack: string, scenarios: number, ...more: readonly string[]) =>
    cliProcess([
      ...['explore', '--stack', stack, '--scenarios', String(scenarios), '--seed', '3', '--family', '4'],
      ...['--reports', FOLDER, ...more],
    ]);

  it('finds nothing in the reference', async () => {
    const { code, stdout } = await explore('reference:rfc9293', 1000);
    expect(stdout).to.match(/^0 findings in 1,000 scenarios/m);
    expect(code).to.equal(0);
  });

  it('saves a finding that `run --suites` shows again, and knows it by its baseline', async () => {
    const stack = 'reference:rfc9293:listen-silent-for-ack';
    const { code, stdout } = await explore(stack, 400);
    expect(code).to.equal(1);
    expect(stdout).to.contain('LISTEN: <SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    const findings = join(FOLDER, 'explore/findings.json');
    expect(JSON.parse(readFileSync(findings, 'utf8')).findings).to.have.length.at.least(1);
    const page = readFileSync(join(FOLDER, 'explore/index.html'), 'utf8');
    expect(page).to.contain('LISTEN: &lt;SEQ=RCV.NXT&gt;&lt;ACK=SND.NXT&gt;&lt;CTL=ACK&gt;');
    expect(page).to.contain(`run --stack ${stack} --profile rfc9293 --suites`);
    for (const text of [
      '<a href="1.ts">',
      '<a href="1.pkt">',
      '<a href="1.pcapng">',
      '<svg',
      '<dt>expected</dt>',
    ])
      expect(page).to.contain(text);
    const run = await cliProcess([
      ...['run', '--stack', stack, '--suites', join(FOLDER, 'explore'), '--suites-only', '--family', '4'],
      ...['--reports', join(FOLDER, 'run')],
    ]);
    expect(run.code).to.equal(1);
    expect(run.stdout).to.contain('listen.explored.1');
    const again = await explore(stack, 400, '--baseline', findings);
    expect(again.stdout).to.match(/ that are known came again/);
    expect(again.stdout).not.to.contain(' LISTEN: <SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>\n');
  });

  for (const stack of ['linux', 'reference:rfc9293:listen-silent-for-ack'])
    it(`saves what fails each time by \`run\`: ${stack}`, async () => {
      const { stdout } = await explore(stack, 120);
      const [, count] = /^(\d+) findings? in 120 scenarios/m.exec(stdout) ?? [];
      expect(Number(count)).to.be.at.least(1);
      for (let time = 1; time <= 3; time += 1) {
        const folder = join(FOLDER, `run-${time}`);
        await cliProcess([
          ...['run', '--stack', stack, '--suites', join(FOLDER, 'explore'), '--suites-only', '--family', '4'],
          ...['--reports', folder, '--report-only'],
        ]);
        const { cases } = readResults(join(folder, 'results.json'));
        expect(cases.map((one) => verdictOf(one, 'rfc9293'))).to.deep.equal(
          Array.from({ length: Number(count) }, () => 'deviates'),
        );
      }
    });

  it('finds what ends the target', async () => {
    const { code, stdout } = await explore('reference:rfc9293:fin-out-of-order-exits', 300);
    expect(stdout).to.contain('the target is gone; it had to be restarted');
    expect(code).to.equal(1);
  });
});
