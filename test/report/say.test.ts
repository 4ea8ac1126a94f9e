import { expect } from 'chai';
import { readReply } from '../../lib/catalogue/resolve.ts';
import { gate } from '../../lib/report/baseline/gate.ts';
import { updateBaseline } from '../../lib/report/baseline/update.ts';
import { compareFields } from '../../lib/report/comparison.ts';
import { runText } from '../../lib/report/console.ts';
import { diffRuns } from '../../lib/report/diff.ts';
import { alike } from '../../lib/report/groups.ts';
import { junitXml } from '../../lib/report/junit.ts';
import { markdownSummary } from '../../lib/report/markdown.ts';
import { matrixData } from '../../lib/report/matrix/encode.ts';
import { reproduction } from '../../lib/report/reproduce/reproduce.ts';
import { parseResults } from '../../lib/report/results.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { say } from '../../lib/report/say.ts';
import { stacksTable } from '../../lib/report/stacks-table.ts';
import { findSubject } from '../../lib/report/subject.ts';
import type { Fault } from '../../lib/verdict/fault.ts';
import type { Reason } from '../../lib/verdict/reason.ts';
import { stored, storedNotRun } from '../cli/stored.ts';
import { syntheticCases, syntheticRun } from './fixture.ts';
import { finding } from './preflight-fault.ts';
import { resultsText } from './results-text.ts';

const CASES = syntheticCases(10);
const accused = finding();
const FAULTS: readonly Fault[] = [
  { kind: 'field', field: 'ACK', expected: 'RCV.NXT', due: 5, observed: '6', relative: 'RCV.NXT+1' },
  { kind: 'replies', expected: [[]], observed: readReply('<SEQ=SND.NXT><CTL=RST> <SEQ=SND.NXT><CTL=RST>') },
  { kind: 'ICMP', message: 'a refusal' },
  { kind: 'option', rule: 'MSS without SYN' },
  { kind: 'ISS', iss: 1, old: 2 },
  { kind: 'state', expected: 'CLOSED', observed: 'ESTABLISHED' },
  { kind: 'RCV.NXT', observed: 6, offset: 1 },
  { kind: 'death', deaths: 2, trials: 2 },
  { step: 2, kind: 'replies', expected: [readReply('<CTL=RST>')], observed: [] },
];
const REASONS: readonly Reason[] = [
  { kind: 'not capable', lack: { what: 'half close' } },
  { kind: 'SYN cookies' },
  { kind: 'blocked', by: accused },
  {
    kind: 'not reached',
    step: 'CLOSE',
    obstacle: { what: 'no answer', awaited: 'FIN', within: 500 },
  },
  { kind: 'not proven', proof: ['old text unanswered'] },
  { kind: 'tester late', milliseconds: 700 },
  { kind: 'contradiction', seen: [{ count: 2, kind: 'rst', replies: 1, stateAfter: 'CLOSED' }] },
  { kind: 'target lost', cause: { kind: 'no culprit', deaths: 8 } },
];

/** A run that has every kind of fault, some kinds of reasons, notes, and a finding that blocks a case. */
function wholeRun(): Run {
  const made = syntheticRun('Linux 6.1', 1, CASES);
  const outcome = { reply: readReply('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>'), then: 'ESTABLISHED' } as const;
  const faulty = FAULTS.map((fault, index): ReportCase => {
    const step = fault.step === undefined ? { outcome } : {};
    const judgement = { ...{ verdict: 'deviates' as const, others: index % 2, faults: [fault] }, ...step };
    return stored(`established.fault.${index}`, 'deviates', { judgement });
  });
  const open = REASONS.map((why, index) => storedNotRun(`established.open.${index}`, why));
  return { ...made, preflightFaults: [accused], cases: [...made.cases, ...faulty, ...open] };
}

const counted = (text: string): string[] => text.match(/ (tests|failures|errors|skipped)="\d+"/g) ?? [];
const tables = (text: string): string[] => text.split('\n').filter((line) => /^ .*\d+ +\d+ +\d+/.test(line));

/** All in the reports that is no sentence: numbers, groups, verdicts, marks, scripts. */
function substance(run: Run): unknown {
  const known = { isKnown: () => true };
  const { baseline } = updateBaseline({ ...run, profile: 'rfc9293' }, undefined, known.isKnown);
  const other: Run = { ...run, cases: run.cases.slice(10).reverse() };
  const compared = gate(other, { ...baseline, findings: baseline.findings.slice(1) }, known);
  const [stack] = matrixData([run], CASES).stacks;
  const failed = run.cases.filter((one) => one.outcome !== 'judged' || one.kind === 'silence');
  return {
    stored: parseResults(JSON.parse(resultsText(run)), 'a.json'),
    junit: counted(junitXml(run)),
    console: tables(runText(run, { colour: false })),
    summary: markdownSummary(run)
      .split('\n')
      .filter((line) => /^\| (\S+|\*\*total\*\*) \| [\d·]/.test(line)),
    stacks: stacksTable([run], 'rfc9293'),
    diff: diffRuns(run, other).map(({ change, id, family }) => [change, id, family]),
    gate: [
      compared.objections.map((one) => [
        one.kind,
        'result' in one ? one.result.id : 'entry' in one ? one.entry.id : one.finding.finding,
      ]),
      [...compared.accepted.keys()],
      compared.faults.map(({ id }) => id),
    ],
    baseline: baseline.findings,
    groups: alike(failed, run).map((group) => group.map(({ id, family }) => `${id} ${family}`)),
    marks: run.cases.map((one) =>
      compareFields(one, 'rfc9293').map(({ field, expected, mark }) => [field, expected, mark]),
    ),
    matrix: stack?.results.map(({ kind, verdicts, observed, byCapability, captured }) => [
      ...[kind, verdicts, observed, byCapability, captured],
    ]),
    scripts: run.cases
      .filter(({ records }) => records.length > 0)
      .slice(0, 60)
      .map((one) =>
        reproduction(one, findSubject(one.id), run.target, { profile: 'rfc9293' })
          .split('\n')
          .filter((line) => !line.startsWith('//')),
      ),
  };
}

describe('what the reports say', function () {
  this.timeout(120_000);
  const sentences = { ...say };
  afterEach(() => Object.assign(say, sentences));

  it('has the same numbers, groups, verdicts and scripts when every sentence is nonsense', () => {
    const run = wholeRun();
    const before = substance(run);
    let count = 0;
    for (const name of Object.keys(say)) {
      Object.assign(say, {
        [name]: () => {
          count += 1;
          // As misleading as sentences of before.
          const nonsense = `afterwards in nonsense ${count}; expected silence, then CLOSED: observed 2 replies, by capability`;
          return name === 'deaths' ? [nonsense] : nonsense;
        },
      });
    }
    expect(substance(run)).to.deep.equal(before);
    expect(count).to.be.above(100);
  });

  it('is a sentence of its own for each fault and each reason', () => {
    const all = [...FAULTS.map((fault) => say.fault(fault)), ...REASONS.map((reason) => say.reason(reason))];
    expect(new Set(all).size).to.equal(all.length);
    for (const text of all) expect(text).to.match(/^\S.*[^.]$/);
  });
});
