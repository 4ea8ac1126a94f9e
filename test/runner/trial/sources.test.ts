import { expect } from 'chai';
import { findScenario } from '../../../lib/catalogue/catalogue.ts';
import type { Scenario } from '../../../lib/catalogue/scenario.ts';
import type { Behaviour } from '../../../lib/lab/reference/behaviour.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import type { Segment } from '../../../lib/standard/tcb.ts';
import { verdictOf, whyInconclusive } from '../../../lib/verdict/result.ts';
import { referenceWorld } from '../../states/reference-world.ts';

/** A TCP that looks at no source address, and answers where the segment says that it came from. */
const BLIND: Behaviour = {
  arrive: (tcb, { invalidSource: _, ...segment }, next) => next(tcb, segment as Segment),
};

/** The kernel of a reference in the lab drops such packets before raw sockets have them: here, they arrive. */
describe('SYNs from addresses that no peer has', () => {
  const right = referenceWorld('rfc9293');
  const blind = referenceWorld('rfc9293', BLIND);
  after(() => Promise.all([right, blind].map(({ tester }) => tester.close())));

  const run = (id: string, family: 4 | 6, environment: (typeof right)['environment']) =>
    runScenario(findScenario(id) as Scenario, {
      ...{ environment, family, index: 0, seed: 1, profile: 'rfc9293', adoption: ALL_CHECKS },
    });

  const SEEN = [
    ['listen.syn.from-broadcast', 4],
    ['listen.syn.from-multicast', 4],
    ['listen.syn.from-multicast', 6],
    ['listen.syn.from-unspecified', 4],
    ['listen.syn.from-loopback', 6],
    ['closed.syn.from-broadcast', 4],
    ['closed.syn.from-multicast', 6],
  ] as const;

  for (const [id, family] of SEEN)
    it(`are not to be answered, and an answer is seen where it goes: ${id} over IPv${family}`, async () => {
      expect(verdictOf(await run(id, family, right.environment), 'rfc9293')).to.equal('conformant');
      const result = await run(id, family, blind.environment);
      expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
      expect(verdictOf(result, 'rfc793'), 'RFC 793 does not mention them').to.equal('conformant');
    }).timeout(60_000);

  it('leave LISTEN and CLOSED as they are when they seem to come from the target', async () => {
    for (const id of ['listen.syn.from-own', 'closed.syn.from-own'])
      expect(verdictOf(await run(id, 4, right.environment), 'rfc9293'), id).to.equal('conformant');
  }).timeout(60_000);

  it('are not sent to a target outside the lab unless that is asked for', async () => {
    const result = await run('listen.syn.from-multicast', 4, { ...right.environment, forgesSources: false });
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({
      kind: 'not capable',
      lack: { what: 'leave to forge sources' },
    });
  });
});
