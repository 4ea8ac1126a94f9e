import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  decodeMessage,
  encodeMessage,
  encodeResponse,
  type Message,
  type PrimitiveName,
  primitiveName,
  RESULT,
  TYPE,
} from '../../lib/target/testability/message.ts';
import { UpperTesterDriver } from '../../lib/target/upper-tester-driver.ts';

export interface ScriptedUpperTester {
  readonly driver: UpperTesterDriver;
  /** Sends an event to the driver. */
  readonly send: (datagram: Uint8Array) => void;
  readonly end: () => Promise<void>;
}

/**
 * A driver, and an upper tester on loopback that says yes to every request.
 *
 * @param heard is told of each, before the answer goes
 * @param lacking the primitives that it does not have
 */
export async function scriptedUpperTester(
  heard: (name: PrimitiveName | undefined, message: Message) => void,
  lacking: readonly (PrimitiveName | undefined)[] = ['CAPABILITIES'],
): Promise<ScriptedUpperTester> {
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  let peer = { port: 0, address: '' };
  udp.on('message', (octets, from) => {
    peer = from;
    const message = decodeMessage(octets);
    const name = primitiveName(message.group, message.primitive);
    heard(name, message);
    const answer =
      name === 'GET_VERSION'
        ? encodeResponse(name, RESULT.E_OK, { major: 1, minor: 2, patch: 0 }, message.serviceId)
        : encodeMessage({
            ...{ ...message, type: TYPE.RESPONSE, data: new Uint8Array() },
            result: lacking.includes(name) ? RESULT.E_NTF : RESULT.E_OK,
          });
    udp.send(answer, from.port, from.address);
  });
  const driver = await UpperTesterDriver.open({
    ...{ address: '127.0.0.1', port: udp.address().port },
    ...{ tester: { 4: '127.0.0.1' }, target: { 4: '127.0.0.1' } },
  });
  return {
    driver,
    send: (datagram) => udp.send(datagram, peer.port, peer.address),
    end: async () => {
      await driver.dispose();
      udp.close();
    },
  };
}
