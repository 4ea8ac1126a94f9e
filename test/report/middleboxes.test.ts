import { expect } from 'chai';
import { runText } from '../../lib/report/console.ts';
import { junitXml } from '../../lib/report/junit.ts';
import { markdownSummary } from '../../lib/report/markdown.ts';
import { matrixData } from '../../lib/report/matrix/encode.ts';
import { mergeRuns } from '../../lib/report/merge.ts';
import { middleboxHeadline, middleboxLine } from '../../lib/report/middleboxes.ts';
import { parseResults } from '../../lib/report/results.ts';
import type { Run, RunMiddlebox } from '../../lib/report/run.ts';
import { type MiddleboxDeed, PROXY_TRAITS } from '../../lib/verdict/middlebox-sign.ts';
import { stored } from '../cli/stored.ts';
import { finding } from './preflight-fault.ts';
import { resultsText } from './results-text.ts';

const REWRITTEN: MiddleboxDeed = {
  ...{ kind: 'rewritten', at: '198.51.100.2', isTarget: false, quote: '0050' },
  changes: [
    { field: 'MSS', sent: 1460, arrived: 1400 },
    { field: 'timestamps', sent: 5 },
  ],
};
const PROXY: MiddleboxDeed = { kind: 'SYN proxy', by: ['distance', 'window 0'] };
const LINE =
  'over IPv4, a segment arrives at the router 198.51.100.2 with MSS 1400 in place of 1460 and no timestamps';
const HEADLINE =
  'Something between tester and target changes or drops segments: this run judges the path, not the stack alone';

const sign = (deed: MiddleboxDeed): RunMiddlebox => ({ family: 4, deed, records: finding().records });

const run = (...deeds: readonly MiddleboxDeed[]): Run => ({
  ...{ version: '0.1.0', seed: 1, profile: 'rfc9293', strict: false, durationMs: 10, complete: true },
  target: { name: 'a stack', address: '192.0.2.2', families: [4] },
  startedAt: '2026-01-02T03:04:05.000Z',
  cases: [stored('listen.rst.empty', 'conformant')],
  preflightFaults: [finding()],
  ...(deeds.length > 0 ? { middleboxes: deeds.map(sign) } : {}),
});

describe('signs of middleboxes in reports', () => {
  it('come before all else on the console and in the summary, with their packets, and do not fail the run', () => {
    const text = runText(run(REWRITTEN), { colour: false });
    const [head, , line, packet] = text.split('\n');
    expect([head, line]).to.deep.equal([`  ! ${HEADLINE}`, `  ! ${LINE}`]);
    expect(packet).to.contain('<CTL=SYN>');
    const summary = markdownSummary(run(REWRITTEN));
    expect(summary.split('\n')[2]).to.equal(`> ⚠️ **${HEADLINE}**`);
    expect(summary.indexOf('198.51.100.2')).to.be.within(0, summary.indexOf('SYN,ACK'));
    const innocent = { ...run(REWRITTEN), preflightFaults: [] };
    expect(runText(innocent, { colour: false })).to.match(/no failures$/);
    expect(markdownSummary(innocent)).to.contain('✅');
  });

  it('are properties of JUnit, and stand on the page with a headline of their own', () => {
    expect(junitXml(run(REWRITTEN))).to.contain(`<property name="middlebox 1" value="${LINE}"/>`);
    const [stack] = matrixData([run(REWRITTEN)], []).stacks;
    expect(stack?.middleboxHeadline).to.equal(HEADLINE);
    expect(stack?.middleboxes[0]?.line).to.equal(LINE);
    expect(stack?.middleboxes[0]?.ladder.join()).to.contain('<CTL=SYN>');
  });

  it('are kept by results.json, and by the parts of a run that are joined', () => {
    const before = run(REWRITTEN, PROXY);
    const again = parseResults(JSON.parse(resultsText(before)), 'it');
    expect(again.middleboxes?.map(({ deed }) => deed)).to.deep.equal([REWRITTEN, PROXY]);
    expect(markdownSummary(again)).to.equal(markdownSummary(before));
    expect(mergeRuns([{ file: 'one', run: again }]).middleboxes).to.have.length(2);
  });

  it('are not there where there is nothing', () => {
    expect(middleboxHeadline(run())).to.equal(undefined);
    expect(runText(run(), { colour: false })).not.to.contain('between tester and target');
    expect(resultsText(run())).not.to.contain('middleboxes');
    expect(junitXml(run())).not.to.contain('middlebox');
  });

  it('are doubts where a stack could have done it: both are named', () => {
    expect(middleboxHeadline(run(PROXY))).to.match(/^Something between tester and target may /);
    const doubts: MiddleboxDeed[] = [
      { kind: 'SYN proxy', by: PROXY_TRAITS },
      { kind: 'numbers shifted', by: 5 },
      { kind: 'options not taken', options: ['timestamps'] },
      { kind: 'MSS lowered', agreed: 1460, used: 1400 },
      { kind: 'not answered', segments: ['ACK without a connection'], ports: 2 },
      {
        ...{ kind: 'other sender', of: 'reset in a connection', ttl: 64, routers: 0, marks: ['sooner'] },
        usual: { ttl: 62, routers: 2 },
      },
    ];
    for (const deed of doubts)
      expect(middleboxLine(sign(deed)), deed.kind).to.match(/(or the|or this) stack/);
    expect(middleboxLine(sign(doubts[4] as MiddleboxDeed))).to.equal(
      'over IPv4, nothing answers an ACK without a connection, on 2 ports: a stateful firewall on the way, or this stack',
    );
  });
});
