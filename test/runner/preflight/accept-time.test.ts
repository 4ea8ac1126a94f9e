import { expect } from 'chai';
import { findAcceptTime } from '../../../lib/runner/preflight/accept-time.ts';
import { referenceWorld } from '../../states/reference-world.ts';
import { accepting, TIMING, world } from '../../states/scripted-target.ts';

const LATE_BY = 60;

describe('when the user is given a connection', () => {
  it('is told by whether the event comes before the last acknowledgment of the handshake', async () => {
    for (const [acceptsAtSyn, expected] of [
      [true, 'at the SYN'],
      [false, 'when established'],
    ] as const) {
      const { environment, tester } = referenceWorld('rfc9293', { acceptsAtSyn });
      expect(await findAcceptTime(environment, 4)).to.equal(expected);
      await tester.close();
    }
  });

  it('is asked with a longer wait where the event takes longer', async () => {
    const { environment, tester, driver, link } = world({ ...TIMING, guard: 10 });
    link.script = accepting();
    const waits: number[] = [];
    const asked = new Set<number>();
    // Its user is given connections at the SYN, and takes 60 ms to say so: no wait that is shorter sees it.
    driver.accepted = async (port: number, timeout = 0) => {
      const isFirst = !asked.has(port);
      asked.add(port);
      if (isFirst) waits.push(timeout);
      const isSeen = !isFirst || timeout >= LATE_BY;
      await new Promise((resolve) => setTimeout(resolve, isSeen ? LATE_BY : timeout));
      return isSeen ? { socketId: port } : undefined;
    };
    expect(await findAcceptTime(environment, 4)).to.equal('at the SYN');
    expect(waits[0]).to.equal(10);
    expect(waits.at(-1)).to.be.above(LATE_BY);
    await tester.close();
  });

  it('is unknown where nobody tells of accepted connections', async () => {
    const { environment, tester, driver } = world();
    driver.seesAccepts = false;
    expect(await findAcceptTime(environment, 4)).to.equal('unknown');
    await tester.close();
  });
});
