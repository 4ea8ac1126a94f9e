import { expect } from 'chai';
import { slirp } from '../../lib/lab/stacks/slirp/slirp.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { seenOf } from '../../lib/verdict/result.ts';
import { byCapability, play, wasReached } from '../target/scenes/play.ts';
import { CASES } from '../target/scenes/states.ts';
import { skipWithoutLab } from './skip.ts';

/** slirp4netns forwards over IPv4 only. */
const OPENED = ['CLOSED by FINs', 'CLOSED by abort', 'SYN-SENT', 'SYN-RECEIVED, active'];

describe('slirp', function () {
  this.timeout(1_200_000);

  it('has every state reached through the proxy, but for active opens over IPv6', async function () {
    skipWithoutLab(
      this,
      slirp.missing().length > 0 ? `apt-get install ${slirp.missing().join(' ')}` : undefined,
    );
    const ids = Object.values(CASES).map(([first]) => first);
    const results = await play('play-stack', ['slirp,4,6', ...ids]);
    expect(results).to.have.length(2 * ids.length);
    for (const [state, [id]] of Object.entries(CASES)) {
      for (const result of results.filter((one) => one.id === id)) {
        const told = `${id} over IPv${result.family}: ${reasonText(result, 'rfc9293') ?? seenOf(result)?.proof}`;
        if (result.family === 6 && OPENED.includes(state)) expect(byCapability(result), told).to.equal(true);
        else expect(wasReached(result), told).to.equal(true);
      }
    }
  });
});
