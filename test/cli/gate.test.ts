import { expect } from 'chai';
import type { AcceptedFault, PermittedChoice } from '../../lib/report/baseline/baseline.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { finding } from '../report/preflight-fault.ts';
import { segment } from '../tester/memory-link.ts';
import { choice, type Entry, entry, ID, OTHER, storeBaseline } from './baselines.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';
import { stored, storedNotRun, storeRun } from './stored.ts';

/** As version 0.1 wrote it. */
const old = ({ observed: _, ...rest }: Entry): Entry => rest;

interface Row {
  readonly what: string;
  readonly cases?: readonly ReportCase[];
  readonly entries?: readonly Entry[];
  /** What is permitted; null for a baseline of version 0.1, which did not have it. */
  readonly permitted?: readonly PermittedChoice[] | null;
  /** Accepted faults of the preflight. */
  readonly faults?: readonly AcceptedFault[];
  /** The reason of the case's having no verdict. */
  readonly unjudged?: string;
  readonly run?: Partial<Run>;
  readonly words?: readonly string[];
  readonly code: 0 | 1;
  readonly says: RegExp;
}

const inconclusive = (byCapability: boolean): ReportCase =>
  storedNotRun(
    ID,
    byCapability
      ? { kind: 'not capable', lack: { what: 'half close' } }
      : { kind: 'not reached', obstacle: { what: 'no answer', awaited: 'SYN,ACK', within: 500 } },
  );

const accused = finding({ id: 'syn-to-a-closed-port.ipv4', step: 'SYN to a closed port', blocks: [] });

const ROWS: readonly Row[] = [
  {
    what: 'a case without a verdict that the baseline expects',
    cases: [inconclusive(false)],
    unjudged: 'nothing proves the state',
    code: 0,
    says: /✓ as the baseline says: 1 accepted/,
  },
  {
    what: 'a case without a verdict for a reason that nobody has reviewed',
    cases: [inconclusive(false)],
    unjudged: 'unreviewed',
    code: 1,
    says: /inconclusive \(1\)/,
  },
  {
    what: 'a case that may have no verdict, and conforms',
    cases: [stored(ID, 'conformant')],
    unjudged: 'nothing proves the state',
    code: 0,
    says: /✓ as the baseline says/,
  },
  {
    what: 'a case that may have no verdict, and deviates',
    cases: [stored(ID, 'deviates')],
    unjudged: 'nothing proves the state',
    code: 1,
    says: /new/,
  },
  {
    what: 'an accepted case that has no verdict this time, as it may',
    cases: [inconclusive(false)],
    entries: [entry()],
    unjudged: 'one time in three nothing proves the state',
    code: 0,
    says: /✓ as the baseline says: 1 accepted/,
  },
  {
    what: 'a finding of the preflight',
    cases: [stored(ID, 'conformant')],
    run: { preflightFaults: [accused] },
    code: 1,
    says: /found before the first case \(1\): fix the target; or accept it[\s\S]*\n {2}syn-to-a-closed-port\.ipv4\n {4}\+ its reset of a SYN to a closed port acknowledges[\s\S]*1 to look at/,
  },
  {
    what: 'a finding of the preflight whose case is accepted',
    cases: [stored(ID, 'conformant')],
    entries: [entry({ id: 'closed.syn.empty', kind: 'rst' })],
    run: { preflightFaults: [accused] },
    code: 0,
    says: /✓ as the baseline says/,
  },
  {
    what: 'a finding of the preflight whose case nobody has reviewed',
    cases: [stored(ID, 'conformant')],
    entries: [entry({ id: 'closed.syn.empty', kind: 'rst', reason: 'unreviewed' })],
    run: { preflightFaults: [accused] },
    code: 1,
    says: /found before the first case \(1\)/,
  },
  {
    what: 'a finding of the preflight that is accepted by its id, with what it blocks',
    cases: [storedNotRun(ID, { kind: 'blocked', by: accused })],
    faults: [{ id: accused.id, observed: '<ACK=SEG.SEQ>', reason: 'an old habit' }],
    run: { preflightFaults: [accused] },
    code: 0,
    says: /✓ as the baseline says: 1 accepted/,
  },
  {
    what: 'a finding of the preflight that is accepted, but was seen otherwise',
    cases: [storedNotRun(ID, { kind: 'blocked', by: accused })],
    faults: [{ id: accused.id, observed: 'silence', reason: 'an old habit' }],
    run: { preflightFaults: [accused] },
    code: 1,
    says: /inconclusive \(1\)[\s\S]*found before the first case \(1\)/,
  },
  {
    what: 'an accepted finding that nobody has reviewed',
    cases: [stored(ID, 'conformant')],
    faults: [{ id: accused.id, observed: '<ACK=SEG.SEQ>', reason: 'unreviewed' }],
    run: { preflightFaults: [accused] },
    code: 1,
    says: /found before the first case \(1\)/,
  },
  {
    what: 'an accepted finding that is not made any more',
    cases: [stored(ID, 'conformant')],
    faults: [{ id: accused.id, observed: '<ACK=SEG.SEQ>', reason: 'an old habit' }],
    run: { preflightFaults: [] },
    code: 1,
    says: /no longer found \(1\): good news[\s\S]*- <ACK=SEG\.SEQ> \(an old habit\)/,
  },
  {
    what: 'what a finding blocks that nobody has accepted',
    cases: [storedNotRun(ID, { kind: 'blocked', by: accused })],
    run: { preflightFaults: [accused] },
    code: 1,
    says: /inconclusive \(1\)/,
  },
  {
    what: 'a finding that only stands in the way',
    cases: [stored(ID, 'conformant')],
    run: { preflightFaults: [{ ...accused, gravity: 'obstacle' }] },
    code: 0,
    says: /✓ as the baseline says/,
  },
  {
    what: 'conformant',
    cases: [stored(ID, 'conformant')],
    code: 0,
    says: /✓ as the baseline says: 0 accepted/,
  },
  {
    what: 'permitted as before',
    cases: [stored(ID, 'permitted')],
    permitted: [choice()],
    code: 0,
    says: /^gate \S+: ✓ as the baseline says: 0 accepted\n/,
  },
  {
    what: 'only permitted, where it conformed before',
    cases: [stored(ID, 'permitted')],
    code: 1,
    says: /changed choice \(1\): permitted, but [\s\S]*--allow permitted\n {2}established\.ack\.one-before {2}IPv4\n {4}- conformant\n {4}\+ permitted: <SEQ=SND\.NXT><ACK=RCV\.NXT><CTL=ACK>, then ESTABLISHED/,
  },
  {
    what: 'only permitted, where it conformed before, and that is allowed',
    cases: [stored(ID, 'permitted')],
    words: ['--allow', 'permitted'],
    code: 0,
    says: /changed choice \(1\): the documents permit these, and[\s\S]*- conformant\n[\s\S]*✓ as the baseline says: 0 accepted, 1 allowed/,
  },
  {
    what: 'permitted over the other family only',
    cases: [stored(ID, 'permitted')],
    permitted: [choice({ family: 6 })],
    code: 1,
    says: /changed choice \(1\)/,
  },
  {
    what: 'permitted with another reply',
    cases: [stored(ID, 'permitted', { observed: [segment('<SEQ=9><ACK=6><CTL=ACK>')] })],
    permitted: [choice()],
    code: 1,
    says: /changed choice \(1\)[\s\S]*- permitted: <SEQ=SND\.NXT><ACK=RCV\.NXT><CTL=ACK>, then [\s\S]*\+ permitted: <SEQ=SND\.NXT><ACK=RCV\.NXT\+1><CTL=ACK>/,
  },
  {
    what: 'permitted with another state after',
    cases: [stored(ID, 'permitted', { stateAfter: 'CLOSED' })],
    permitted: [choice()],
    code: 1,
    says: /changed choice \(1\)[\s\S]*\+ permitted: .*, then CLOSED/,
  },
  {
    what: 'permitted with another state after, and that is allowed',
    cases: [stored(ID, 'permitted', { stateAfter: 'CLOSED' })],
    permitted: [choice()],
    words: ['--allow', 'permitted'],
    code: 0,
    says: /✓ as the baseline says: 0 accepted, 1 allowed/,
  },
  {
    what: 'conformant, where it was only permitted before',
    cases: [stored(ID, 'conformant')],
    permitted: [choice()],
    code: 1,
    says: /changed choice \(1\)[\s\S]*- permitted: .*\n {4}\+ conformant: /,
  },
  {
    what: 'deviates, where it was permitted before: that is never allowed',
    permitted: [choice()],
    words: ['--allow', 'permitted'],
    code: 1,
    says: /new: [^\n]* \(1 case in ESTABLISHED\)\n/,
  },
  {
    what: 'permitted, and no longer to be tested',
    cases: [inconclusive(true)],
    permitted: [choice()],
    code: 1,
    says: /changed choice \(1\)[\s\S]*ruled out by the target's capabilities/,
  },
  {
    what: 'permitted before, and not to be judged now',
    cases: [inconclusive(false)],
    permitted: [choice()],
    words: ['--allow', 'permitted'],
    code: 1,
    says: /inconclusive \(1\)/,
  },
  {
    what: 'a choice of a case that there is not',
    cases: [stored(ID, 'conformant')],
    permitted: [choice({ id: 'established.no.such' })],
    words: ['--allow', 'permitted'],
    code: 1,
    says: /unknown id \(1\)[\s\S]*- permitted: /,
  },
  {
    what: 'permitted, by a baseline of version 0.1: a warning says what passes unseen',
    cases: [stored(ID, 'permitted')],
    permitted: null,
    code: 0,
    says: /^warning: \S+ does not hold what is only permitted: the gate does not see when that changes; `segment-arrives baseline update --results \S+ --baseline \S+` adds it and keeps the reasons\n/,
  },
  {
    what: 'deviates as accepted by a baseline of version 0.1, which holds no reply',
    entries: [old(entry())],
    permitted: null,
    code: 0,
    says: /^warning: \S+ does not hold the reply of 1 of its cases, and what is only permitted[\s\S]*1 accepted/,
  },
  {
    what: 'deviates with another kind than a baseline of version 0.1 says',
    entries: [old(entry({ kind: 'rst' }))],
    permitted: null,
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*- deviates: rst, then ESTABLISHED[\s\S]*warning/,
  },
  {
    what: 'deviates with another field than accepted',
    cases: [stored(ID, 'deviates', { observed: [segment('<SEQ=10><ACK=5><CTL=ACK>')] })],
    entries: [entry()],
    words: ['--allow', 'permitted'],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*- deviates: <SEQ=SND\.NXT><ACK=RCV\.NXT><CTL=ACK>, then ESTABLISHED\n {4}\+ deviates: <SEQ=SND\.NXT\+1><ACK=RCV\.NXT><CTL=ACK>/,
  },
  {
    what: 'deviates as accepted, whatever numbers and window were chosen',
    cases: [
      stored(ID, 'deviates', {
        variables: { 'RCV.NXT': 4_000_000_000, 'SND.NXT': 0 },
        observed: [segment('<SEQ=0><ACK=4000000000><CTL=ACK><WND=17>')],
      }),
    ],
    entries: [entry()],
    code: 0,
    says: /1 accepted/,
  },
  {
    what: 'deviates by two replies, where one was accepted',
    cases: [
      stored(ID, 'deviates', {
        observed: [segment('<SEQ=9><ACK=5><CTL=ACK>'), segment('<SEQ=9><ACK=5><CTL=ACK>')],
      }),
    ],
    entries: [entry()],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n/,
  },
  {
    what: 'permitted, under --strict',
    cases: [stored(ID, 'permitted')],
    run: { strict: true },
    code: 1,
    says: /new: [^\n]* \(1 case in ESTABLISHED\)\n[\s\S]*\+ permitted: <SEQ=SND\.NXT>.*, then ESTABLISHED/,
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
  {
    what: 'permitted otherwise than accepted, without --strict',
    cases: [stored(ID, 'permitted')],
    entries: [entry({ verdict: 'permitted', observed: 'silence' })],
    code: 1,
    says: /changed choice \(1\)[\s\S]*- permitted: silence/,
  },
  {
    what: 'permitted otherwise than accepted, under --strict: that is not for --allow',
    cases: [stored(ID, 'permitted')],
    entries: [entry({ verdict: 'permitted', observed: 'silence' })],
    run: { strict: true },
    words: ['--allow', 'permitted'],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n/,
  },
  { what: 'deviates as accepted', entries: [entry()], code: 0, says: /✓ as the baseline says: 1 accepted/ },
  {
    what: 'deviates, not accepted',
    code: 1,
    says: /^new: [^\n]* \(1 case in ESTABLISHED\)\n {2}established\.ack\.one-before {2}IPv4\n {4}\+ deviates: <SEQ=SND\.NXT>[\s\S]*→ fix the target; or accept it by `segment-arrives baseline update/,
  },
  {
    what: 'deviates, accepted over the other family only',
    entries: [entry({ family: 6 })],
    code: 1,
    says: /new: [^\n]* \(1 case in ESTABLISHED\)\n/,
  },
  {
    what: 'deviates with another kind of reply',
    entries: [entry({ kind: 'rst', observed: '<SEQ=SEG.ACK><CTL=RST>' })],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*- deviates: <SEQ=SEG\.ACK><CTL=RST>, then [\s\S]*\+ deviates: <SEQ=SND\.NXT>/,
  },
  {
    what: 'deviates with another state after',
    entries: [entry({ stateAfter: 'CLOSED' })],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*- deviates: .*, then CLOSED/,
  },
  {
    what: 'deviates, accepted as permitted only',
    entries: [entry({ verdict: 'permitted' })],
    code: 1,
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*- permitted: <SEQ[\s\S]*\+ deviates: <SEQ/,
  },
  {
    what: 'permitted, accepted as deviating',
    cases: [stored(ID, 'permitted')],
    entries: [entry()],
    code: 1,
    says: /gone: an old habit of this stack\n[\s\S]*\+ permitted: <SEQ/,
  },
  {
    what: 'a pattern is no id',
    entries: [entry({ id: 'established.*' })],
    code: 1,
    says: /new: [^\n]* \(1 case in ESTABLISHED\)\n[\s\S]*unknown id \(1\)[\s\S]*established\.\* {2}IPv4/,
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
    says: /new: [^\n]*\n[\s\S]*changed in 1 case: [\s\S]*shrank by 1 case: [\s\S]*3 to look at/,
  },
  {
    what: 'unexpected pass',
    cases: [stored(ID, 'conformant')],
    entries: [entry()],
    code: 1,
    says: /^gone: an old habit of this stack\n {2}established\.ack\.one-before {2}IPv4\n[\s\S]*→ good news: take it out/,
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
    what: 'unreviewed, with an earlier reason behind the mark',
    entries: [entry({ reason: 'unreviewed: an old habit of this stack' })],
    code: 1,
    says: /unreviewed \(1\)/,
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
    says: /changed in 1 case: an old habit of this stack\n[\s\S]*ruled out by the target's capabilities/,
  },
  {
    what: 'inconclusive otherwise',
    cases: [inconclusive(false)],
    code: 1,
    says: /inconclusive \(1\): run it again[\s\S]*no SYN,ACK within 500 ms/,
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
    says: /1 accepted, 1 of the baseline that this run did not try/,
  },
];

describe('command line: gate', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const baselineOf = (name: string, entries: readonly Entry[], more: object = {}): string =>
    storeBaseline(folder, name, entries, more);

  for (const [index, row] of ROWS.entries()) {
    it(`${row.code === 0 ? 'opens' : 'stays shut'}: ${row.what}`, async () => {
      const { cases = [stored(ID, 'deviates')], entries = [], permitted = [], faults, run, words = [] } = row;
      const results = storeRun(folder, `row-${index}`, cases, run);
      const baseline = baselineOf(`row-${index}`, entries, {
        permitted: permitted ?? undefined,
        preflightFaults: faults,
        ...(row.unjudged ? { unjudged: [{ reason: row.unjudged, cases: [{ id: ID, family: 4 }] }] } : {}),
      });
      const outcome = await cli(['gate', results, '--baseline', baseline, ...words]);
      expect(outcome.stderr).to.equal('');
      expect(outcome.stdout).to.match(row.says);
      expect(outcome.code).to.equal(row.code);
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
      [baselineOf('reason', [entry({ reason: ' ' })]), /findings\.0\.reason/],
      [
        baselineOf('verdict', [{ ...entry(), verdict: 'conformant' as never }]),
        /findings\.0\.cases\.0\.verdict \(established\.ack\.one-before\)/,
      ],
      [
        baselineOf('observed', [entry({ observed: 'a reset' })]),
        /findings\.0\.cases\.0\.observed .*is not in the notation/,
      ],
      [baselineOf('suite', [], { suite: 'another' }), /suite/],
      [baselineOf('date', [entry({ date: 'yesterday' })]), /findings\.0\.date/],
      [baselineOf('issue', [entry({ issue: '' })]), /findings\.0\.issue/],
      [
        baselineOf('both', [entry()], { permitted: [choice()] }),
        /has established\.ack\.one-before, IPv4, in both lists/,
      ],
      [baselineOf('twice-permitted', [], { permitted: [choice(), choice()] }), /IPv4, twice/],
      [
        baselineOf('permitted', [], { permitted: [{ ...choice(), reason: 'none is needed' }] }),
        /permitted\.0.*reason/,
      ],
      [baselineOf('more', [{ ...entry(), severity: 'low' } as never]), /severity/],
    ];
    for (const [file, sentence] of refusals) {
      expectRefusal(await cli(['gate', results, '--baseline', file]), sentence);
    }
  });
});
