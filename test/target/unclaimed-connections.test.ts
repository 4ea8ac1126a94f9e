import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import {
  decodeMessage,
  decodeRequest,
  encodeEvent,
  encodeMessage,
  encodeResponse,
  primitiveName,
  RESULT,
  TYPE,
} from '../../lib/target/testability/message.ts';
import { UpperTesterDriver } from '../../lib/target/upper-tester-driver.ts';

describe('connections that the upper tester accepts and nobody waits for', () => {
  it('are aborted at once, or when their port is closed, each once', async () => {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const closed: number[] = [];
    let heard = () => {};
    let peer = { port: 0, address: '' };
    udp.on('message', (octets, from) => {
      peer = from;
      const message = decodeMessage(octets);
      const name = primitiveName(message.group, message.primitive);
      if (name === 'CLOSE_SOCKET') closed.push(decodeRequest('CLOSE_SOCKET', message).socketId);
      const answer =
        name === 'GET_VERSION'
          ? encodeResponse(name, RESULT.E_OK, { major: 1, minor: 2, patch: 0 }, message.serviceId)
          : encodeMessage({
              ...message,
              type: TYPE.RESPONSE,
              result: name === 'CAPABILITIES' ? RESULT.E_NTF : RESULT.E_OK,
              data: new Uint8Array(),
            });
      udp.send(answer, from.port, from.address);
      if (name === 'CLOSE_SOCKET') heard();
    });
    const accept = (socketId: number, port: number): void => {
      const event = { listenSocketId: 1, socketId, port, address: '127.0.0.1' };
      udp.send(encodeEvent('LISTEN_AND_ACCEPT', event), peer.port, peer.address);
    };
    const closing = (): Promise<void> =>
      new Promise((resolve) => {
        heard = resolve;
      });
    const driver = await UpperTesterDriver.open({
      ...{ address: '127.0.0.1', port: udp.address().port },
      ...{ tester: { 4: '127.0.0.1' }, target: { 4: '127.0.0.1' } },
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
      await driver.dispose();
      udp.close();
    }
  });
});
