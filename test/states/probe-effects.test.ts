import { expect } from 'chai';
import { adoptionOf } from '../../lib/lab/reference/forecast.ts';
import { runOne } from '../../lib/runner/trial/run-one.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { allCases } from '../suites/catalogue.ts';
import { referenceWorld } from './reference-world.ts';

/** As a real kernel does: an acknowledgment of ISS, which acknowledges nothing, opens the connection wherever it comes from. */
const OPENED_BY_ACK_OF_ISS = referenceWorld('rfc9293', {
  arrive: (tcb, segment, next) => {
    const opens = tcb.state === 'SYN-RECEIVED' && segment.ctl.has('ACK') && segment.ack === tcb.iss;
    if (!opens || segment.ctl.has('RST') || !segment.checksumValid) return next(tcb, segment);
    const established = { ...tcb, state: 'ESTABLISHED', sndUna: tcb.sndNxt } as const;
    return next(established, { ...segment, ack: tcb.sndNxt });
  },
});

describe('a proof', () => {
  before(async function () {
    this.timeout(20_000);
    await allCases();
  });
  after(() => OPENED_BY_ACK_OF_ISS.tester.close());

  const verdictOn = async (id: string): Promise<string> => {
    const { environment } = OPENED_BY_ACK_OF_ISS;
    const context = { environment, family: 4, seed: 793, index: 0, profile: 'rfc9293' } as const;
    return verdictOf(await runOne(id, { ...context, adoption: adoptionOf('rfc9293') }), 'rfc9293');
  };

  it('does not open the connection that the stimulus, whose checksum is wrong, has not opened', async () => {
    expect(await verdictOn('syn-received.active.ack.snd-una-wrong-checksum')).to.equal('conformant');
  });

  it('tells that the stimulus has opened it', async () => {
    expect(await verdictOn('syn-received.active.ack.snd-una')).to.equal('deviates');
  });
});
