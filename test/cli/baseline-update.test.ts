import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { AcceptedFinding } from '../../lib/report/baseline/baseline.ts';
import { finding } from '../report/preflight-fault.ts';
import { segment } from '../tester/memory-link.ts';
import { choice, type Entry, entry, findingsOf, ID, OTHER, storeBaseline } from './baselines.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';
import { stored, storeRun } from './stored.ts';

/** As version 0.1 wrote it. */
const old = ({ observed: _, ...rest }: Entry): Entry => rest;

const dies = {
  verdict: 'deviates',
  others: 0,
  faults: [{ kind: 'death', ending: { signal: 'SIGSEGV' }, deaths: 2, trials: 2 }],
} as const;

const told = (findings: readonly AcceptedFinding[]) =>
  findings.flatMap(({ reason, cases }) => cases.map(({ id, family }) => [id, family, reason]));

const accused = finding({ id: 'syn-to-a-closed-port.ipv4', step: 'SYN to a closed port', blocks: [] });

describe('command line: baseline update', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const baselineOf = (name: string, entries: readonly Entry[], more: object = {}): string =>
    storeBaseline(folder, name, entries, more);

  it('updates a baseline, keeps what was reviewed, and marks the rest', async () => {
    const results = storeRun(folder, 'update', [
      stored(ID, 'deviates'),
      stored(ID, 'deviates', { family: 6, kind: 'rst' }),
      stored(OTHER, 'conformant'),
      stored('listen.ack.empty', 'deviates', { state: 'LISTEN', judgement: dies }),
      stored('listen.syn.empty', 'permitted'),
    ]);
    const before = [
      entry({ issue: 'https://example.org/1', date: '2026-01-02' }),
      entry({ family: 6 }),
      entry({ id: 'established.ack.snd-nxt.gone' }),
      entry({ id: OTHER }),
      entry({ id: 'syn-sent.ack.iss' }),
    ];
    const baseline = baselineOf('update', before, {
      permitted: [choice({ id: OTHER, family: 6 }), choice({ id: 'listen.syn.gone' })],
    });
    const { code, stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/\+ new: The target dies of .* \(listen\.ack\.empty\)/);
    expect(stdout).to.match(
      /~ another observation: an old habit .*\n {4}established\.ack\.one-before {2}IPv6 {2}deviates: <SEQ/,
    );
    expect(stdout).to.match(/- left: an old habit .*\n[\s\S]* {4}listen\.rst\.empty {2}IPv4/);
    expect(stdout).to.match(/4 findings with 4 results, 2 permitted choices; 2 to be reviewed/);
    const { findings, permitted } = JSON.parse(readFileSync(baseline, 'utf8'));
    expect(permitted).to.deep.equal([choice({ id: OTHER, family: 6 }), choice({ id: 'listen.syn.empty' })]);
    expect(told(findings)).to.deep.equal([
      [ID, 4, 'an old habit of this stack'],
      ['syn-sent.ack.iss', 4, 'an old habit of this stack'],
      [ID, 6, 'unreviewed: an old habit of this stack'],
      ['listen.ack.empty', 4, 'unreviewed'],
    ]);
    expect(findings[0]).to.include({ issue: 'https://example.org/1', date: '2026-01-02' });
    const gate = await cli(['gate', results, '--baseline', baseline]);
    expect(gate.code).to.equal(1);
    expect(gate.stdout).to.match(/unreviewed \(2\)/);
  });

  it('tells of a finding that more cases show, and an update adds them under its reason', async () => {
    const sent = [segment('<SEQ=900><ACK=9><CTL=ACK>')];
    const about = { state: 'ESTABLISHED', stimulus: sent } as const;
    const more = [
      'established.ack.one-before',
      'established.ack.far-before',
      'established.ack.at-right-edge',
    ];
    const results = storeRun(
      folder,
      'grown',
      more.flatMap((id) => ([4, 6] as const).map((family) => stored(id, 'deviates', { ...about, family }))),
    );
    const baseline = baselineOf('grown', [entry()]);
    const before = await cli(['gate', results, '--baseline', baseline]);
    expect(before.code).to.equal(1);
    expect(before.stdout).to.match(
      /^grew by 3 cases: an old habit of this stack\n[\s\S]*→ fix the target; or, if its reason holds here too/,
    );
    const { stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(stdout).to.match(/^\+ joined: an old habit of this stack \(established\.ack\.one-before\)\n/);
    expect(JSON.parse(readFileSync(baseline, 'utf8')).findings).to.have.length(1);
    const after = await cli(['gate', results, '--baseline', baseline]);
    expect(after.stdout).to.match(/✓ as the baseline says: 6 accepted/);
  });

  it('keeps the ids of findings, their other cases and the faults of the preflight when only a part was run', async () => {
    const all = [stored(ID, 'deviates'), stored('established.ack.far-before', 'deviates')];
    const part = storeRun(folder, 'part', all.slice(0, 1), { preflightFaults: [] });
    const whole = storeRun(folder, 'whole', all, { preflightFaults: [] });
    const fault = { id: 'fin.ipv6', observed: 'silence', reason: 'a filter' };
    const file = baselineOf('part', [entry({ id: 'established.ack.far-before' }), entry()], {
      preflightFaults: [fault],
    });
    const before = JSON.parse(readFileSync(file, 'utf8'));
    before.findings[0].finding = 'the-id-of-a-whole-run';
    writeFileSync(file, JSON.stringify(before));
    const update = async (results: string) => {
      await cli(['baseline', 'update', '--results', results, '--baseline', file]);
      return JSON.parse(readFileSync(file, 'utf8'));
    };
    const kept = await update(part);
    expect(kept.preflightFaults).to.deep.equal([fault]);
    expect(kept.findings).to.have.length(1);
    expect(kept.findings[0].finding).to.equal('the-id-of-a-whole-run');
    expect(told(kept.findings).map(([id]) => id)).to.have.members([ID, 'established.ack.far-before']);
    const renewed = await update(whole);
    expect(renewed.findings[0].finding).to.be.a('string').and.not.equal('the-id-of-a-whole-run');
    expect(renewed.preflightFaults).to.equal(undefined);
  });

  it('reads a baseline that has a reason for each case, and writes one that has it for each finding', async () => {
    const results = storeRun(folder, 'by-case', [
      stored(ID, 'deviates'),
      stored(ID, 'deviates', { family: 6 }),
    ]);
    const entries = [entry(), entry({ family: 6 })];
    const byCase = { findings: [{ id: accused.id, observed: 'silence', reason: 'a filter' }] };
    const baseline = baselineOf('by-case', [], { ...byCase, entries });
    expect((await cli(['gate', results, '--baseline', baseline])).stdout).to.match(/✓ .*: 2 accepted/);
    expect((await cli(['baseline', 'update', '--baseline', baseline])).code).to.equal(0);
    const { findings, preflightFaults } = JSON.parse(readFileSync(baseline, 'utf8'));
    expect(findings).to.deep.equal(findingsOf(entries).map(({ reason, cases }) => ({ reason, cases })));
    expect(preflightFaults).to.deep.equal(byCase.findings);
    const unsorted = baselineOf('by-case-unsorted', [], { findings: undefined, entries: entries.reverse() });
    expectRefusal(await cli(['gate', results, '--baseline', unsorted]), /is not sorted/);
  });

  it('updates a baseline of version 0.1: replies and what is permitted are added, reasons stay', async () => {
    const results = storeRun(folder, 'convert', [
      stored(ID, 'deviates'),
      stored('listen.syn.empty', 'permitted'),
    ]);
    const baseline = baselineOf('convert', [old(entry())], { permitted: undefined });
    const { stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(stdout).to.match(
      /^ {2}1 case of version 0.1 now with the reply\n.*1 finding with 1 result, 1 permitted choice; all reviewed/,
    );
    const { findings, permitted } = JSON.parse(readFileSync(baseline, 'utf8'));
    const { reason, ...accepted } = entry();
    expect(findings[0]).to.deep.include({ reason, cases: [accepted] });
    expect(permitted).to.deep.equal([choice({ id: 'listen.syn.empty' })]);
    expect((await cli(['gate', results, '--baseline', baseline])).stdout).to.match(/^gate .*: ✓/);
  });

  it('does not fill the list of permitted choices from a part of a run', async () => {
    const results = storeRun(folder, 'part', [stored(ID, 'deviates'), stored(OTHER, 'permitted')]);
    const untried = entry({ id: 'syn-sent.ack.iss' });
    const baseline = baselineOf('part', [entry(), untried], { permitted: undefined });
    const { stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(stdout).to.match(/permitted choices are not listed: for that, update from a whole run/);
    expect(JSON.parse(readFileSync(baseline, 'utf8'))).not.to.have.property('permitted');
  });

  it('takes over the reason of the other family, and suggests that of a case that has another id now, and of the same stimulus', async () => {
    const results = storeRun(folder, 'hints', [
      stored(ID, 'deviates', { family: 6 }),
      stored(ID, 'deviates'),
    ]);
    const reviewed = baselineOf('family', [entry()]);
    await cli(['baseline', 'update', '--results', results, '--baseline', reviewed]);
    const renamed = baselineOf('renamed', [entry({ id: 'established.ack.a-before', family: 6 })]);
    const related = baselineOf('related', [entry({ id: 'established.ack.at-right-edge' })]);
    await cli(['baseline', 'update', '--results', results, '--baseline', related]);
    const { stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', renamed]);
    expect(stdout).to.match(/- gone: an old habit of this stack \(established\.ack\.a-before\)/);
    const reasons = [reviewed, renamed, related].map((file) =>
      told(JSON.parse(readFileSync(file, 'utf8')).findings).map(([, , reason]) => reason),
    );
    const marked = 'unreviewed: an old habit of this stack';
    expect(reasons).to.deep.equal([
      ['an old habit of this stack', 'an old habit of this stack'],
      [marked, marked],
      ['an old habit of this stack', marked, marked],
    ]);
  });

  it('updates what is accepted of the faults of the preflight, where no case is about the same', async () => {
    const other = finding({ observed: [] });
    const results = storeRun(folder, 'findings', [stored('closed.syn.empty', 'deviates')], {
      preflightFaults: [accused, other],
    });
    const baseline = baselineOf('findings', [], {
      preflightFaults: [
        { id: 'fin.ipv6', observed: 'silence', reason: 'gone' },
        { id: other.id, observed: '<ACK=SEG.SEQ>', reason: 'an old habit' },
      ],
    });
    const { stdout } = await cli(['baseline', 'update', '--results', results, '--baseline', baseline]);
    expect(stdout).to.match(
      /1 finding with 1 result, 1 fault of the preflight, 0 permitted choices; 2 to be reviewed/,
    );
    expect(JSON.parse(readFileSync(baseline, 'utf8')).preflightFaults).to.deep.equal([
      { id: other.id, observed: 'silence', reason: 'unreviewed: an old habit' },
    ]);
  });
});
