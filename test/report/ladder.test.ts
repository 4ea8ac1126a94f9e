import { expect } from 'chai';
import { parseSegment } from '../../lib/notation/index.ts';
import { ladderSvg, ladderText } from '../../lib/report/ladder.ts';
import { drawLadder, type LadderRecord, ladderRows, milliseconds } from '../../lib/report/ladder-drawing.ts';
import { type ReportCase, recordTexts } from '../../lib/report/run.ts';
import { seenOf } from '../../lib/verdict/result.ts';
import { segment } from '../tester/memory-link.ts';
import { syntheticRun } from './fixture.ts';

const record = (role: LadderRecord['role'], from: LadderRecord['from'], at: number): LadderRecord => ({
  role,
  from,
  at,
  relative: '<SEQ=RCV.NXT><CTL=ACK>',
});

describe('the ladder', () => {
  const { cases } = syntheticRun();

  it('shows the silence as long as it was: up to the proof, or to the end', () => {
    const stimulus = record('stimulus', 'tester', 10);
    const again = record('retransmission', 'target', 210);
    const proof = record('proof', 'tester', 610);
    expect(ladderRows([stimulus, again, proof], 'silence', 620)).to.deep.equal([
      { record: stimulus },
      { wait: 200, silence: false, at: 210 },
      { record: again },
      { wait: 600, silence: true, at: 610 },
      { record: proof },
    ]);
    expect(ladderRows([stimulus], 'silence', 1010).at(-1)).to.deep.equal({
      wait: 1000,
      silence: true,
      at: 1010,
    });
    expect(ladderRows([stimulus, proof], 'rst', 620).some((row) => 'silence' in row && row.silence)).to.equal(
      false,
    );
    expect(ladderRows([], 'silence', 1000)).to.deep.equal([]);
  });

  it('has the calls of the user between the segments, in the order of time', () => {
    const call = { at: 5, call: 'SEND 10' };
    const late = { at: 900, call: 'CLOSE' };
    const records = [record('stimulus', 'tester', 1), record('proof', 'tester', 10)];
    const rows = ladderRows(records, 'other', 1000, [call, late]);
    expect(rows.map((row) => ('call' in row ? row.call : row.record?.at))).to.deep.equal([
      1,
      'SEND 10',
      10,
      'CLOSE',
    ]);
    expect(drawLadder(rows, 'a ladder')).to.contain('user: SEND 10');
  });

  it('gives each segment an arrow of its role, and says the roles in words', () => {
    for (const result of cases.slice(0, 300)) {
      const svg = ladderSvg(result);
      expect(svg.match(/<polygon/g)?.length ?? 0).to.equal(result.records.length);
      for (const { role } of result.records) expect(svg).to.contain(`<g class="${role}">`);
      const silent = seenOf(result)?.kind === 'silence' && result.records.length > 0;
      expect(svg.includes('<g class="silence">')).to.equal(silent);
      if (silent) expect(svg).to.match(/[\d.]+ ms silence</);
    }
  });

  it('shows the window of an end from where it is closed until it is open again', () => {
    const sent = (from: 'tester' | 'target', text: string) => ({
      ...{ ...record('setup', from, 1), relative: parseSegment('<SEQ=RCV.NXT><CTL=ACK>') },
      segment: segment(text),
    });
    const windows = [
      sent('tester', '<SEQ=1><ACK=5><CTL=ACK><WND=4000>'),
      sent('tester', '<SEQ=1><ACK=5><CTL=ACK><WND=0>'),
      sent('target', '<SEQ=5><ACK=1><CTL=ACK><WND=65535>'),
      sent('tester', '<SEQ=1><ACK=6><CTL=ACK><WND=9>'),
      sent('tester', '<SEQ=1><ACK=6><CTL=ACK><WND=10>'),
      sent('tester', '<SEQ=1><CTL=RST><WND=0>'),
    ];
    const shown = recordTexts(windows).map((text) => text.match(/<WND=\d+>/)?.[0] ?? '');
    expect(shown).to.deep.equal(['', '<WND=0>', '', '<WND=9>', '', '']);
  });

  it('is small: some 4 KB', () => {
    const sizes = cases.map((result) => ladderSvg(result).length);
    expect(Math.max(...sizes)).to.be.below(4400);
  });

  it('keeps a long segment whole in its tooltip, and escapes what it is given', () => {
    const relative = `<SEQ=RCV.NXT+RCV.WND+2^30>${'<TSVAL=4294967295>'.repeat(8)}`;
    const svg = drawLadder([{ record: { ...record('reply', 'target', 1), relative } }], 'a "b" <c>');
    expect(svg).to.contain(`<title>${relative.replaceAll('<', '&lt;')}</title>`);
    expect(svg).to.contain('…</text>');
    expect(svg).to.contain('aria-label="a &quot;b&quot; &lt;c>"');
  });

  it('has the same in text, each segment with its time', () => {
    const result = cases.find(
      (one) => seenOf(one)?.kind === 'silence' && one.records.length === 6,
    ) as ReportCase;
    const lines = ladderText(result);
    expect(lines).to.have.length(7);
    expect(lines[0]).to.match(/^ +0\.\d ms ──▶ <SEQ=IRS><CTL=SYN>/);
    expect(lines[3]).to.match(/━━▶ .* {2}stimulus$/);
    expect(lines[4]).to.match(/^ +┆ [\d.]+ ms silence$/);
    expect(lines.at(-1)).to.match(/◀── .* {2}proof$/);
  });

  it('tells time in three digits that matter', () => {
    expect([0.123, 12.34, 623.4, 12_345].map(milliseconds)).to.deep.equal([
      '0.12 ms',
      '12.3 ms',
      '623 ms',
      '12.3 s',
    ]);
  });
});
