import { expect } from 'chai';
import { readReply, resolveScenario } from '../../lib/catalogue/resolve.ts';
import { failuresText, findingListText } from '../../lib/report/console.ts';
import { mochawesomeContext } from '../../lib/report/mochawesome.ts';
import type { ReportCase } from '../../lib/report/run.ts';
import {
  circumstance,
  findSubject,
  ruleTexts,
  type Subject,
  stepTexts,
  subjectOf,
  subjects,
} from '../../lib/report/subject.ts';
import { stored, storedNotRun } from '../cli/stored.ts';
import { syntheticRun } from './fixture.ts';

const WRONG_STEP = {
  verdict: 'deviates',
  others: 0,
  faults: [{ step: 4, kind: 'replies', expected: [readReply('<CTL=RST>')], observed: [] }],
} as const;

const LADDER = 'figure-10.half-open-discovery.tcp-a';

describe('what a report knows of a case', () => {
  const known = (id: string) => findSubject(id) as Subject;
  const contextOf = (result: ReportCase) =>
    new Map(
      mochawesomeContext(result, findSubject(result.id), 'rfc9293').map(({ title, value }) => [title, value]),
    );

  it('is a rule in words with its citation, for each of them', () => {
    const all = subjects();
    expect(all.length).to.be.above(900);
    for (const subject of all) {
      const rules = ruleTexts(subject);
      expect(rules, subject.id).not.to.be.empty;
      for (const rule of rules)
        expect(rule, subject.id).to.match(/^[A-Z][^()]{10,}.* \(RFC \d+( [^()]+(\([a-z]\))?)?\)$/);
      expect(Boolean(subject.expect) !== Boolean(subject.steps), subject.id).to.equal(true);
    }
    expect(ruleTexts(known('listen.rst.empty'))).to.include(
      'LISTEN: a reset is ignored (RFC 9293 3.10.7.2 first)',
    );
    expect(ruleTexts({ requirements: ['MUST-10', 'RFC 1337', 'A.2'] } as unknown as Subject)).to.deep.equal([
      'Support simultaneous open (RFC 9293 MUST-10, section 3.5)',
      'A reset may be ignored in TIME-WAIT (RFC 1337 3 F1)',
      'The sequence check can keep a needed ACK field from being processed (RFC 9293 A.2)',
    ]);
  });

  it('tells cases apart that differ in how CLOSED came about', () => {
    const told = (id: string) => circumstance({}, findSubject(id));
    expect(told('closed.aborted.rst')).to.equal('aborted by a reset');
    expect(told('closed.after-fins.rst')).to.equal('closed by FINs');
    expect(told('listen.rst.empty')).to.equal('');
    expect(circumstance({ conditions: ['zero-window'] }, undefined)).to.equal('zero receive window');
  });

  it('is a line for each step of a scenario of several steps', () => {
    expect(stepTexts(known(LADDER)).slice(0, 4)).to.deep.equal([
      '1  user    OPEN ACTIVE',
      '2  target  <CTL=SYN>, then SYN-SENT',
      '3  tester  <SEQ=300><ACK=ISS-300><CTL=ACK>',
      '4  target  <SEQ=SEG.ACK><CTL=RST>, then SYN-SENT',
    ]);
    const alternatives = resolveScenario({
      ...{ id: 'ladder.x.y', title: 'x', state: 'ESTABLISHED', rules: ['3.10.7.4 first'] },
      steps: [
        { user: 'SEND 10' },
        {
          expect: [
            '<CTL=ACK>',
            'silence',
            { reply: '<CTL=RST>', ends: true },
            { reply: ['<CTL=FIN>', '<CTL=ACK>'], then: 'LISTEN', level: 'permitted' },
          ],
          ...{ then: 'CLOSED', within: 500, notBefore: 100, delivered: 10 },
        },
        { state: 'CLOSED' },
      ],
    });
    expect(stepTexts(subjectOf(alternatives))).to.deep.equal([
      '1  user    SEND 10',
      '2  target  <CTL=ACK> or silence, then CLOSED or <CTL=RST>, then CLOSED (ends here) or <CTL=FIN> <CTL=ACK>, then LISTEN (permitted); within 500 ms; not before 100 ms; its user is given 10 octets',
      '3  proof   CLOSED',
    ]);
    const context = contextOf(stored(LADDER, 'deviates', { judgement: WRONG_STEP }));
    expect(context.get('Rule')).to.contain('half-open connection').and.contain('RFC 793 figure 10');
    expect(context.get('Expected, step by step')).to.contain(
      '4  target  <SEQ=SEG.ACK><CTL=RST>, then SYN-SENT',
    );
    expect(context.get('Verdict under each profile')).to.equal(
      'rfc793    deviates\nrfc1122   deviates\nrfc5961   deviates\nrfc9293   deviates\n          step 4: expected <CTL=RST>, observed silence',
    );
  });

  it('is in the console text of a failure', () => {
    const run = syntheticRun('Linux 6.1', 1, []);
    const text = failuresText(
      { ...run, cases: [stored(LADDER, 'deviates', { judgement: WRONG_STEP })] },
      { colour: false },
    );
    expect(text).to.match(/ {5}rule {6}\S.*half-open.*\(RFC 9293 3\.5\.1\)\n/);
    expect(text).to.match(/ {5}expected {2}1 {2}user {4}OPEN ACTIVE\n {15}2 {2}target {2}<CTL=SYN>/);
    expect(text).to.match(/ {5}because {3}step 4: expected <CTL=RST>, observed silence/);
  });

  it('counts what it does not list: findings, and reasons for no verdict', () => {
    const run = syntheticRun('Linux 6.1', 1, []);
    const open = Array.from({ length: 60 }, (_, index) =>
      storedNotRun(`closed.case.${index}`, { kind: 'failed', told: `trouble ${index}` }),
    );
    const wrong = stored(subjects().find(({ expect: expected }) => expected)?.id ?? '', 'deviates');
    const text = findingListText({ ...run, cases: [wrong, ...open] }, { colour: false });
    expect(text).to.match(/^ {2}1 finding, the most serious first\n/);
    const listed = text.match(/^ +\d+\) No verdict: /gm)?.length ?? 0;
    expect(text).to.match(
      new RegExp(`\n {6}and ${60 - listed} more reasons for no verdict, in the reports$`),
    );
  });

  it('lists a finding with its cases, its rule and how to see it alone', () => {
    const run = syntheticRun('Linux 6.1', 1, []);
    const ids = subjects()
      .filter(({ expect: expected }) => expected)
      .slice(0, 14)
      .map(({ id }) => id);
    const cases = ids.map((id) => stored(id, 'deviates', { state: 'CLOSED' }));
    const text = findingListText({ ...run, cases }, { colour: false });
    expect(text).to.match(/^ {2}1 finding, the most serious first\n {3}1\) \S/);
    expect(text).to.match(/\n {6}14 cases in CLOSED: run --only '[a-z.-]+'\n {6}\S[^\n]* \(RFC [^\n]*\)$/);
  });
});
