import { expect } from 'chai';
import { SCENARIOS } from '../../../lib/catalogue/catalogue.ts';
import { FEW, needsOf } from '../../../lib/runner/preflight/needs.ts';
import { MEASURES } from '../../../lib/verdict/target-facts.ts';

describe('what cases need to be known of a target', () => {
  const measures = (...ids: string[]): string[] => [...needsOf(ids.map((id) => ({ id }))).measures].sort();

  it('is everything for all of them', () => {
    expect([...needsOf(SCENARIOS).measures].sort()).to.deep.equal([...MEASURES].sort());
  });

  it('is the adoption of RFC 5961 where an outcome depends on it', () => {
    const all = SCENARIOS.filter(({ steps }) => steps.length === 2);
    const depends = all.filter((one) => JSON.stringify(one.steps).includes('"when":'));
    expect(depends.length).to.be.above(20);
    for (const one of depends) expect(measures(one.id), one.id).to.include('adoption');
    expect(measures('established.no-ack.one-before')).to.not.include('adoption');
  });

  it('is the timer of the SYN,ACK wherever a SYN may wait for its acknowledgment, before or after the stimulus', () => {
    const opening = ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED'];
    for (const { id, state, steps } of SCENARIOS) {
      const after = steps.flatMap((step) => ('expect' in step ? Object.values(step.expect).flat() : []));
      const isOpening = [state, ...after.map(({ then }) => then)].some((one) => opening.includes(one ?? ''));
      if (isOpening) expect(measures(id), id).to.include('half-open connections');
    }
    expect(measures('established.no-ack.one-before')).to.not.include('half-open connections');
  });

  it('is the timer of the FIN, but where no connection is', () => {
    for (const { id, state } of SCENARIOS) {
      if (state !== 'LISTEN' && state !== 'CLOSED') expect(measures(id), id).to.include('FIN again');
    }
    expect(measures('closed.ack.empty')).to.deep.equal(['closed port']);
  });

  it('is what limits the target where many run at once', () => {
    const some = (count: number) =>
      needsOf(Array.from({ length: count }, () => ({ id: 'closed.ack.empty' }))).measures;
    expect(some(2 * FEW)).to.not.include('limits');
    expect(some(2 * FEW + 1)).to.include('limits');
  });

  it('is everything but the limits for a scenario of several steps', () => {
    const [steps] = SCENARIOS.filter((one) => one.steps.length > 2);
    expect(measures(steps?.id ?? '')).to.deep.equal(MEASURES.filter((one) => one !== 'limits').sort());
  });
});
