import { expect } from 'chai';
import { findMutant } from '../../bench/mutants/index.ts';
import { answer, when } from '../../bench/mutants/tools.ts';
import { findScenario } from '../../lib/catalogue/catalogue.ts';
import type { Scenario } from '../../lib/catalogue/scenario.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { runScenario } from '../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { emptyAck } from '../../lib/standard/segments.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { referenceWorld } from './reference-world.ts';

/** Drops text whose ACK is old. The probes of a proof may have such an ACK, where the stimulus had a newer one. */
const DROPS_TEXT_WITH_OLD_ACK = findMutant('ack-old-drops-text')?.behaviour as Behaviour;

/** Takes no text where its numbers have wrapped around. */
const TAKES_NO_TEXT_AFTER_WRAP: Behaviour = {
  arrive: when(({ rcvNxt }, { data }) => rcvNxt < 2 ** 15 && data > 0, answer(emptyAck)),
};

/** What a target does wrong whatever the stimulus is does not show that the stimulus has changed its state. */
describe('a state that does not change is not told to, by a target that', () => {
  /** @param index the first of a family of cases has RCV.NXT 0 over IPv4 */
  async function run(id: string, behaviour: Behaviour, index = 0) {
    const { environment, tester } = referenceWorld('rfc9293', behaviour);
    try {
      const result = await runScenario(findScenario(id) as Scenario, {
        ...{ environment, family: 4, index, seed: 1, profile: 'rfc9293', adoption: ALL_CHECKS },
      });
      return { verdict: verdictOf(result, 'rfc9293'), why: reasonText(result, 'rfc9293') };
    } finally {
      await tester.close();
    }
  }

  for (const id of [
    'established.ack.of-part',
    'fin-wait-1.text.acks-our-fin',
    'figure-7.three-way-handshake.tcp-a',
  ])
    it(`drops text with an old ACK: ${id}`, async () => {
      const { verdict, why } = await run(id, DROPS_TEXT_WITH_OLD_ACK);
      expect(verdict, why).to.equal('conformant');
    }).timeout(60_000);

  it('takes no text where numbers have wrapped around: that is found where text is due to be taken', async () => {
    const silent = await run('established.no-ack.empty', TAKES_NO_TEXT_AFTER_WRAP);
    expect(silent.verdict, silent.why).to.equal('conformant');
    const text = await run('established.text.in-order', TAKES_NO_TEXT_AFTER_WRAP);
    expect(text.verdict, text.why).to.equal('deviates');
  }).timeout(60_000);
});
