import { expect } from 'chai';
import { preflightText, runText } from '../../lib/report/console.ts';
import { junitXml } from '../../lib/report/junit.ts';
import { markdownSummary } from '../../lib/report/markdown.ts';
import { matrixData } from '../../lib/report/matrix/encode.ts';
import { caseOf, failingFaults } from '../../lib/report/preflight-faults.ts';
import { parseResults } from '../../lib/report/results.ts';
import type { Run, RunFault } from '../../lib/report/run.ts';
import { blockerOf } from '../../lib/verdict/preflight-fault.ts';
import { stored, storedNotRun } from '../cli/stored.ts';
import { finding } from './preflight-fault.ts';
import { resultsText } from './results-text.ts';

const LINE = 'its SYN,ACK acknowledges SEG.SEQ instead of SEG.SEQ+1, over IPv4';

const run = (parts: Partial<Run> = {}): Run => ({
  ...{ version: '0.1.0', seed: 1, profile: 'rfc9293', strict: false, durationMs: 10, complete: true },
  target: { name: 'a stack', address: '192.0.2.2', families: [4] },
  startedAt: '2026-01-02T03:04:05.000Z',
  cases: [
    stored('listen.syn.empty', 'deviates'),
    storedNotRun('established.ack.one-before', { kind: 'blocked', by: finding() }),
  ],
  preflightFaults: [finding()],
  ...parts,
});

describe('faults of the preflight', () => {
  it('come first on the console, with rule, port, what was expected and seen, and the remedy', () => {
    const text = runText(run(), { colour: false });
    expect(text.split('\n')[0]).to.equal(`  ✗ ${LINE}; 1 case is blocked by it`);
    expect(text).to.contain('     step      SYN to LISTEN, port 7930 of the target, over IPv4\n');
    expect(text).to.contain('     expected  <SEQ=ANY><ACK=SEG.SEQ+1><CTL=SYN,ACK>\n');
    expect(text).to.contain('     observed  <SEQ=5000><ACK=SEG.SEQ><CTL=SYN,ACK>\n');
    expect(text).to.match(/ {5}remedy {4}\S/);
    expect(text).to.contain('◀━━ <SEQ=ISS><ACK=IRS><CTL=SYN,ACK>');
    // What they block is counted with them and not listed case by case.
    expect(text).not.to.contain('established.ack.one-before');
    const summary = runText(run(), { colour: false });
    expect(summary.indexOf(LINE)).to.be.within(0, summary.indexOf('conformant'));
    expect(runText(run({ preflightFaults: [] }))).not.to.contain(LINE);
  });

  it('fail the run even if all its cases conform, unless they are only obstacles or were described', () => {
    const cases = [stored('listen.rst.empty', 'conformant')];
    expect(runText(run({ cases }), { colour: false })).to.match(
      /✗ 1 case in .*: 1 fault of the preflight fails the run$/,
    );
    for (const gravity of ['obstacle', 'described'] as const) {
      const mild = run({ cases, preflightFaults: [finding({ gravity })] });
      expect(failingFaults(mild)).to.deep.equal([]);
      expect(runText(mild, { colour: false })).to.match(/no failures$/);
      expect(preflightText(mild, { colour: false })).to.match(/^ {2}! its SYN,ACK/);
    }
  });

  it('are accepted with the case that tests the same', () => {
    const accepts = (one: RunFault): boolean => caseOf(one).id === 'listen.syn.empty';
    expect(failingFaults(run(), accepts)).to.deep.equal([]);
    expect(failingFaults(run(), () => false)).to.deep.equal([finding()]);
    expect(caseOf(finding())).to.deep.equal({ id: 'listen.syn.empty', family: 4 });
  });

  it('remark that a filter would look the same where nothing came back', () => {
    const silent = finding({ observed: [], wrong: [], mayBeFilter: true });
    const text = preflightText(run({ preflightFaults: [silent] }), { colour: false });
    expect(text).to.match(/^ {2}✗ it does not answer a SYN to a port that listens, over IPv4/);
    expect(text).to.contain('     remark    a firewall in front of the target would look the same\n');
  });

  it('come first in the summary, the JUnit report and the page', () => {
    const markdown = markdownSummary(run());
    expect(markdown.indexOf(LINE)).to.be.within(0, markdown.indexOf('| state |'));
    const xml = junitXml(run());
    expect(xml).to.match(/<testsuites [^>]*tests="3" failures="2" errors="1"/);
    expect(xml.indexOf('<testsuite name="preflight" tests="1" failures="1"')).to.be.within(
      0,
      xml.indexOf('<testsuite name="ESTABLISHED"'),
    );
    const [shown] = matrixData([run()], []).stacks;
    expect(shown?.preflightFaults[0]).to.include({
      gravity: 'deviation',
      line: `${LINE}; 1 case is blocked by it`,
    });
  });

  it('are stored with their packets left out, and read back', () => {
    const before = run();
    const after = parseResults(JSON.parse(resultsText(before)), 'a file');
    expect(after.preflightFaults).to.deep.equal(before.preflightFaults);
    expect(after.cases[1]).to.deep.include({ outcome: 'not run' });
    expect(runText(after, { colour: false })).to.equal(runText(before, { colour: false }));
    const without = run();
    const { preflightFaults: _, ...older } = JSON.parse(resultsText(without));
    expect(parseResults(older, 'a file of before').preflightFaults).to.equal(undefined);
  });

  it('are read from results of format 2, which called them findings', () => {
    const { preflightFaults, findings, ...rest } = JSON.parse(resultsText(run()));
    const older = { ...rest, format: 2, findings: preflightFaults, caseFindings: findings };
    expect(parseResults(older, 'a file').preflightFaults).to.deep.equal(run().preflightFaults);
  });

  it('block the cases that begin in their states, over their family alone', () => {
    const preflightFaults = [{ ...finding(), records: [] }];
    const established = { state: 'ESTABLISHED', family: 4 } as const;
    expect(blockerOf(established, preflightFaults)?.id).to.equal('syn-to-listen.ipv4');
    expect(blockerOf({ ...established, family: 6 }, preflightFaults)).to.equal(undefined);
    const synReceived = { state: 'SYN-RECEIVED', family: 4 } as const;
    expect(blockerOf({ ...synReceived, origin: 'passive' }, preflightFaults)).not.to.equal(undefined);
    expect(blockerOf({ ...synReceived, origin: 'active' }, preflightFaults)).to.equal(undefined);
    const closed = [{ ...finding({ blocks: [{ state: 'CLOSED', closedBy: 'abort' }] }), records: [] }];
    expect(blockerOf({ state: 'CLOSED', family: 4 }, closed)).to.equal(undefined);
    expect(blockerOf({ state: 'CLOSED', closedBy: 'abort', family: 4 }, closed)).not.to.equal(undefined);
  });
});
