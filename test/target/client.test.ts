import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { TestabilityClient } from '../../lib/target/testability/client.ts';
import {
  UpperTesterAbsent,
  UpperTesterError,
  UpperTesterNonsense,
  UpperTesterRefused,
} from '../../lib/target/testability/exchange.ts';
import {
  decodeMessage,
  encodeEvent,
  encodeResponse,
  PRIMITIVES,
  type PrimitiveName,
  primitiveName,
  RESULT,
} from '../../lib/target/testability/message.ts';
import { failure, pause } from './helpers.ts';

type Answer = (name: PrimitiveName, reply: (octets: Uint8Array) => void, request: Buffer) => void;

describe('the client of the Testability Protocol', () => {
  let server: Socket;
  let client: TestabilityClient;
  let asked: PrimitiveName[];

  /** An upper tester that answers as the test says. */
  const withUpperTester = async (answer: Answer, timeoutMs = 60): Promise<void> => {
    server = createSocket('udp4');
    asked = [];
    server.on('message', (octets: Buffer, from: RemoteInfo) => {
      const { group, primitive } = decodeMessage(octets);
      const name = primitiveName(group, primitive);
      if (name === undefined) throw new Error('an unknown primitive');
      asked.push(name);
      answer(name, (reply) => server.send(reply, from.port, from.address), octets);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    client = await TestabilityClient.open({ address: '127.0.0.1', port: server.address().port, timeoutMs });
  };

  const version = encodeResponse('GET_VERSION', RESULT.E_OK, { major: 1, minor: 2, patch: 0 });
  const created = (socketId: number): Buffer => encodeResponse('CREATE_AND_BIND', RESULT.E_OK, { socketId });

  afterEach(() => {
    client.dispose();
    try {
      server.close();
    } catch {
      // The test closed it.
    }
  });

  it('tells a closed port at once', async () => {
    const patience = 60_000;
    await withUpperTester(() => {}, patience);
    server.close();
    await once(server, 'close');
    const started = Date.now();
    expect(await failure(client.getVersion())).to.be.instanceOf(UpperTesterAbsent);
    expect(Date.now() - started).to.be.lessThan(patience);
  });

  it('tells silence, after repeating what is harmless to repeat', async () => {
    await withUpperTester(() => {}, 30);
    const error = await failure(client.getVersion());
    expect(error).to.be.instanceOf(UpperTesterAbsent);
    expect(error.message).to.match(
      /no upper tester at 127.0.0.1 port \d+: no answer to GET_VERSION within 30 ms/,
    );
    expect(asked).to.deep.equal(['GET_VERSION', 'GET_VERSION', 'GET_VERSION']);
  });

  it('waits as long for what it does not repeat', async () => {
    const patience = 1000;
    await withUpperTester(
      (_name, reply) => void setTimeout(() => reply(created(7)), 1.5 * patience),
      patience,
    );
    expect(await client.createAndBind({ family: 4 })).to.equal(7);
    expect(asked).to.deep.equal(['CREATE_AND_BIND']);
  });

  it('does not repeat what is not', async () => {
    await withUpperTester(() => {}, 30);
    expect(await failure(client.connect(1, '127.0.0.1', 9))).to.be.instanceOf(UpperTesterAbsent);
    expect(asked).to.deep.equal(['CONNECT']);
  });

  it('survives the loss of a datagram', async () => {
    await withUpperTester((_name, reply) => {
      if (asked.length === 2) reply(version);
    }, 30);
    expect(await client.getVersion()).to.deep.equal({ major: 1, minor: 2, patch: 0 });
  });

  it('tells a refusal, with its name', async () => {
    await withUpperTester((name, reply) => reply(encodeResponse(name, RESULT.E_UBS, null)));
    const error = await failure(client.createAndBind({ family: 4 }));
    expect(error).to.be.instanceOf(UpperTesterRefused);
    expect(error).to.include({ primitive: 'CREATE_AND_BIND', result: 0xed, resultName: 'E_UBS' });
    expect(error.message).to.equal('the upper tester answered CREATE_AND_BIND with E_UBS');
  });

  for (const [what, octets] of Object.entries({
    'something else': Buffer.from('220 mail.example ESMTP\r\n'),
    'another service': encodeResponse('GET_VERSION', RESULT.E_OK, { major: 1, minor: 2, patch: 0 }, 0x0106),
    'a response without its data': encodeResponse('GET_VERSION', RESULT.E_OK, null),
    nothing: Buffer.alloc(0),
  })) {
    it(`tells nonsense: ${what}`, async () => {
      await withUpperTester((_name, reply) => reply(octets));
      expect(await failure(client.getVersion())).to.be.instanceOf(UpperTesterNonsense);
    });
  }

  it('tells nonsense: the echo service', async () => {
    await withUpperTester((_name, reply, request) => reply(request));
    expect(await failure(client.getVersion())).to.be.instanceOf(UpperTesterNonsense);
  });

  it('keeps one request in flight and answers in order', async () => {
    let inFlight = 0;
    let next = 1;
    await withUpperTester(async (_name, reply) => {
      expect(++inFlight).to.equal(1);
      await pause(5);
      inFlight--;
      reply(created(next++));
    }, 500);
    const ids = await Promise.all([1, 2, 3].map((port) => client.createAndBind({ family: 4, port })));
    expect(ids).to.deep.equal([1, 2, 3]);
  });

  it('does not take a late answer for the answer to the next request of the kind', async () => {
    let first = true;
    await withUpperTester((name, reply) => {
      if (name === 'GET_VERSION') {
        reply(created(1));
        reply(version);
      } else if (first) {
        first = false;
      } else {
        reply(created(2));
      }
    }, 40);
    expect(await failure(client.createAndBind({ family: 4 }))).to.be.instanceOf(UpperTesterAbsent);
    expect(await client.createAndBind({ family: 4 })).to.equal(2);
    expect(asked).to.deep.equal(['CREATE_AND_BIND', 'GET_VERSION', 'CREATE_AND_BIND']);
  });

  it('fails what waits, one by one, when the upper tester has gone', async () => {
    await withUpperTester(() => {}, 15);
    const all = [1, 2].map((id) => failure(client.close(id)));
    for (const error of await Promise.all(all)) expect(error).to.be.instanceOf(UpperTesterAbsent);
  });

  it('ignores answers to what it has not asked', async () => {
    await withUpperTester((_name, reply) => {
      reply(encodeResponse('SHUTDOWN', RESULT.E_NOK, null));
      reply(version);
    });
    expect(await client.getVersion()).to.deep.equal({ major: 1, minor: 2, patch: 0 });
  });

  it('hands out events, until told to stop', async () => {
    const event = { listenSocketId: 1, socketId: 2, port: 3, address: '192.0.2.1' };
    await withUpperTester((_name, reply) => {
      reply(encodeEvent('LISTEN_AND_ACCEPT', event));
      reply(encodeEvent('RECEIVE_AND_FORWARD', { fullLength: 3, payload: Buffer.from('ab') }));
      reply(version);
    });
    const seen: unknown[] = [];
    const end = client.onAccepted((accepted) => seen.push(accepted));
    client.onForwarded(({ fullLength, payload }) => seen.push([fullLength, Buffer.from(payload).toString()]));
    await client.getVersion();
    end();
    await client.getVersion();
    expect(seen).to.deep.equal([event, [3, 'ab'], [3, 'ab']]);
  });

  it('takes an upper tester without our vendor group for one that can do nothing more', async () => {
    const none = {
      stopReading: false,
      receiveBuffer: false,
      zeroWindow: false,
      state: false,
      maxSockets: null,
    };
    await withUpperTester((name, reply) => reply(encodeResponse(name, RESULT.E_NTF, null)));
    expect(await client.capabilities()).to.deep.equal(none);
    expect(PRIMITIVES.CAPABILITIES.group).to.equal(0x7f);
  });

  it('the same for one that is silent about it, unless it is silent about all', async () => {
    await withUpperTester((name, reply) => {
      if (name === 'GET_VERSION') reply(version);
    }, 20);
    expect(await client.capabilities()).to.include({ stopReading: false });
    server.removeAllListeners('message');
    expect(await failure(client.capabilities())).to.be.instanceOf(UpperTesterAbsent);
  });

  it('fails what is open when it is disposed of, and what comes after', async () => {
    await withUpperTester(() => {}, 5000);
    const all = [failure(client.getVersion()), failure(client.startTest())];
    client.dispose();
    client.dispose();
    for (const error of await Promise.all(all)) expect(error).to.be.instanceOf(UpperTesterError);
    expect(await failure(client.getVersion())).to.be.instanceOf(UpperTesterError);
  });
});
