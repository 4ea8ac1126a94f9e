import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import {
  decodeMessage,
  encodeMessage,
  encodeResponse,
  primitiveName,
  RESULT,
  TYPE,
} from '../../lib/target/testability/message.ts';
import { UpperTesterDriver } from '../../lib/target/upper-tester-driver.ts';

describe('whether the upper tester has taken all text', () => {
  it('is asked for all that ask meanwhile, and anew for each that asks later', async () => {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    let asked = 0;
    udp.on('message', (octets, from) => {
      const message = decodeMessage(octets);
      const name = primitiveName(message.group, message.primitive);
      if (name === 'GET_VERSION') asked += 1;
      const answer =
        name === 'GET_VERSION'
          ? encodeResponse(name, RESULT.E_OK, { major: 1, minor: 2, patch: 0 }, message.serviceId)
          : encodeMessage({
              ...{ ...message, type: TYPE.RESPONSE, data: new Uint8Array() },
              result: name === 'CAPABILITIES' ? RESULT.E_NTF : RESULT.E_OK,
            });
      udp.send(answer, from.port, from.address);
    });
    const driver = await UpperTesterDriver.open({
      ...{ address: '127.0.0.1', port: udp.address().port },
      ...{ tester: { 4: '127.0.0.1' }, target: { 4: '127.0.0.1' } },
    });
    try {
      const before = asked;
      const first = driver.userHasRead();
      const askedBy: number[] = [];
      const others = Array.from({ length: 50 }, () => driver.userHasRead().then(() => askedBy.push(asked)));
      await first;
      expect(asked - before).to.be.within(2, 3);
      await Promise.all(others);
      // Two answers that were asked for after they did.
      expect(asked - before).to.equal(4);
      expect(new Set(askedBy)).to.deep.equal(new Set([before + 4]));
      await driver.userHasRead();
      expect(asked - before).to.equal(6);
    } finally {
      await driver.dispose();
      udp.close();
    }
  });
});
