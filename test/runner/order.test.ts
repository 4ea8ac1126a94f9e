import { expect } from 'chai';
import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { resolveScenario } from '../../lib/catalogue/resolve.ts';
import { outcomesOf, type Scenario } from '../../lib/catalogue/scenario.ts';
import { alternating, Likeness, leastTime, longestFirst } from '../../lib/runner/order.ts';

const scenarioOf = (steps: readonly StepDeclaration[]) =>
  resolveScenario({
    ...{ id: 'ladder.test.order', title: 'a title', state: 'ESTABLISHED', rules: ['3.10.7.4 first'] },
    steps,
  });

const TEXT = { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>' } as const;
const TAKEN = { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>' } as const;

describe('the order of cases', () => {
  it('begins with those that wait longest by their own steps', () => {
    const plain = leastTime(scenarioOf([TEXT, TAKEN]));
    expect(leastTime(scenarioOf([TEXT, TAKEN, TEXT, TAKEN]))).to.equal(2 * plain);
    expect(leastTime(scenarioOf([{ wait: 9000 }, TEXT, TAKEN]))).to.equal(9000 + plain);
    // A timer's interval, and twice that.
    const again = { expect: '<CTL=ACK><DATA=1>', next: true } as const;
    expect(leastTime(scenarioOf([TEXT, TAKEN, again, again]))).to.equal(plain + 3000);
    // A state on the way is proven after the same steps on another connection.
    expect(leastTime(scenarioOf([TEXT, TAKEN, { state: 'ESTABLISHED' }, TEXT, TAKEN]))).to.equal(3 * plain);
  });

  it('has those early that may wait for a SYN,ACK to come again', () => {
    const order = longestFirst(SCENARIOS.filter(({ steps }) => steps.length === 2).map(({ id }) => ({ id })));
    const place = (id: string): number => order.findIndex((one) => one.id === id);
    const aReset = place('syn-received.active.rst.at-rcv-nxt');
    expect(aReset).to.be.within(0, place('established.rst.middle'));
    expect(aReset).to.be.below(place('established.rst.at-rcv-nxt'));
  });

  it('keeps that of the catalogue among equals, and ends with those that expect silence', () => {
    const jobs = SCENARIOS.map(({ id }) => ({ id }));
    const order = longestFirst(jobs).map(({ id }) => id);
    expect(order.toSorted()).to.deep.equal(jobs.map(({ id }) => id).toSorted());
    const places = new Map(SCENARIOS.map((one, place) => [one.id, { one, place }]));
    const last = order.slice(-50).map((id) => places.get(id));
    for (const each of last) {
      const replies = Object.values(outcomesOf(each?.one as Scenario)).flat();
      expect(
        replies.every(({ reply }) => reply.length === 0),
        each?.one.id,
      ).to.equal(true);
    }
    const inOrder = last.map((each) => each?.place ?? 0);
    expect(inOrder).to.deep.equal(inOrder.toSorted((one, other) => one - other));
  });

  it('takes the families in turn for who has one connection of each', () => {
    const jobs = ([4, 4, 4, 6] as const).map((family, at) => ({ id: `${at}`, family }));
    expect(alternating(jobs).map(({ id }) => id)).to.deep.equal(['0', '3', '1', '2']);
  });

  it('tells which cases send the same in other states', () => {
    const isAlike = new Likeness().to({ id: 'established.no-ack.one-before' });
    const alike = SCENARIOS.filter(isAlike).map(({ id }) => id);
    expect(alike).to.include.members(['established.no-ack.one-before', 'closing.no-ack.one-before']);
    expect(alike).not.to.include('established.ack.one-before');
    const ladder = { id: 'ladder.reopening.old-duplicate' };
    expect(SCENARIOS.filter(new Likeness().to(ladder))).to.have.length(1);
  });
});
