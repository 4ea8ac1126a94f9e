import { expect } from 'chai';
import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { resolveScenario } from '../../lib/catalogue/resolve.ts';
import { evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Observation } from '../../lib/verdict/judge.ts';
import {
  type Ending,
  isUnexpectedSilence,
  judgeScenario,
  type PlayedStep,
} from '../../lib/verdict/judge-scenario.ts';

const TCB = { 'SND.NXT': 500, 'SND.UNA': 500, 'RCV.NXT': 100, 'SEG.SEQ': 100, 'SEG.ACK': 500, 'SEG.LEN': 10 };
const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
const RESET = '<SEQ=SND.NXT><CTL=RST>';

type Expected = Extract<StepDeclaration, { readonly expect: unknown }>['expect'];

/** An `expect` step that was played, and what came. */
function played(expected: Expected, replies: readonly string[], more: Partial<Observation> = {}): PlayedStep {
  const { steps } = resolveScenario({
    ...{ id: 'ladder.test.judge', title: 'a title', state: 'ESTABLISHED', rules: ['3.10.7.4 first'] },
    steps: [{ send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' }, { expect: expected }],
  });
  const [, step] = steps;
  if (!step || !('expect' in step)) throw new RangeError('no step that expects');
  return {
    ...{ number: 2, expect: step.expect },
    observation: {
      ...{ state: 'ESTABLISHED', variables: TCB, acknowledges: true, retransmissions: [] },
      replies: replies.map((text) => evaluateSegment(parseSegment(text), TCB)),
      ...{ opening: false, listening: false },
      ...more,
    },
  };
}

const ending = (steps: readonly PlayedStep[], stateAfter: State | 'unknown', due?: State): Ending => ({
  ...{ steps, stateAfter, proof: [], listening: false },
  ...(due ? { due } : {}),
});

describe('the verdict of a scenario', () => {
  const judge = (...endings: Ending[]) => judgeScenario('rfc9293', endings, ALL_CHECKS);

  it('stops at the first step with other replies, and names it', () => {
    const steps = [played(ACK, []), played(ACK, [RESET])];
    expect(judge(ending(steps, 'ESTABLISHED'))).to.deep.equal({
      ...{ verdict: 'deviates', others: 0 },
      faults: [{ step: 2, kind: 'replies', expected: [[parseSegment(ACK)]], observed: [] }],
    });
  });

  it('goes on where the reply is right and something besides is wrong', () => {
    const late = { kind: 'time', limit: 'within', expected: 10, observed: 90 } as const;
    const steps = [played(ACK, [ACK], { besides: [late] }), played(RESET, [ACK])];
    const judgement = judge(ending(steps, 'ESTABLISHED'));
    const faults = judgement.verdict === 'deviates' ? judgement.faults : [];
    expect(faults.map(({ kind }) => kind)).to.deep.equal(['time', 'replies']);
  });

  it('counts an outcome only where the target has made the choice that it depends on', () => {
    const choice = [
      { reply: ACK, when: { check: 'rst', adopted: true } },
      { reply: RESET, when: { check: 'rst', adopted: false } },
    ] as const;
    expect(judge(ending([played(choice, [ACK])], 'ESTABLISHED')).verdict).to.equal('conformant');
    expect(judge(ending([played(choice, [RESET])], 'ESTABLISHED')).verdict).to.equal('deviates');
  });

  it('asks for the state that the last step names, and none after a way that ends the scenario', () => {
    const last = (then: State, ends?: true) =>
      played({ reply: ACK, then, ...(ends ? { ends } : {}) }, [ACK], { stateAfter: 'CLOSE-WAIT' });
    expect(judge(ending([last('CLOSE-WAIT')], 'CLOSE-WAIT')).verdict).to.equal('conformant');
    expect(judge(ending([last('ESTABLISHED')], 'CLOSE-WAIT'))).to.deep.include({
      faults: [{ kind: 'state', expected: 'ESTABLISHED', observed: 'CLOSE-WAIT' }],
    });
    expect(judge(ending([last('ESTABLISHED', true)], 'CLOSE-WAIT')).verdict).to.equal('conformant');
    expect(judge(ending([played(ACK, [ACK])], 'ESTABLISHED', 'CLOSE-WAIT')).verdict).to.equal('deviates');
  });

  it('ends under one profile, and goes on under another', () => {
    const first = played({ rfc793: { reply: ACK, ends: true }, rfc1122: ACK }, [ACK]);
    const steps = [first, played(ACK, [RESET])];
    const verdictUnder = (profile: 'rfc793' | 'rfc9293') =>
      judgeScenario(profile, [ending(steps, 'CLOSED', 'ESTABLISHED')], ALL_CHECKS).verdict;
    expect(verdictUnder('rfc793')).to.equal('conformant');
    expect(verdictUnder('rfc9293')).to.equal('deviates');
  });

  it('is open where the state is unknown, unless the replies alone deviate', () => {
    const unknown = { stateAfter: 'unknown' } as const;
    expect(judge(ending([played(ACK, [ACK], unknown)], 'unknown')).verdict).to.equal('inconclusive');
    expect(judge(ending([played(ACK, [RESET], unknown)], 'unknown')).verdict).to.equal('deviates');
  });

  it('notices a silence that a limiter may have caused', () => {
    expect(isUnexpectedSilence(played(ACK, []), ALL_CHECKS)).to.equal(true);
    expect(isUnexpectedSilence(played('silence', []), ALL_CHECKS)).to.equal(false);
    expect(isUnexpectedSilence(played(ACK, [RESET]), ALL_CHECKS)).to.equal(false);
  });
});
