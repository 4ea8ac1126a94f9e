import { expect } from 'chai';
import { parseResults, toResults } from '../../lib/report/results.ts';
import { factTexts } from '../../lib/report/target-facts.ts';
import type { TargetFacts } from '../../lib/verdict/target-facts.ts';
import { syntheticFacts, syntheticRun } from './fixture.ts';

const texts = (facts: Partial<TargetFacts> = {}) => {
  const { target } = syntheticRun();
  return Object.fromEntries(factTexts({ ...target, facts: { ...syntheticFacts, ...facts } }));
};

describe('the facts of a target', () => {
  it('are written one by one', () => {
    expect(texts()).to.deep.equal({
      driver: 'upper tester at 192.0.2.2:10793',
      'round trip, median (ms)': '0.2',
      'round trip, worst (ms)': '1.5',
      'round trip, spread (ms)': '1.4',
      'path, in percent': '0 lost, 0 doubled, 0 out of order',
      'resets at once': 'no limit seen at 100',
      'challenge ACKs on one connection': '1 of 10',
      'challenge ACKs on many connections at once': '60 of 60',
      'SYN,ACK sent again after (ms)': '1034',
      'FIN sent again after (ms)': 'not seen',
      'half-open connections at once': '8 of 60',
      'SYN cookies': 'beyond 8 half-open connections',
      'accepts a connection': 'when established',
      'RFC 5961 3.2 (RST)': 'adopted',
      'RFC 5961 4.2 (SYN)': 'adopted',
      'RFC 5961 5.2 (ACK)': 'unknown: the driver cannot bring the target into the state',
      'RCV.NXT is never': '0 or 1: it crashes',
      'described: connections at once': '3',
      'described: half close': 'no',
    });
  });

  it('show whether a limit was seen, and what could not be measured', () => {
    expect(texts({ resetsAtOnce: 'silent' })['resets at once']).to.equal('none: its closed ports are silent');
    expect(texts({ resetsAtOnce: { asked: 100, answered: 20 } })['resets at once']).to.equal('20 of 100');
    expect(texts({ halfOpen: undefined })['SYN cookies']).to.contain('unknown');
    expect(texts({ halfOpen: { asked: 9, held: 0, cookies: 9 } })['SYN cookies']).to.equal('yes');
    expect(texts({ halfOpen: { asked: 9, held: 9, cookies: 0 } })).to.include({
      'half-open connections at once': 'no limit seen at 9',
      'SYN cookies': 'no',
    });
  });

  it('are stored as data and read back; older results have none', () => {
    const run = syntheticRun();
    const read = parseResults(JSON.parse(JSON.stringify(toResults(run))), 'a file');
    expect(read.target).to.deep.equal(run.target);
    const { facts: _, ...target } = run.target;
    expect(factTexts(target)).to.deep.equal([]);
  });
});
