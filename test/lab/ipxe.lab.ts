import { expect } from 'chai';
import { ipxe } from '../../lib/lab/stacks/ipxe.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { seenOf } from '../../lib/verdict/result.ts';
import { byCapability, play, wasReached } from '../target/scenes/play.ts';
import { skipWithoutLab } from './skip.ts';

const REACHED = [
  'syn-sent.ack.iss',
  'syn-received.active.ack.beyond',
  'established.ack.beyond',
  'last-ack.fin.second',
];
const PASSIVE = ['listen.syn.empty', 'syn-received.passive.ack.beyond', 'close-wait.text.beyond'];

describe('ipxe', function () {
  this.timeout(1_200_000);

  it('calls in a loop: what an active open leads to is reached, the rest is beyond its capability', async function () {
    skipWithoutLab(
      this,
      ipxe.missing().length > 0 ? `apt-get install ${ipxe.missing().join(' ')}` : undefined,
    );
    const results = await play('play-stack', ['ipxe,4', ...REACHED, ...PASSIVE]);
    for (const result of results) {
      const told = `${result.id}: ${reasonText(result, 'rfc9293') ?? seenOf(result)?.proof}`;
      if (PASSIVE.includes(result.id)) expect(byCapability(result), told).to.equal(true);
      else expect(wasReached(result), told).to.equal(true);
    }
    expect(results).to.have.length(REACHED.length + PASSIVE.length);
  });
});
