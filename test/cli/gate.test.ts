import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BaselineEntry } from '../../lib/report/baseline/baseline.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { cli, cliAll, type Ended, expectRefusal, temporaryFolder } from './cli.ts';
import { stored, storedNotRun, storeRun } from './stored.ts';

const ID = 'established.ack.one-before';
const OTHER = 'listen.rst.empty';

const entry = (more: Partial<BaselineEntry> = {}): BaselineEntry => ({
  id: ID,
  family: 4,
  verdict: 'deviates',
  kind: 'empty-ack',
  stateAfter: 'ESTABLISHED',
  reason: 'an old habit of this stack',
  ...more,
});

interface Row {
  readonly what: string;
  readonly cases?: readonly ReportCase[];
  readonly entries?: readonly BaselineEntry[];
  readonly run?: Partial<Run>;
  readonly words?: readonly string[];
  readonly code: 0 | 1;
  readonly says: RegExp;
}

const inconclusive = (byCapability: boolean): ReportCase =>
  storedNotRun(ID, { reason: 'no SYN,ACK came', byCapability });

const ROWS: readonly Row[] = [
  {
    what: 'conformant',
    cases: [stored(ID, 'conformant')],
    code: 0,
    says: /✓ as the baseline says: 0 accepted/,
  },
  { what: 'permitted', cases: [stored(ID, 'permitted')], code: 0, says: /✓ as the baseline says/ },
  {
    what: 'permitted, under --strict',
    cases: [stored(ID, 'permitted')],
    run: { strict: true },
    code: 1,
    says: /new deviation \(1\)[\s\S]*\+ permitted: empty-ack, then ESTABLISHED/,
  },
  {
    what: 'permitted as accepted, under --strict',
    cases: [stored(ID, 'permitted')],
    entries: [entry({ verdict: 'permitted' })],
    run: { strict: true },
    code: 0,
    says: /✓ as the baseline says: 1 accepted/,
  },
  {
    what: 'permitted as accepted, without --strict',
    cases: [stored(ID, 'permitted')],
    entries: [entry({ verdict: 'permitted' })],
    code: 0,
    says: /✓ as the baseline says/,
  },
  { what: 'deviates as accepted', entries: [entry()], code: 0, says: /✓ as the baseline says: 1 accepted/ },
  {
    what: 'deviates, not accepted',
    code: 1,
    says: /new deviation \(1\): fix the target; or accept it by `segment-arrives baseline update[\s\S]*established\.ack\.one-before {2}IPv4\n {4}\+ deviates: empty-ack/,
  },
  {
    what: 'deviates, accepted over the other family only',
    entries: [entry({ family: 6 })],
    code: 1,
    says: /new deviation \(1\)/,
  },
  {
    what: 'deviates with another kind of reply',
    entries: [entry({ kind: 'rst' })],
    code: 1,
    says: /changed observation \(1\)[\s\S]*- deviates: rst, then ESTABLISHED[\s\S]*\+ deviates: empty-ack/,
  },
  {
    what: 'deviates with another state after',
    entries: [entry({ stateAfter: 'CLOSED' })],
    code: 1,
    says: /changed observation \(1\)[\s\S]*- deviates: empty-ack, then CLOSED/,
  },
  {
    what: 'deviates, accepted as permitted only',
    entries: [entry({ verdict: 'permitted' })],
    code: 1,
    says: /changed observation \(1\)[\s\S]*- permitted: empty-ack[\s\S]*\+ deviates: empty-ack/,
  },
  {
    what: 'permitted, accepted as deviating',
    cases: [stored(ID, 'permitted')],
    entries: [entry()],
    code: 1,
    says: /unexpected pass \(1\)[\s\S]*\+ permitted: empty-ack/,
  },
  {
    what: 'a pattern is no id',
    entries: [entry({ id: 'established.*' })],
    code: 1,
    says: /new deviation \(1\)[\s\S]*unknown id \(1\)[\s\S]*established\.\* {2}IPv4/,
  },
  {
    what: 'several at once: each is told',
    cases: [
      stored(ID, 'deviates'),
      stored(OTHER, 'conformant'),
      stored('listen.ack.empty', 'deviates', { family: 6 }),
    ],
    entries: [entry({ kind: 'rst' }), entry({ id: OTHER })],
    code: 1,
    says: /new deviation \(1\)[\s\S]*changed observation \(1\)[\s\S]*unexpected pass \(1\)[\s\S]*3 to be looked at/,
  },
  {
    what: 'unexpected pass',
    cases: [stored(ID, 'conformant')],
    entries: [entry()],
    code: 1,
    says: /unexpected pass \(1\): good news: take the entry out/,
  },
  {
    what: 'unknown id',
    cases: [stored(ID, 'conformant')],
    entries: [entry({ id: 'established.no.such' })],
    code: 1,
    says: /unknown id \(1\): no such case[\s\S]*established\.no\.such {2}IPv4/,
  },
  {
    what: 'an id that the family does not have',
    cases: [stored(ID, 'conformant')],
    entries: [entry({ id: 'closed.syn.security-option', family: 6 })],
    code: 1,
    says: /unknown id \(1\)/,
  },
  {
    what: 'unreviewed',
    entries: [entry({ reason: 'unreviewed' })],
    code: 1,
    says: /unreviewed \(1\): say in .* why it is accepted/,
  },
  {
    what: 'unreviewed, of a case that was not tried',
    entries: [entry(), entry({ id: OTHER, reason: 'unreviewed' })],
    code: 1,
    says: /unreviewed \(1\)/,
  },
  {
    what: 'inconclusive by capability',
    cases: [inconclusive(true)],
    code: 0,
    says: /✓ as the baseline says/,
  },
  {
    what: 'inconclusive by capability, but accepted as deviating',
    cases: [inconclusive(true)],
    entries: [entry()],
    code: 1,
    says: /changed observation \(1\)[\s\S]*ruled out by the target's capabilities/,
  },
  {
    what: 'inconclusive otherwise',
    cases: [inconclusive(false)],
    code: 1,
    says: /inconclusive \(1\): run it again[\s\S]*no SYN,ACK came/,
  },
  {
    what: 'inconclusive otherwise, and accepted as deviating',
    cases: [inconclusive(false)],
    entries: [entry()],
    code: 1,
    says: /inconclusive \(1\)/,
  },
  {
    what: 'cut short',
    cases: [stored(ID, 'conformant')],
    run: { complete: false },
    code: 1,
    says: /cut short/,
  },
  {
    what: 'of a part of the run, what was not selected is left alone',
    cases: [stored(OTHER, 'conformant', { state: 'LISTEN' }), stored(ID, 'deviates')],
    entries: [entry({ id: 'syn-sent.no.such' })],
    words: ['--only', 'listen.*'],
    code: 0,
    says: /✓ as the baseline says: 0 accepted/,
  },
  {
    what: 'entries of cases that were not tried are counted',
    entries: [entry(), entry({ id: OTHER })],
    code: 0,
    says: /1 accepted, 1 of the baseline not tried by this run/,
  },
];

describe('command line: gate', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  const baselineOf = (name: string, entries: readonly BaselineEntry[], more: object = {}): string => {
    const file = join(folder, `${name}-baseline.json`);
    const baseline = { suite: 'segment-arrives', target: 'Linux 6.1', profile: 'rfc9293', entries, ...more };
    writeFileSync(file, JSON.stringify(baseline));
    return file;
  };

  let ended: Promise<Ended>[] = [];
  before(() => {
    ended = cliAll(
      ROWS.map(({ cases = [stored(ID, 'deviates')], entries = [], run, words = [] }, index) => {
        const results = storeRun(folder, `row-${index}`, cases, run);
        return ['gate', results, '--baseline', baselineOf(`row-${index}`, entries), ...words];
      }),
    );
  });
  for (const [index, { what, code, says }] of ROWS.entries()) {
    it(`${code === 0 ? 'opens' : 'stays shut'}: ${what}`, async () => {
      const outcome = await (ended[index] as Promise<Ended>);
      expect(outcome.stderr).to.equal('');
      expect(outcome.stdout).to.match(says);
      expect(outcome.code).to.equal(code);
    });
  }

  it('refuses a baseline that is malformed, or for something else', async () => {
    const results = storeRun(folder, 'results', [stored(ID, 'deviates')]);
    const refusals: readonly (readonly [string, RegExp])[] = [
      [
        baselineOf('profile', [], { profile: 'rfc793' }),
        /is for profile rfc793, the results are judged by rfc9293/,
      ],
      [baselineOf('twice', [entry(), entry()]), /has established\.ack\.one-before, IPv4, twice/],
      [
        baselineOf('order', [entry({ id: OTHER }), entry()]),
        /is not sorted: established\.ack\.one-before, IPv4/,
      ],
      [baselineOf('reason', [entry({ reason: ' ' })]), /entries\.0\.reason \(established\.ack\.one-before\)/],
      [baselineOf('verdict', [{ ...entry(), verdict: 'conformant' as never }]), /entries\.0\.verdict/],
      [baselineOf('suite', [], { suite: 'another' }), /suite/],
      [baselineOf('date', [entry({ date: 'yesterday' })]), /entries\.0\.date/],
      [baselineOf('issue', [entry({ issue: '' })]), /entries\.0\.issue/],
      [baselineOf('more', [{ ...entry(), severity: 'low' } as never]), /severity/],
    ];
    for (const [file, sentence] of refusals) {
      expectRefusal(await cli(['gate', results, '--baseline', file]), sentence);
    }
  });

  it('updates a baseline, keeps what was reviewed, and marks the rest', async () => {
    const results = storeRun(folder, 'update', [
      stored(ID, 'deviates'),
      stored(ID, 'deviates', { family: 6, kind: 'rst' }),
      stored(OTHER, 'conformant'),
      stored('listen.ack.empty', 'deviates'),
    ]);
    const before = [
      entry({ issue: 'https://example.org/1', date: '2026-01-02' }),
      entry({ family: 6 }),
      entry({ id: 'established.ack.snd-nxt.gone' }),
      entry({ id: OTHER }),
      entry({ id: 'syn-sent.ack.iss' }),
    ];
    const baseline = baselineOf('update', before);
    const { code, stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/\+ new: listen\.ack\.empty {2}IPv4/);
    expect(stdout).to.match(/~ observed otherwise: established\.ack\.one-before {2}IPv6 {2}deviates: rst/);
    expect(stdout).to.match(/- taken out: listen\.rst\.empty/);
    expect(stdout).to.match(/4 entries, 2 to be reviewed/);
    const { entries } = JSON.parse(readFileSync(baseline, 'utf8'));
    expect(entries.map(({ id, family, reason }: BaselineEntry) => [id, family, reason])).to.deep.equal([
      [ID, 4, 'an old habit of this stack'],
      [ID, 6, 'unreviewed'],
      ['listen.ack.empty', 4, 'unreviewed'],
      ['syn-sent.ack.iss', 4, 'an old habit of this stack'],
    ]);
    expect(entries[0]).to.include({ issue: 'https://example.org/1', date: '2026-01-02' });
    const gate = await cli(['gate', results, '--baseline', baseline]);
    expect(gate.code).to.equal(1);
    expect(gate.stdout).to.match(/unreviewed \(2\)/);
  });
});
