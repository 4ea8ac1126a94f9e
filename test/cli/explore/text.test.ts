import { expect } from 'chai';
import { exploredText, findingText } from '../../../lib/cli/explore/text.ts';
import type { Finding } from '../../../lib/explore/finding.ts';
import type { Played } from '../../../lib/explore/played.ts';
import { parseSegment } from '../../../lib/notation/index.ts';

describe('the text of a finding', () => {
  it('tells what is known where an exception has kept it from being saved', () => {
    const sequence = {
      place: { state: 'LISTEN', conditions: [] },
      steps: [{ send: [parseSegment('<SEQ=RCV.NXT><CTL=ACK>')] as const }],
    } as const;
    const trace: Played['trace'] = {
      worlds: [],
      terms: {
        ...{ profile: 'rfc9293', isListening: true, longestDelay: 500 },
        ...{ timeWait: { atLeast: 2000, atMost: 240_000 }, unsaidMss: 536 },
      },
      steps: [],
    };
    const finding: Finding = {
      ...{
        number: 4,
        sequence,
        effect: { due: ['RST'], seen: 'silence' },
        tries: 7,
        also: [],
        times: 1,
        habits: [],
      },
      ...{ looks: 0, found: { sequence, step: 0 }, confirmed: { times: 3, of: 3 } },
      failure: { step: 0, seen: [], kind: 'silence', worlds: [], before: [] },
      played: { outcome: 'failed', log: [], start: 0, numbers: 0, trace, traces: {}, waited: 0, took: 0 },
    };
    const trouble = { trouble: 'no such state' };
    const lines = findingText(finding, trouble, trouble)
      .split('\n')
      .map((line) => line.trim());
    expect(lines[0]).to.contain('4  LISTEN: <SEQ=RCV.NXT>');
    expect(lines).to.include.members(['expected  RST', 'observed  silence', 'not saved no such state']);
  });
});

describe('the text at the end', () => {
  it('tells what was confirmed, and does not fail each time as a scenario', () => {
    const text = exploredText(0, {
      ...{ sequences: 10, outcomes: {}, dismissed: 0, accepted: [], passed: 0, unexamined: 0, troubles: [] },
      ...{ took: 1000, waiting: 0, pairs: 4, byStep: [] },
      unrepeated: [{ sequence: 'LISTEN: CLOSE', failed: 'RST is due, silence comes', deviated: 2, of: 3 }],
    });
    expect(text).to.match(/^0 findings in 10 scenarios/);
    expect(text).to.contain(
      'not repeatable: LISTEN: CLOSE (RST is due, silence comes): its scenario fails 2 of 3 times by `run`',
    );
  });

  it('tells in numbers what has no verdict', () => {
    const text = exploredText(1, {
      ...{
        sequences: 10,
        outcomes: { explained: 7, disturbed: 2 },
        dismissed: 1,
        unexamined: 3,
        troubles: [],
      },
      ...{ accepted: [{ name: 'a-habit', times: 1 }], passed: 2, unrepeated: [] },
      ...{ took: 1000, waiting: 0.5, pairs: 4, byStep: [] },
    });
    expect(text.split('\n').slice(1)).to.deep.equal([
      '  4 pairs of state and event were met; without a verdict: 2 disturbed; 1 failure did not come again; 3 failures were not looked at for want of time',
      '  went on behind a deviation that is known 2 times',
      '  known     a-habit (once)',
    ]);
  });
});
