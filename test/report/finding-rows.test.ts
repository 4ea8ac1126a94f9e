import { expect } from 'chai';
import { differentFindings, findingRows } from '../../lib/report/finding-rows.ts';
import { historyPage, historyText } from '../../lib/report/history.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { stored } from '../cli/stored.ts';
import { segment } from '../tester/memory-link.ts';

const ids = ['established.ack.one-before', 'established.ack.far-before', 'established.ack.at-right-edge'];
const dies: Partial<Parameters<typeof stored>[2]> = {
  state: 'LISTEN',
  stimulus: [segment('<SEQ=5><CTL=SYN>')],
  judgement: {
    verdict: 'deviates',
    others: 0,
    faults: [{ kind: 'death', ending: { signal: 'SIGSEGV' }, deaths: 2, trials: 2 }],
  },
};

const runOf = (day: number, cases: readonly ReportCase[]): Run => ({
  ...{ version: '0.1.0', seed: 1, profile: 'rfc9293', strict: false, complete: true, durationMs: 1 },
  target: { name: 'Linux 6.1', families: [4, 6] },
  startedAt: `2026-01-0${day}T03:04:05.000Z`,
  cases,
});

const failing = (count: number): ReportCase[] =>
  ids.map((id, at) => stored(id, at < count ? 'deviates' : 'conformant'));
const death = stored('listen.syn.empty', 'deviates', dies);

describe('findings over several runs', () => {
  it('are one where they share results, however many of them each has', () => {
    const rows = findingRows([runOf(1, failing(1)), runOf(2, failing(3)), runOf(3, failing(2))]);
    expect(rows.map(({ byRun }) => byRun.map((one) => one?.cases.length))).to.deep.equal([[1, 3, 2]]);
  });

  it('are two where the same cases were observed otherwise', () => {
    const otherwise = failing(2).map((result) => ({ ...result, stateAfter: 'CLOSED' }) as ReportCase);
    expect(findingRows([runOf(1, failing(2)), runOf(2, otherwise)])).to.have.length(2);
  });

  it('differ by what is new, gone, grew or shrank', () => {
    const changes = (before: readonly ReportCase[], after: readonly ReportCase[]) =>
      differentFindings(runOf(1, before), runOf(2, after)).map((one) => [one.change, one.before, one.after]);
    expect(changes(failing(1), failing(3))).to.deep.equal([['grew', 1, 3]]);
    expect(changes(failing(3), failing(1))).to.deep.equal([['shrank', 3, 1]]);
    expect(changes(failing(1), [...failing(0), death])).to.deep.equal([
      ['new', 0, 1],
      ['gone', 1, 0],
    ]);
    expect(changes(failing(2), failing(2))).to.deep.equal([]);
  });

  it('are a table, with what the last run changed first', () => {
    const runs = [runOf(1, failing(1)), runOf(2, failing(1)), runOf(3, [...failing(2), death])];
    const text = historyText(runs, { colour: false });
    expect(text).to.match(/^ {4}1 {2}2026-01-01 03:04\n {4}2 .*\n {4}3 .*\n\n {4}1 {4}2 {4}3 {2}cases/);
    const rows = text.split('\n').filter((line) => /^ +[\d·]+ +[\d·]+ +[\d·]+ {2}(?!cases)/.test(line));
    expect(rows).to.have.length(2);
    expect(rows[0]).to.match(/^ {4}· {4}· {4}1 {2}new: The target dies of a SYN/);
    expect(rows[1]).to.match(/^ {4}1 {4}1 {4}2 {2}grew: /);
  });

  it('are a page that asks the network for nothing', () => {
    const page = historyPage([runOf(1, failing(1)), runOf(2, failing(3))]);
    expect(page, 'the newest run first')
      .to.include('<td class="worse">3</td><td>1</td>')
      .and.to.include('Linux 6.1: findings over 2 runs');
    expect(page).not.to.match(/https?:|<script/);
  });
});
