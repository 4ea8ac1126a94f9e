import { expect } from 'chai';
import { adoptionOf } from '../../bench/forecast.ts';
import { runOne } from '../../lib/runner/trial/run-scenario.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { add } from '../../lib/wire/seq.ts';
import { referenceWorld } from './reference-world.ts';

const STRAY_AFTER = 40;

/** It acknowledges its peer's FIN again a little later. By then it has sent its own FIN and is in CLOSED. */
const STRAY_ACK_AFTER_FIN = referenceWorld('rfc9293', {
  emit: (reply, _, segment) => {
    const stray = { segment: { ...reply, seq: add(reply.seq, 1) }, after: STRAY_AFTER };
    return [
      { segment: reply, after: 0 },
      ...(segment.ctl.has('FIN') && !reply.ctl.has('RST') ? [stray] : []),
    ];
  },
});

describe('a stray ACK after the FIN of the target', () => {
  after(() => STRAY_ACK_AFTER_FIN.tester.close());

  for (const id of ['closed.after-fins.rst', 'closed.after-fins.ack', 'closed.after-fins.syn']) {
    it(`is no reply in ${id}`, async () => {
      const { environment } = STRAY_ACK_AFTER_FIN;
      const context = { environment, family: 4, seed: 793, index: 0, profile: 'rfc9293' } as const;
      const result = await runOne(id, { ...context, adoption: adoptionOf('rfc9293') });
      expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
      const strays = result.records.filter(
        ({ from, role, segment }) =>
          from === 'target' && role === 'setup' && segment.ctl.size === 1 && segment.ctl.has('ACK'),
      );
      expect(strays, 'of the SYN, of the FIN, and the stray one').to.have.length(3);
    });
  }
});
