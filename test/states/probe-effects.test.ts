import { expect } from 'chai';
import { adoptionOf } from '../../bench/forecast.ts';
import { runOne } from '../../lib/runner/trial/run-scenario.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { referenceWorld } from './reference-world.ts';

/** Like a real kernel: an ACK of ISS, which acknowledges nothing, establishes the connection even outside the window. */
const OPENED_BY_ACK_OF_ISS = referenceWorld('rfc9293', {
  arrive: (tcb, segment, next) => {
    const opens = tcb.state === 'SYN-RECEIVED' && segment.ctl.has('ACK') && segment.ack === tcb.iss;
    if (!opens || segment.ctl.has('RST') || !segment.checksumValid) return next(tcb, segment);
    const established = { ...tcb, state: 'ESTABLISHED', sndUna: tcb.sndNxt } as const;
    return next(established, { ...segment, ack: tcb.sndNxt });
  },
});

/** Like a real proxy: text after the peer's FIN is accepted and acknowledged. */
const TAKES_TEXT_BEHIND_THE_FIN = referenceWorld('rfc9293', {
  arrive: (tcb, segment, next) => {
    const inOrder = segment.seq === tcb.rcvNxt && !segment.ctl.has('RST') && !segment.ctl.has('SYN');
    if (tcb.state !== 'CLOSE-WAIT' || segment.data === 0 || !inOrder) return next(tcb, segment);
    const { tcb: taken, ...arrival } = next({ ...tcb, state: 'ESTABLISHED' }, segment);
    return { ...arrival, tcb: { ...taken, state: 'CLOSE-WAIT' } };
  },
});

describe('a proof', () => {
  after(() =>
    Promise.all([OPENED_BY_ACK_OF_ISS, TAKES_TEXT_BEHIND_THE_FIN].map(({ tester }) => tester.close())),
  );

  const verdictOn = async (id: string, { environment } = OPENED_BY_ACK_OF_ISS): Promise<string> => {
    const context = { environment, family: 4, seed: 793, index: 0, profile: 'rfc9293' } as const;
    return verdictOf(await runOne(id, { ...context, adoption: adoptionOf('rfc9293') }), 'rfc9293');
  };

  it('does not open the connection that the stimulus, whose checksum is wrong, has not opened', async () => {
    expect(await verdictOn('syn-received.active.ack.snd-una-wrong-checksum')).to.equal('conformant');
  });

  it('tells that the stimulus has opened it', async () => {
    expect(await verdictOn('syn-received.active.ack.snd-una')).to.equal('deviates');
  });

  it('takes what the target does in a state anyway for no sign of another', async () => {
    for (const id of ['close-wait.ack.at-rcv-nxt', 'close-wait.text.one-before'])
      expect(await verdictOn(id, TAKES_TEXT_BEHIND_THE_FIN), id).to.equal('conformant');
    expect(await verdictOn('close-wait.text.in-order', TAKES_TEXT_BEHIND_THE_FIN)).to.equal('deviates');
  });
});
