import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { say } from '../../lib/report/say.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { cliProcess, temporaryFolder } from './cli.ts';

/** The first line that is no sign of progress: on a busy machine the preflight takes longer than ten seconds, and says so. */
const firstTold = (stdout: string): string | undefined =>
  stdout.split('\n').find((line) => !/^ *preflight: measures the target before the first case/.test(line));

describe('command line: run, against a target with a fault that concerns every case', function () {
  this.timeout(1_200_000);
  const folder = temporaryFolder();
  const run = async (mutant: string, words: readonly string[]) => {
    const reports = join(folder, mutant);
    const stack = ['--stack', `reference:rfc9293:${mutant}`, '--reports', reports];
    const ended = await cliProcess(['run', ...stack, ...words]);
    return { ...ended, reports, results: readResults(join(reports, 'results.json')) };
  };
  const WITHOUT_RESETS = [
    '--family',
    '4',
    '--only',
    'closed.syn.empty,closed.rst.empty,established.rst.at-rcv-nxt',
  ];

  it('says first that closed ports do not reset, and exits with 1', async () => {
    const { code, stdout, stderr, results, reports } = await run('closed-silent', WITHOUT_RESETS);
    expect(code, stderr).to.equal(1);
    expect(firstTold(stdout)).to.equal('  ✗ it does not answer a SYN to a closed port, over IPv4');
    expect(stdout).to.contain('a firewall in front of the target would look the same');
    expect(results.preflightFaults?.map(({ id, gravity }) => `${id} ${gravity}`)).to.deep.equal([
      'syn-to-a-closed-port.ipv4 deviation',
    ]);
    const verdicts = results.cases.map((result) => `${result.id} ${verdictOf(result, 'rfc9293')}`);
    expect(verdicts.sort()).to.deep.equal([
      'closed.rst.empty conformant',
      'closed.syn.empty deviates',
      'established.rst.at-rcv-nxt conformant',
    ]);
    expect(readFileSync(join(reports, 'summary.md'), 'utf8')).to.contain(
      'does not answer a SYN to a closed port',
    );
  });

  it('goes on with both families where only IPv6 is bad, and names what blocks a case', async () => {
    const only = ['--only', 'listen.syn.empty,established.rst.at-rcv-nxt,syn-sent.rst.empty'];
    const { code, stdout, stderr, results } = await run('syn-ack-acknowledges-irs-over-ipv6', only);
    expect(code, stderr).to.equal(1);
    const line = 'its SYN,ACK acknowledges SEG.SEQ instead of SEG.SEQ+1, over IPv6';
    expect(firstTold(stdout)).to.equal(`  ✗ ${line}`);
    const due = (id: string, family: 4 | 6): string =>
      family === 4 || id === 'syn-sent.rst.empty'
        ? 'conformant'
        : id === 'listen.syn.empty'
          ? 'deviates'
          : 'inconclusive';
    expect(results.cases).to.have.length(6);
    for (const result of results.cases) {
      const { id, family } = result;
      expect(verdictOf(result, 'rfc9293'), `${id}, IPv${family}`).to.equal(due(id, family));
      if (result.outcome !== 'not run') continue;
      expect(result.why.kind === 'blocked' && result.why.by.id).to.equal('syn-to-listen.ipv6');
      expect(say.reason(result.why)).to.equal(`blocked by: ${line}`);
    }
  });
});
