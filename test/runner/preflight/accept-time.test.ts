import { expect } from 'chai';
import { CASES } from '../../../lib/catalogue/catalogue.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { skipWithoutLab } from '../../lab/skip.ts';
import { findAcceptTime } from '../../../lib/runner/preflight/accept-time.ts';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import { type CaseResult, verdictOf } from '../../../lib/verdict/result.ts';
import { referenceWorld } from '../../states/reference-world.ts';
import { accepting, TIMING, world } from '../../states/scripted-target.ts';

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
    const events = new Map<number, Promise<void>>();
    // Its user is given connections from the SYN on, and takes 60 ms to report them.
    driver.accepted = async (port: number, timeout = 0) => {
      const event = events.get(port) ?? new Promise((resolve) => setTimeout(resolve, 60));
      if (!events.has(port)) waits.push(timeout);
      events.set(port, event);
      const first = await Promise.race([
        event.then(() => 'event'),
        new Promise((resolve) => setTimeout(resolve, timeout)),
      ]);
      return first === 'event' ? { socketId: port } : undefined;
    };
    expect(await findAcceptTime(environment, 4)).to.equal('at the SYN');
    expect(waits[0]).to.equal(10);
    expect(waits.at(-1)).to.be.above(60);
    await tester.close();
  });

  it('is unknown where nobody tells of accepted connections', async () => {
    const { environment, tester, driver } = world();
    driver.seesAccepts = false;
    expect(await findAcceptTime(environment, 4)).to.equal('unknown');
    await tester.close();
  });
});

const told = (result: CaseResult): string => `${result.id}: ${reasonText(result, 'rfc9293')}`;

describe('a target whose user is given connections at the SYN', function () {
  this.timeout(60_000);

  before(async function () {
    skipWithoutLab(this);
  });

  it('is known as one, and not accused for it', async () => {
    const stack = 'reference:rfc9293:accepts-at-syn';
    const session = await Session.open(
      settingsFrom({ SEGMENT_ARRIVES_STACK: stack, SEGMENT_ARRIVES_FAMILY: '4' }),
    );
    try {
      expect(session.target.facts['accepts a connection']).to.equal('at the SYN');
      const chosen = CASES.filter(({ id }) =>
        /^(listen\.syn|syn-received\.passive\.(ack|rst))\./.test(id),
      ).map(({ id }) => ({ id, family: 4 }) as const);
      expect(chosen).to.have.length.above(20);
      session.request(chosen);
      for (const { id, family } of chosen) {
        const result = await session.result(id, family);
        expect(verdictOf(result, 'rfc9293'), told(result)).to.equal('conformant');
      }
    } finally {
      await session.close();
    }
  });
});
