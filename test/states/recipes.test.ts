import { expect } from 'chai';
import { reach, Unreached } from '../../lib/states/index.ts';
import { limitedTo } from '../../lib/target/capabilities.ts';
import { accepting, CLOSED_PORT, LISTENER, TIMING, world } from './scripted-target.ts';

const printed = (sent: readonly { segment: { ctl: ReadonlySet<string> } }[]): string[] =>
  sent.map(({ segment: { ctl } }) => [...ctl].join(','));

describe('recipes', () => {
  const worlds: ReturnType<typeof world>[] = [];
  function fresh(timing = TIMING) {
    const one = world(timing);
    worlds.push(one);
    return one;
  }
  after(() => Promise.all(worlds.map(({ tester }) => tester.close())));

  it('reaches CLOSED and LISTEN by nothing but a port', async () => {
    const { link, environment } = fresh();
    const closed = await reach(environment, { family: 4, state: 'CLOSED', rcvNxt: 7 });
    const listen = await reach(environment, { family: 4, state: 'LISTEN', rcvNxt: 7 });
    expect([closed.connection.peerPort, listen.connection.peerPort]).to.deep.equal([CLOSED_PORT, LISTENER]);
    expect([closed.listening, listen.listening]).to.deep.equal([false, true]);
    expect(link.sent).to.deep.equal([]);
  });

  it('establishes a connection at the RCV.NXT that is wished, also over the wrap-around', async () => {
    for (const rcvNxt of [0, 1, 2 ** 31]) {
      const { link, environment } = fresh();
      link.script = accepting();
      const { connection, handle } = await reach(environment, { family: 4, state: 'ESTABLISHED', rcvNxt });
      expect(connection.variables()).to.include({ 'RCV.NXT': rcvNxt, 'SND.NXT': 5001, 'SND.UNA': 5001 });
      expect(handle).to.not.equal(undefined);
      expect(printed(link.sent)).to.deep.equal(['SYN', 'ACK']);
    }
  });

  it('sends again what is not answered, and says how often', async () => {
    const { link, environment, tester } = fresh();
    let swallowed = 0;
    link.script = accepting(({ segment: { ctl } }) => ctl.has('SYN') && swallowed++ === 0);
    const began = performance.now();
    const reached = await reach(environment, { family: 4, state: 'ESTABLISHED', rcvNxt: 100 });
    expect(reached.sentAgain).to.equal(1);
    expect(printed(link.sent)).to.deep.equal(['SYN', 'SYN', 'ACK']);
    expect(performance.now() - began, 'rests until limiters have room again').to.be.at.least(1100);
    expect(tester.path.rate).to.be.above(0);
  });

  it('gives up what is never answered, with the reason, and leaves nothing behind', async () => {
    const { link, environment, driver, tester } = fresh();
    link.script = accepting(() => true);
    const failure = await reach(environment, { family: 4, state: 'ESTABLISHED', rcvNxt: 100 }).catch(
      (e) => e,
    );
    expect(failure).to.be.instanceOf(Unreached);
    expect(failure.obstacle).to.include({ what: 'no answer', awaited: 'SYN,ACK' });
    expect(printed(link.sent)).to.deep.equal(['SYN', 'SYN', 'SYN']);
    expect(driver.calls.filter((call) => call.startsWith('release'))).to.have.length(1);
    link.arrive('<SEQ=1><CTL=RST>', link.sent[0]?.from as number);
    expect(tester.strays).to.equal(1);
  });

  it('repeats the acknowledgment of a handshake that the user has not got', async () => {
    const { link, environment, driver } = fresh();
    link.script = accepting();
    driver.acceptsWhen = () => printed(link.sent).filter((one) => one === 'ACK').length > 1;
    await reach(environment, { family: 4, state: 'ESTABLISHED', rcvNxt: 100 });
    expect(printed(link.sent)).to.deep.equal(['SYN', 'ACK', 'ACK']);
  });

  it('sends twice what nobody acknowledges where the path loses', async () => {
    const { link, environment, driver, tester } = fresh();
    tester.path.recordProbes(100, { lost: 3 });
    link.script = accepting();
    driver.onShutdown = () => link.arrive('<SEQ=5001><ACK=100><CTL=FIN,ACK>', link.sent[0]?.from as number);
    await reach(environment, { family: 4, state: 'FIN-WAIT-2', rcvNxt: 100 });
    expect(printed(link.sent)).to.deep.equal(['SYN', 'ACK', 'ACK', 'ACK', 'ACK']);
  });

  it('comes to CLOSED by FINs only when a segment that follows the FIN of the target has come', async () => {
    const { link, environment, driver } = fresh();
    link.script = ({ segment: { ctl, seq } }) =>
      ctl.has('SYN') || ctl.has('FIN') ? [`<SEQ=5001><ACK=${seq + 1}><CTL=ACK><WND=8000>`] : [];
    const port = (): number => link.sent[0]?.from as number;
    driver.onConnect = (testerPort) => link.arrive('<SEQ=5000><CTL=SYN><WND=8000><MSS=1460>', testerPort);
    driver.close = async () => {
      link.arrive('<SEQ=5001><ACK=100><CTL=FIN,ACK>', port());
      setTimeout(() => link.arrive('<SEQ=5002><ACK=100><CTL=ACK>', port()), TIMING.guard / 2);
    };
    const wish = { family: 4, state: 'CLOSED', closedBy: 'FINs', rcvNxt: 100 } as const;
    const { connection } = await reach(environment, wish);
    const last = connection.mailbox.log.at(-1);
    expect([last?.from, last?.segment.seq]).to.deep.equal(['target', 5002]);
  });

  it("asks the target's user whether it has taken all only when the segments have left, lest it overtake them", async () => {
    const { link, environment, driver } = fresh();
    link.script = accepting();
    const order: string[] = [];
    link.leaving = new Promise((resolve) => setTimeout(resolve, 20)).then(() => void order.push('left'));
    driver.userHasRead = async () => void order.push('asked');
    await reach(environment, { family: 4, state: 'ESTABLISHED', rcvNxt: 100 });
    expect(order).to.deep.equal(['left', 'asked']);
  });

  it('gets text into flight from a target that sends one segment first, and more with each acknowledgment', async () => {
    const { link, environment, driver } = fresh();
    const respond = accepting();
    const [first, segment] = [5001, 1000];
    let [queued, sent, acknowledged, window] = [0, 0, 0, 1];
    const more = (): string[] => {
      const texts: string[] = [];
      for (; sent < queued && sent - acknowledged < window; sent += 1) {
        texts.push(`<SEQ=${first + sent * segment}><ACK=101><CTL=ACK><DATA=${segment}>`);
      }
      return texts;
    };
    link.script = (one) => {
      const { ctl, ack } = one.segment;
      const taken = ctl.has('SYN') || ctl.has('RST') ? 0 : (ack - first) / segment;
      if (taken <= acknowledged) return respond(one);
      window += taken - acknowledged;
      acknowledged = taken;
      return more();
    };
    driver.send = async () => {
      queued += 3;
      for (const text of more()) link.arrive(text, link.sent[0]?.from as number);
    };
    const wish = { family: 4, state: 'ESTABLISHED', rcvNxt: 101, conditions: ['text-in-flight'] } as const;
    const { connection } = await reach(environment, wish);
    expect(connection.sndNxt - connection.sndUna).to.equal(3 * segment);
    expect(queued, 'it took a flight that was acknowledged').to.equal(6);
  });

  it('brings the target into CLOSE-WAIT and LAST-ACK by a FIN of its own', async () => {
    const { link, environment, driver } = fresh();
    link.script = accepting();
    driver.onShutdown = () => link.arrive('<SEQ=5001><ACK=100><CTL=FIN,ACK>', link.sent[0]?.from as number);
    const { connection } = await reach(environment, { family: 4, state: 'LAST-ACK', rcvNxt: 100 });
    expect(printed(link.sent)).to.deep.equal(['SYN', 'ACK', 'FIN,ACK']);
    expect(connection.variables()).to.include({ 'RCV.NXT': 100, 'SND.NXT': 5002, 'SND.UNA': 5001 });
  });

  it('has a target without half close send its FIN by CLOSE, and never calls for SHUTDOWN', async () => {
    for (const state of ['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const) {
      const { link, environment, driver } = fresh();
      link.script = accepting();
      driver.shutdown = () => Promise.reject(new Error('there is no SHUTDOWN'));
      driver.close = async () =>
        link.arrive('<SEQ=5001><ACK=100><CTL=FIN,ACK>', link.sent[0]?.from as number);
      const limited = { ...environment, driver: limitedTo({ halfClose: false }, driver) };
      const { connection } = await reach(limited, { family: 4, state, rcvNxt: 100 });
      expect(connection.targetFin, state).to.equal(5001);
    }
  });
});
