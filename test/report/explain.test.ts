import { expect } from 'chai';
import { LEFT_OPEN } from '../../lib/catalogue/left-open.ts';
import { compareFields } from '../../lib/report/comparison.ts';
import { failuresText, runText } from '../../lib/report/console.ts';
import { expectedTexts, observedText, openTexts } from '../../lib/report/expectation.ts';
import { mochawesomeContext } from '../../lib/report/mochawesome.ts';
import { progressLine, type SearchProgress } from '../../lib/report/progress.ts';
import type { ReportCase, ReportRecord } from '../../lib/report/run.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import type { Named } from '../../lib/verdict/fault.ts';
import {
  isFailure,
  type JudgedResult,
  type ProfileVerdict,
  seenOf,
  verdictOf,
  withoutVerdict,
} from '../../lib/verdict/result.ts';
import { type SyntheticCase, syntheticCases, syntheticRun } from './fixture.ts';

describe('the texts about a case', () => {
  const cases = syntheticCases();
  const run = syntheticRun('Linux 6.1', 1, cases);
  const byId = new Map(cases.map((one) => [one.id, one]));
  const caseOf = (result: ReportCase) => byId.get(result.id) as SyntheticCase;
  const wrongAck = run.cases.find(
    (one) =>
      seenOf(one)?.kind === 'empty-ack' && verdictOf(one, 'rfc9293') === 'deviates' && one.state === 'CLOSED',
  ) as JudgedResult<ReportRecord>;

  it('compares with the nearest outcome field by field, the state after last', () => {
    const fields = compareFields(wrongAck, 'rfc9293');
    expect(fields.at(-1)).to.deep.equal({
      field: 'state after',
      expected: 'CLOSED',
      observed: 'CLOSED',
      mark: '=',
    });
    const control = fields.find(({ field }) => field === 'CTL');
    expect(control).to.include({ observed: 'ACK', mark: '≠' });
    for (const result of run.cases.filter((one) => verdictOf(one, 'rfc9293') === 'conformant')) {
      const wrong = compareFields(result, 'rfc9293').filter(({ mark }) => mark !== '=');
      expect(wrong, result.id).to.deep.equal([]);
    }
  });

  it('compares a reply with silence as a whole', () => {
    const { outcome } = wrongAck.judgements.rfc793 as { outcome: Named };
    const silent: ProfileVerdict = {
      ...{ verdict: 'deviates', outcome, others: 0 },
      faults: [{ kind: 'replies', expected: [outcome.reply], observed: [] }],
    };
    const judgements = { ...wrongAck.judgements, rfc793: silent };
    const result = { ...wrongAck, judgements, observed: [], records: [], kind: 'silence' as const };
    expect(observedText(result)).to.equal('silence, then CLOSED');
    const [reply] = compareFields(result, 'rfc793');
    expect(reply).to.include({ field: 'reply', observed: 'silence', mark: '≠' });
    expect(expectedTexts(caseOf(result), 'rfc793')[0]).to.equal(`${reply?.expected}, then CLOSED`);
  });

  it('gives mochawesome rule, case, verdicts, comparison, ladder and capture', () => {
    const titles = mochawesomeContext(wrongAck, caseOf(wrongAck), 'rfc9293').map(({ title }) => title);
    expect(titles).to.deep.equal([
      'Rule',
      'Case',
      'Verdict under each profile',
      'Expected against observed',
      'Ladder',
      'Capture',
    ]);
    const all = run.cases.map((result) => mochawesomeContext(result, caseOf(result), 'rfc9293'));
    // The page has them as JSON in JSON, escaped for an attribute. The page itself takes 1 MB.
    const page = JSON.stringify(JSON.stringify(all, null, 2)).replace(/[&<>"]/g, '123456').length;
    expect(page).to.be.below(5e6);
  });

  it('gives mochawesome of a case that conforms what was sent and seen, and the verdicts where they differ', () => {
    const conforms = run.cases.find(
      (one) => one.notes.length === 0 && PROFILES.every((each) => verdictOf(one, each) === 'conformant'),
    );
    const titlesOf = (result: ReportCase): string[] =>
      mochawesomeContext(result, caseOf(result), 'rfc9293').map(({ title }) => title);
    expect(titlesOf(conforms as ReportCase)).to.deep.equal(['Case']);
    const { judgements } = wrongAck;
    const other = { ...wrongAck, judgements: { ...judgements, rfc9293: { verdict: 'conformant' } as const } };
    expect(titlesOf(other)).to.include('Verdict under each profile').and.to.not.include('Ladder');
  });

  it('names the text that allows several kinds of reply', () => {
    const expected = (result: ReportCase) =>
      mochawesomeContext(result, caseOf(result), 'rfc9293').find(
        ({ title }) => title === 'Expected against observed',
      );
    const syn = run.cases.find(
      (one) =>
        one.state === 'ESTABLISHED' &&
        one.send.includes('SYN') &&
        verdictOf(one, 'rfc9293') !== 'conformant' &&
        openTexts(caseOf(one), 'rfc9293').length > 0,
    );
    expect(syn && expected(syn)?.value).to.contain(`why: ${LEFT_OPEN['RFC 5961 by choice']}`);
    expect(expected(wrongAck)?.value).not.to.contain('why: ');
  });

  it('prints a table by state and verdict, with its totals, and no colour when told so', () => {
    const text = runText(run, { colour: false });
    expect(text).not.to.contain('\u001b');
    expect(text).to.match(/SYN-RECEIVED \(active\) +\d+ +\d+ +\d+ +\d+\n/);
    const count = (verdict: string) =>
      run.cases.filter((one) => verdictOf(one, 'rfc9293') === verdict).length;
    const totals = ['conformant', 'permitted', 'deviates', 'inconclusive'].map(count).join(' +');
    expect(text).to.match(new RegExp(`total +${totals}\n`));
    expect(runText(run, { colour: true })).to.contain('\u001b');
    expect(runText({ ...run, complete: false }, { colour: false })).to.contain('cut short');
  });

  it('prints a finding by its shortest case, with rule, expectation, observation and ladder; families that agree together', () => {
    const twin = { ...wrongAck, family: 6 as const };
    const text = failuresText({ ...run, cases: [wrongAck, twin] }, { colour: false, subjects: cases });
    expect(text).to.contain(`1) ${wrongAck.id}  IPv4 and IPv6  deviates`);
    expect(text).not.to.contain('2) ');
    for (const word of ['cited', 'sent', 'expected', 'observed', 'because'])
      expect(text).to.contain(`     ${word} `);
    expect(text).to.contain('━━▶');
    expect(failuresText({ ...run, cases: [] }, { subjects: cases })).to.equal('');
  });

  it('counts what a baseline accepts, and does not print it', () => {
    const failing = run.cases.filter((result) => isFailure(result, 'rfc9293', false));
    const accepting = (count: number) => ({
      name: 'linux.json',
      reasonFor: (result: ReportCase) => (failing.indexOf(result) < count ? 'known' : undefined),
    });
    const text = (count: number) =>
      runText({ ...run, cases: failing }, { colour: false, subjects: cases, accepted: accepting(count) });
    const all = failing.length;
    expect(text(0)).to.contain(`✗ ${all} cases in 41.2 s: ${all} failures\n`.trim()).and.contain('  1) ');
    // The last one is inconclusive.
    expect(text(all - 1)).to.contain(
      `: 1 failure (1 without a verdict), ${all - 1} more accepted by linux.json`,
    );
    expect(text(all - 1))
      .to.contain(`  1) ${failing.at(-1)?.id}  `)
      .and.not.contain('  2) ');
    expect(text(all)).to.contain(`✓ ${all} cases in 41.2 s: ${all} failures, accepted by linux.json`);
    expect(text(all)).not.to.contain('  1) ');
    expect(text(all)).to.match(/total +0 +0 +\d+/);
  });

  it('counts as failures: deviates, inconclusive unless by capability, and permitted under strict', () => {
    const of = (rfc9293: ProfileVerdict) => ({
      ...wrongAck,
      judgements: { ...wrongAck.judgements, rfc9293 },
    });
    const unjudged = (byCapability: boolean) =>
      withoutVerdict(
        wrongAck,
        byCapability ? { kind: 'not capable', lack: { what: 'half close' } } : { kind: 'failed', told: 'x' },
      );
    const fails = (one: ReportCase, strict = false) => isFailure(one, 'rfc9293', strict);
    expect(fails(of({ verdict: 'conformant' }))).to.equal(false);
    expect(fails(of({ verdict: 'deviates', others: 0, faults: [] }))).to.equal(true);
    expect(fails(of({ verdict: 'permitted', taken: [] }))).to.equal(false);
    expect(fails(of({ verdict: 'permitted', taken: [] }), true)).to.equal(true);
    expect(fails(unjudged(false))).to.equal(true);
    expect(fails(unjudged(true), true)).to.equal(false);
    expect(fails(of({ verdict: 'inconclusive', why: { kind: 'target away' } }))).to.equal(true);
  });

  it('shows progress on a terminal, and not too often', () => {
    const written: string[] = [];
    let time = 0;
    const stream = (isTTY: boolean) =>
      ({ isTTY, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
    const line = progressLine(stream(true), { now: () => time });
    for (let done = 0; done <= 1000; done += 1) {
      time = done;
      line.show(done, 1000, done === 1000 ? 2 : 0);
    }
    expect(written).to.have.length(11);
    expect(written.at(-1)).to.contain('1000/1000').and.contain('2 deviate');
  });

  it('writes a line of progress every so often where there is no terminal, also when no case ends meanwhile', async () => {
    const written: string[] = [];
    let heard = () => {};
    const stream = {
      write(text: string) {
        written.push(text);
        heard();
      },
    } as unknown as NodeJS.WriteStream;
    const next = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      });
    let time = 0;
    let search: SearchProgress | undefined;
    const line = progressLine(stream, { search: () => search, now: () => time, every: 5 });
    line.show(0, 1000, 0);
    line.show(412, 1000, 3);
    expect(written).to.deep.equal([]);
    time = 10_000;
    await next();
    time = 20_000;
    await next();
    search = { tried: 0, of: 0 };
    time = 30_000;
    await next();
    search = { tried: 7, of: 12 };
    time = 40_000;
    await next();
    line.clear();
    expect(written).to.deep.equal([
      '  412 of 1000 cases done, 3 deviate, 10 s\n',
      '  412 of 1000 cases done, 3 deviate, 20 s\n',
      '  412 of 1000 cases done, 3 deviate, the target has died: looking for the segment that killed it, 30 s\n',
      '  412 of 1000 cases done, 3 deviate, the target has died: looking for the segment that killed it, 7 of 12 tried, 40 s\n',
    ]);
  });
});
