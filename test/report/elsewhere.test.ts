import { expect } from 'chai';
import { OURS } from '../../lib/catalogue/catalogue.ts';
import type { AcceptedCase } from '../../lib/report/baseline/baseline.ts';
import { alsoOn, knownStack, unpacked } from '../../lib/report/elsewhere.ts';
import { findingsOf } from '../../lib/report/findings.ts';
import type { ReportCase } from '../../lib/report/run.ts';
import { stored } from '../cli/stored.ts';

const IDS = ['established.ack.far-before', 'established.ack.one-before'];

const accepted = (id: string, more: Partial<AcceptedCase> = {}): AcceptedCase => ({
  ...{ id, family: 4, verdict: 'deviates', kind: 'empty-ack', stateAfter: 'ESTABLISHED' },
  ...more,
});

const stack = (name: string, cases: AcceptedCase[], profile: 'rfc793' | 'rfc9293' = 'rfc9293') =>
  knownStack({ suite: 'segment-arrives', target: name, profile, findings: [{ reason: 'a habit', cases }] });

const target = { name: 'mine', families: [4] as const };

function also(stacks: readonly ReturnType<typeof stack>[]) {
  const cases: ReportCase[] = IDS.map((id) => stored(id, 'deviates'));
  const run = { cases, target, profile: 'rfc9293' } as const;
  const [finding, ...others] = findingsOf(run);
  expect(others).to.deep.equal([]);
  return finding && alsoOn(finding, run, stacks);
}

describe('the same finding on other stacks', () => {
  const [one = '', other = ''] = IDS;
  it('is one where half of its cases at least were observed alike', () => {
    expect(also([stack('B', [accepted(one)]), stack('A', [accepted(one), accepted(other)])])).to.deep.equal([
      'A',
      'B',
    ]);
  });
  it('is none where the reply or the state differs, or where it is only permitted', () => {
    const others = [
      stack('A', [accepted(one, { kind: 'silence' })]),
      stack('B', [accepted(one, { stateAfter: 'CLOSED' })]),
      stack('C', [accepted(one, { verdict: 'permitted' })]),
    ];
    expect(also(others)).to.deep.equal([]);
  });
  it('is never that of the target itself, nor one judged by another profile', () => {
    expect(also([stack('mine', [accepted(one)]), stack('A', [accepted(one)], 'rfc793')])).to.deep.equal([]);
  });
  it('is found in what the published package holds of a stack', () => {
    const { deviations } = unpacked({
      ...{ name: 'A', profile: 'rfc9293' },
      observed: { 'silence|CLOSED': [[3, 2], [], [4]], 'rst|LISTEN': [[], [0], []] },
    });
    const seen = (place: number, family: 4 | 6, kind: string, stateAfter: string) =>
      [`${OURS[place]?.id} ${family}`, { kind, stateAfter }] as const;
    expect([...deviations]).to.deep.equal([
      ...[3, 5].flatMap((place) => ([4, 6] as const).map((f) => seen(place, f, 'silence', 'CLOSED'))),
      seen(4, 6, 'silence', 'CLOSED'),
      seen(0, 4, 'rst', 'LISTEN'),
    ]);
  });
});
