import { expect } from 'chai';
import { CASES, SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { isCase, type Scenario } from '../../lib/catalogue/scenario.ts';
import { STATES } from '../../lib/standard/state.ts';
import { disagreements } from './agreement/disagreement.ts';

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
