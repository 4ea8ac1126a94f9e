import { expect } from 'chai';
import { decodeRequest, encodeEvent } from '../../lib/target/testability/message.ts';
import { scriptedUpperTester } from './scripted-upper-tester.ts';

describe('connections that the upper tester accepts and nobody waits for', () => {
  it('are aborted at once, or when their port is closed, each once', async () => {
    const closed: number[] = [];
    let heard = () => {};
    const { driver, send, end } = await scriptedUpperTester((name, message) => {
      if (name !== 'CLOSE_SOCKET') return;
      closed.push(decodeRequest(name, message).socketId);
      setImmediate(heard);
    });
    const accept = (socketId: number, port: number): void => {
      const event = { listenSocketId: 1, socketId, port, address: '127.0.0.1' };
      send(encodeEvent('LISTEN_AND_ACCEPT', event));
    };
    const closing = (): Promise<void> =>
      new Promise((resolve) => {
        heard = resolve;
      });
    try {
      const open = new Set([10_001]);
      let free = (_port: number): void => {};
      driver.abortUnclaimed({
        isOpen: (port) => open.has(port),
        onClosed: (handler) => {
          free = handler;
        },
      });
      const unclaimed = closing();
      accept(2, 10_001);
      accept(3, 10_002);
      await unclaimed;
      expect(closed).to.deep.equal([3]);
      const first = await driver.accepted(10_001, 1000);
      expect(first?.socketId).to.equal(2);
      // A second SYN to the port, where the user accepts at the SYN.
      accept(4, 10_001);
      await driver.userHasRead();
      expect((await driver.accepted(10_001, 1000))?.socketId).to.equal(4);
      await driver.release(10_001, first);
      expect(closed).to.have.members([3, 2, 4]);
      // What comes between the release and the closing of the port.
      accept(5, 10_001);
      await driver.userHasRead();
      const late = await driver.accepted(10_001, 1000);
      expect(late?.socketId).to.equal(5);
      const closedLate = closing();
      free(10_001);
      await closedLate;
      expect(closed.slice(3)).to.deep.equal([5]);
      // Its number may be another socket's by now.
      await driver.release(10_001, late);
      expect(closed).to.have.length(4);
    } finally {
      await end();
    }
  });
});
