import { expect } from 'chai';
import { readReply } from '../../lib/catalogue/resolve.ts';
import {
  type ConcreteSegment,
  evaluateSegment,
  parseSegment,
  relativeNotation,
} from '../../lib/notation/index.ts';
import { compareFields } from '../../lib/report/comparison.ts';
import { faultText, observedText, reasonText } from '../../lib/report/expectation.ts';
import { say } from '../../lib/report/say.ts';
import type { ShownOutcome } from '../../lib/report/subject.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import type { State } from '../../lib/standard/state.ts';
import { judge, kindOf, type Observation } from '../../lib/verdict/judge.ts';
import { stored } from '../cli/stored.ts';

const TCB = { 'SND.NXT': 5000, 'SND.UNA': 5000, 'RCV.NXT': 100, 'SEG.SEQ': 90, 'SEG.ACK': 7, 'SEG.LEN': 0 };
const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
const RST = '<SEQ=SEG.ACK><CTL=RST>';

const outcome = (reply: string, then: State, more: Partial<ShownOutcome> = {}): ShownOutcome => ({
  reply: readReply(reply),
  then,
  level: 'required',
  ...more,
});

/** The judgement of an observation, as a report gets it. */
function judged(
  outcomes: readonly ShownOutcome[],
  replies: readonly string[],
  more: Partial<Observation> = {},
) {
  const segments = replies.map((text): ConcreteSegment => evaluateSegment(parseSegment(text), TCB));
  const observation: Observation = {
    ...{ state: 'ESTABLISHED', variables: TCB, acknowledges: true },
    replies: segments,
    retransmissions: [],
    stateAfter: 'ESTABLISHED',
    opening: false,
    listening: false,
    ...more,
  };
  const judgement = judge(outcomes, observation, ALL_CHECKS);
  const { verdict } = judgement;
  const result = stored('a.b', verdict, {
    variables: TCB,
    observed: segments,
    kind: kindOf(segments),
    stateAfter: observation.stateAfter ?? 'unknown',
    judgement,
    records: segments.map((segment, at) => ({
      from: 'target',
      role: 'reply',
      at,
      segment,
      relative: relativeNotation(segment, TCB, 'target'),
    })),
  });
  return { verdict, result, lines: compareFields(result, 'rfc9293') };
}

const marks = (lines: readonly { field: string; mark: string }[]): string =>
  lines.map(({ field, mark }) => `${mark}${field}`).join(' ');

describe('expected against observed', () => {
  const required = [outcome(ACK, 'ESTABLISHED')];

  it('compares a reply field by field, the state after at the end', () => {
    const { lines, verdict } = judged(required, ['<SEQ=5001><ACK=100><CTL=RST,ACK>'], {
      stateAfter: 'CLOSED',
    });
    expect(verdict).to.equal('deviates');
    expect(lines).to.deep.equal([
      { field: 'SEQ', expected: 'SND.NXT (5000)', observed: 'SND.NXT+1 (5001)', mark: '≠' },
      { field: 'ACK', expected: 'RCV.NXT', observed: 'RCV.NXT (100)', mark: '=' },
      { field: 'CTL', expected: 'ACK', observed: 'RST,ACK', mark: '≠' },
      { field: 'state after', expected: 'ESTABLISHED', observed: 'CLOSED', mark: '≠' },
    ]);
  });

  it('compares with silence, and silence, as a whole', () => {
    expect(judged(required, []).lines[0]).to.deep.equal({
      field: 'reply',
      expected: ACK,
      observed: 'silence',
      mark: '≠',
    });
    const [reply] = judged([outcome('silence', 'ESTABLISHED')], [ACK]).lines;
    expect(reply).to.deep.equal({ field: 'reply', expected: 'silence', observed: ACK, mark: '≠' });
  });

  it('does not call a missing field equal', () => {
    const wrapped = [outcome('<SEQ=0><ACK=RCV.NXT-100><CTL=RST,ACK>', 'CLOSED')];
    const { lines } = judged(wrapped, ['<SEQ=0><CTL=RST>'], { stateAfter: 'CLOSED' });
    expect(marks(lines)).to.equal('=SEQ ≠ACK ≠CTL =state after');
  });

  it('has a difference exactly where the verdict is deviates', () => {
    const several = [outcome(RST, 'CLOSED'), outcome('silence', 'CLOSED', { level: 'permitted' })];
    const both = [
      outcome(RST, 'CLOSED', { when: { check: 'syn', adopted: false } }),
      outcome(ACK, 'ESTABLISHED', { when: { check: 'syn', adopted: true } }),
    ];
    const rows: [string, ReturnType<typeof judged>][] = [
      ['conformant', judged(required, [ACK])],
      ['conformant', judged(both, [ACK])],
      ['permitted', judged(several, [], { stateAfter: 'CLOSED' })],
      // Not the outcome for a target that has adopted the check.
      ['deviates', judged(both, [RST], { stateAfter: 'CLOSED' })],
      ['deviates', judged(several, [ACK])],
      ['deviates', judged(required, [ACK, ACK])],
      ['deviates', judged(required, [ACK], { rcvNxtAfter: 110 })],
      // A passive opener's connection is gone: CLOSED and LISTEN are the same.
      ['conformant', judged([outcome(RST, 'CLOSED')], [RST], { stateAfter: 'LISTEN', listening: true })],
    ];
    for (const [verdict, { verdict: found, lines }] of rows) {
      expect(found).to.equal(verdict);
      expect(
        lines.some(({ mark }) => mark === '≠'),
        marks(lines),
      ).to.equal(verdict === 'deviates');
    }
    expect(marks(rows[5]?.[1].lines ?? [])).to.equal('≠replies =state after');
    expect(rows[6]?.[1].lines.at(-1)).to.include({
      field: 'RCV.NXT after',
      observed: 'RCV.NXT is then 110: 10 octets too high',
    });
    expect(rows[7]?.[1].lines.at(-1)).to.include({ mark: '≈', observed: 'LISTEN (as good)' });
  });

  it('says what no field shows', () => {
    const { lines } = judged(required, [ACK], { besides: [{ kind: 'option', rule: 'MSS without SYN' }] });
    expect(lines.at(-1)).to.include({ field: 'besides', observed: say.option('MSS without SYN'), mark: '≠' });
  });

  it('leaves the only expectation out of the reason: it stands beside it', () => {
    const one = judged(required, []);
    expect(reasonText(one.result, 'rfc9293')).to.equal(`expected ${ACK}, then ESTABLISHED: observed silence`);
    expect(faultText(one.result, 'rfc9293')).to.equal('observed silence');
    const two = judged([...required, outcome(RST, 'CLOSED')], []);
    expect(faultText(two.result, 'rfc9293')).to.equal(reasonText(two.result, 'rfc9293'));
    expect(reasonText(two.result, 'rfc9293')).to.match(/ \(and not the other allowed outcome\)$/);
    expect(observedText(two.result)).to.equal('silence, then ESTABLISHED');
  });
});
