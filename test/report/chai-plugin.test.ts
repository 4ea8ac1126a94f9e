import { AssertionError, expect, use } from 'chai';
import { tcpAssertions } from '../../lib/report/chai-plugin.ts';
import { judgedAs, resultOf } from '../runner/results.ts';
import { segment } from '../tester/memory-link.ts';

use(tcpAssertions);

const variables = { 'SND.NXT': 10, 'RCV.NXT': 20, 'SEG.ACK': 11 };
const acked = resultOf('conformant', {
  variables,
  observed: [segment('<SEQ=10><ACK=20><CTL=ACK>')],
  kind: 'empty-ack',
});
const reset = resultOf('deviates', {
  variables,
  observed: [segment('<SEQ=11><ACK=0><CTL=RST>')],
  kind: 'rst',
});

const WRONG_ACK = {
  verdict: 'deviates',
  others: 0,
  faults: [{ kind: 'field', field: 'ACK', expected: '6', observed: '5' }],
} as const;

describe('assertions about results', () => {
  it('know what conforms, and what does only without --strict', () => {
    expect(acked).to.conformTo('rfc9293');
    expect(reset).to.not.conformTo('rfc9293');
    expect(resultOf('permitted')).to.conformTo('rfc793');
    expect(() => expect(resultOf('permitted')).to.conformTo('rfc793', { strict: true })).to.throw(
      AssertionError,
      /^permitted under rfc793\n/,
    );
  });

  it('explain a failure by what was sent, seen and expected', () => {
    const failed = resultOf('deviates', {
      judgements: { ...judgedAs('deviates'), rfc9293: WRONG_ACK },
    });
    expect(() => expect(failed).to.conformTo('rfc9293')).to.throw(
      AssertionError,
      /deviates under rfc9293\nestablished\.rst\.one-after, IPv4: a title\n.*sent.*\n.*observed {2}silence, then ESTABLISHED\n.*because {3}ACK is 5, not 6/s,
    );
  });
});
