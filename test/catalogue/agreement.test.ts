import { expect } from 'chai';
import { CASES } from '../../bench/cases.ts';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { inState } from '../../lib/catalogue/declare.ts';
import { isCase, type Scenario } from '../../lib/catalogue/scenario.ts';
import { ADOPTIONS, type Adoption } from '../../lib/standard/adoption.ts';
import { STATES } from '../../lib/standard/state.ts';
import { disagreements } from './agreement/disagreement.ts';
import { oncePerChoice } from './agreement/once-per-choice.ts';

const agree = (scenarios: readonly Scenario[]): void => {
  expect(scenarios).not.to.have.length(0);
  const found = scenarios.flatMap(disagreements);
  expect(found, found.join('\n')).to.have.length(0);
};

/** `figure-7`, `ladder.window`. */
const groupOf = ({ id }: Scenario): string => id.split('.', id.startsWith('ladder') ? 2 : 1).join('.');

describe('the scenarios and the executable specification agree', () => {
  for (const state of STATES)
    it(`in ${state}`, () => agree(CASES.filter((subject) => subject.state === state)));

  const steps = SCENARIOS.filter((subject) => !isCase(subject));
  for (const group of new Set(steps.map(groupOf)))
    it(`in several steps, ${group}`, () => agree(steps.filter((subject) => groupOf(subject) === group)));
});

describe('a disagreement', () => {
  it('is told in the words of the case, once for all profiles that share it', () => {
    const [wrong] = inState('SYN-SENT', [
      {
        id: 'syn-sent.test-of-disagreement.seq',
        title: 'the SYN,ACK is numbered one too high',
        send: '<SEQ=ANY><CTL=SYN>',
        expect: { reply: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
        rules: ['3.10.7.3 fourth'],
      },
    ]).scenarios;
    const [old = '', current = '', ...others] = disagreements(wrong as Scenario);
    expect(old).to.match(/^syn-sent.test-of-disagreement.seq differs under rfc793, rfc1122, rfc5961\n/);
    expect(current).to.match(/^syn-sent.test-of-disagreement.seq differs under rfc9293\n/);
    expect(current).to.include(
      'required by the specification, not at all by the scenario: <SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>, then SYN-RECEIVED',
    );
    expect(current).to.include(
      'not at all by the specification, required by the scenario: <SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=SYN,ACK>, then SYN-RECEIVED',
    );
    expect(others).to.deep.equal([]);
  });
});

describe('a question about each choice of the checks', () => {
  const asking = (ask: (adoption: Adoption) => boolean) => {
    const asked: boolean[] = [];
    const answers = oncePerChoice(ADOPTIONS, (adoption) => {
      asked.push(true);
      return ask(adoption);
    });
    return { answers, asked: asked.length };
  };

  it('is asked once for all choices that agree in what the answer has read', () => {
    expect(asking(() => true)).to.deep.equal({ answers: ADOPTIONS.map(() => true), asked: 1 });
    const one = asking(({ syn }) => syn);
    expect(one).to.deep.equal({ answers: ADOPTIONS.map(({ syn }) => syn), asked: 2 });
    // The second check is read only where the first has been adopted.
    const two = asking((adoption) => adoption.rst && adoption.ack);
    expect(two).to.deep.equal({ answers: ADOPTIONS.map(({ rst, ack }) => rst && ack), asked: 3 });
  });

  it('is asked apart of a check of which nothing is known', () => {
    const answers = oncePerChoice([{}, { syn: false }, { rst: true }], ({ syn }) => syn);
    expect(answers).to.deep.equal([undefined, false, undefined]);
  });

  it('is asked of every choice where all checks are read, however they are', () => {
    const all = asking((adoption) => Object.values({ ...adoption }).every(Boolean));
    expect(all).to.deep.equal({ answers: [true, ...Array(7).fill(false)], asked: 8 });
  });
});
