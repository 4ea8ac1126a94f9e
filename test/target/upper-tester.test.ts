import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { PARAMETER, UNLIMITED } from '../../lib/target/testability/message.ts';
import {
  ending,
  failure,
  freePort,
  listening,
  passive,
  pause,
  type RunningAgent,
  receive,
  refusal,
  startAgent,
} from './helpers.ts';

/** What Linux calls the states, tcpi_state. */
const ESTABLISHED = 1;
const FIN_WAIT_2 = 5;
const CLOSE = 7;
const CLOSE_WAIT = 8;
const LISTEN = 10;

describe('the upper tester', function () {
  // The first run compiles it.
  this.timeout(120_000);
  let agent: RunningAgent;
  let peers: Socket[];

  before(async () => {
    agent = await startAgent();
  });

  beforeEach(async () => {
    peers = [];
    await agent.client.startTest();
  });

  afterEach(() => {
    for (const peer of peers) peer.destroy();
  });

  after(async () => {
    expect(await agent.stop()).to.equal(0);
    expect(agent.complaints()).to.equal('');
  });

  const keep = <S extends { peer: Socket }>(connection: S): S => {
    connection.peer.on('error', () => {});
    peers.push(connection.peer);
    return connection;
  };

  it('tells its version and what it can do', async () => {
    expect(await agent.client.getVersion()).to.deep.equal({ major: 1, minor: 2, patch: 0 });
    const can = await agent.client.capabilities();
    expect(can).to.include({ stopReading: true, receiveBuffer: true, state: true, maxSockets: 1024 });
  });

  for (const family of [4, 6] as const) {
    const host = family === 4 ? '127.0.0.1' : '::1';

    /** A connection that the upper tester opened. */
    const active = async (): Promise<{ socketId: number; peer: Socket; server: { close(): void } }> => {
      const { server, port } = await listening(host);
      const socketId = await agent.client.createAndBind({ family });
      const connection = once(server, 'connection');
      await agent.client.connect(socketId, host, port);
      const [peer] = (await connection) as [Socket];
      server.close();
      return keep({ socketId, peer, server });
    };

    describe(`over IPv${family}`, () => {
      it('accepts, and tells who came', async () => {
        const { accepted, listener, peer } = keep(await passive(agent.client, family));
        const { localPort } = peer;
        expect(accepted).to.include({ listenSocketId: listener, port: localPort, address: host });
        expect(await agent.client.getState(listener)).to.equal(LISTEN);
        expect(await agent.client.getState(accepted.socketId)).to.equal(ESTABLISHED);
      });

      it('connects, from the port that it was bound to', async () => {
        const { server, port } = await listening(host);
        const local = await freePort(host);
        const socketId = await agent.client.createAndBind({ family, port: local, address: host });
        const connection = once(server, 'connection');
        await agent.client.connect(socketId, host, port);
        const [peer] = (await connection) as [Socket];
        keep({ peer });
        server.close();
        expect(peer.remotePort).to.equal(local);
        expect(await refusal(agent.client.connect(socketId, host, port))).to.equal('E_TCP_CAE');
      });

      it('sends data, and repeats them', async () => {
        const { socketId, peer } = await active();
        await agent.client.sendData(socketId, { data: 'abc' });
        expect(await receive(peer, 3)).to.equal('abc');
        await agent.client.sendData(socketId, { data: 'abc', total: 10 });
        expect(await receive(peer, 10)).to.equal('abcabcabca');
        await agent.client.sendData(socketId, { data: 'abcdef', total: 2 });
        expect(await receive(peer, 6)).to.equal('abcdef');
        await agent.client.sendData(socketId, { data: 'x', total: 65535 });
        expect(await receive(peer, 65535)).to.have.lengthOf(65535);
      });

      it('sends the last octet as urgent', async () => {
        const { socketId, peer } = await active();
        await agent.client.sendData(socketId, { data: 'abcd', urgent: true });
        // A socket without SO_OOBINLINE takes the urgent octet out of the text.
        expect(await receive(peer, 3)).to.equal('abc');
        await agent.client.sendData(socketId, { data: 'e' });
        expect(await receive(peer, 1)).to.equal('e');
      });

      it('half closes, and goes on receiving', async () => {
        const { socketId, peer } = await active();
        const ended = once(peer.resume(), 'end');
        await agent.client.shutdown(socketId, 'tx');
        await ended;
        await pause(20);
        expect(await agent.client.getState(socketId)).to.equal(FIN_WAIT_2);
        expect(await refusal(agent.client.sendData(socketId, { data: 'x' }))).to.equal('E_TCP_COC');
        peer.write('late text');
        await pause(20);
        expect(await agent.client.receiveAndForward(socketId)).to.equal(9);
      });

      it('notices the end of text and may still send', async () => {
        const { socketId, peer } = keep(await passive(agent.client, family));
        peer.end('all');
        await pause(20);
        expect(await agent.client.getState(socketId)).to.equal(CLOSE_WAIT);
        await agent.client.sendData(socketId, { data: 'reply' });
        expect(await receive(peer, 5)).to.equal('reply');
      });

      it('closes with FIN, although text was under way', async () => {
        const { socketId, peer } = await active();
        const ended = once(peer.resume(), 'end');
        peer.write('x'.repeat(5000));
        await agent.client.close(socketId);
        await ended;
        expect(await refusal(agent.client.close(socketId))).to.equal('E_ISD');
      });

      it('aborts with RST', async () => {
        const { socketId, peer } = await active();
        const end = ending(peer);
        await agent.client.abort(socketId);
        expect(await end).to.equal('ECONNRESET');
      });

      it('stops reading, so that the window closes, and resumes', async () => {
        const connection = await passive(agent.client, family, async (listener) => {
          await agent.client.setReceiveBuffer(listener, 4096);
          await agent.client.setReading(listener, false);
        });
        const { socketId, peer } = keep(connection);
        const octets = 8 * 1024 * 1024;
        let gone = false;
        peer.write('x'.repeat(octets), () => {
          gone = true;
        });
        await pause(150);
        expect(gone).to.equal(false);
        expect(await agent.client.receiveAndForward(socketId, { maxLength: 0 })).to.equal(0);
        // With a window of 4096 octets all of it would take long. It is enough that text flows again.
        await agent.client.setReading(socketId, true);
        await pause(300);
        expect(await agent.client.receiveAndForward(socketId, { maxLength: 0 })).to.be.greaterThan(0);
      });

      it('resets what it closes with text unread', async () => {
        const { socketId, peer } = keep(
          await passive(agent.client, family, (listener) => agent.client.setReading(listener, false)),
        );
        peer.write('unread');
        await pause(20);
        const end = ending(peer);
        await agent.client.close(socketId);
        expect(await end).to.equal('ECONNRESET');
      });

      it('forwards text, within its limits', async () => {
        const { socketId, peer } = keep(await passive(agent.client, family));
        const seen: [number, string][] = [];
        const end = agent.client.onForwarded(({ fullLength, payload }) => {
          seen.push([fullLength, Buffer.from(payload).toString()]);
        });
        peer.write('12345');
        await pause(20);
        expect(await agent.client.receiveAndForward(socketId, { maxForward: 3, maxLength: 6 })).to.equal(5);
        peer.write('abcd');
        await pause(20);
        peer.write('efgh');
        await pause(20);
        expect(await agent.client.receiveAndForward(socketId)).to.equal(2);
        peer.write('unlimited');
        await pause(20);
        end();
        expect(seen).to.deep.equal([
          [4, 'abc'],
          [2, 'ef'],
          [9, 'unlimited'],
        ]);
      });

      it('keeps what the TCP cannot take yet, sends it later, and then the FIN', async () => {
        const { socketId, peer } = await active();
        peer.pause();
        let refused = '';
        let asked = 0;
        for (; refused === '' && asked < 1000; asked++) {
          const data = 'abc';
          refused = await agent.client.sendData(socketId, { data, total: 60_000 }).then(
            () => '',
            (error) => error.resultName,
          );
        }
        expect(refused).to.equal('E_PEN');
        await agent.client.close(socketId);
        let octets = 0;
        peer.on('data', (text) => {
          octets += text.length;
        });
        await once(peer.resume(), 'end');
        expect(octets).to.equal((asked - 1) * 60_000);
      });

      it('takes what can be set', async () => {
        const { socketId } = await active();
        const { client } = agent;
        await client.configure(socketId, PARAMETER.MSS, Buffer.of(2, 24));
        await client.configure(socketId, PARAMETER.NAGLE, Buffer.of(0));
        await client.setTos(socketId, 0x10);
        await client.configure(socketId, PARAMETER.TTL, Buffer.of(3));
        await client.configure(socketId, PARAMETER.PRIORITY, Buffer.of(1));
        await client.configure(socketId, PARAMETER.DONT_FRAGMENT, Buffer.of(1));
        const timestamp = client.configure(socketId, PARAMETER.IP_TIMESTAMP, Buffer.of(1));
        if (family === 4) await timestamp;
        else expect(await refusal(timestamp)).to.equal('E_NTF');
        const checksum = client.configure(socketId, PARAMETER.UDP_CHECKSUM, Buffer.of(1));
        expect(await refusal(checksum)).to.equal('E_NTF');
        expect(await refusal(client.configure(socketId, PARAMETER.MSS, Buffer.of(1)))).to.equal('E_INV');
        expect(await refusal(client.configure(socketId, PARAMETER.MSS, Buffer.of(0, 1)))).to.equal('E_INV');
      });

      it('keeps alive, gives up and reports errors as it is asked to', async () => {
        const { socketId } = await active();
        const { client } = agent;
        for (const parameter of [PARAMETER.KEEP_ALIVE, PARAMETER.USER_TIMEOUT]) {
          await client.configure(socketId, parameter, Buffer.of(0, 1));
          await client.configure(socketId, parameter, Buffer.of(0, 0));
          expect(await refusal(client.configure(socketId, parameter, Buffer.of(1)))).to.equal('E_INV');
        }
        await client.configure(socketId, PARAMETER.ERROR_REPORTS, Buffer.of(1));
        await client.configure(socketId, PARAMETER.ERROR_REPORTS, Buffer.of(0));
      });

      it('asks the TCP to open what is open already', async () => {
        const { server, port } = await listening(host);
        const socketId = await agent.client.createAndBind({ family });
        const connection = once(server, 'connection');
        await agent.client.connect(socketId, host, port);
        keep({ peer: ((await connection) as [Socket])[0] });
        server.close();
        for (let times = 0; times < 2; times += 1)
          expect(await refusal(agent.client.connect(socketId, host, port))).to.equal('E_TCP_CAE');
        const accepted = keep(await passive(agent.client, family));
        expect(await refusal(agent.client.connect(accepted.socketId, host, port))).to.equal('E_TCP_CAE');
      });

      it('tells a refused connection when it is asked to send', async () => {
        const socketId = await agent.client.createAndBind({ family });
        await agent.client.connect(socketId, host, await freePort(host));
        await pause(20);
        expect(await refusal(agent.client.sendData(socketId, { data: 'x' }))).to.equal('E_TCP_CRE');
        expect(await agent.client.getState(socketId)).to.equal(CLOSE);
        await agent.client.close(socketId);
      });

      it('tells a reset connection when it is asked to send', async () => {
        const { socketId, peer } = keep(await passive(agent.client, family));
        peer.resetAndDestroy();
        await pause(20);
        expect(await refusal(agent.client.sendData(socketId, { data: 'x' }))).to.equal('E_TCP_COR');
        expect(await refusal(agent.client.shutdown(socketId, 'tx'))).to.equal('E_TCP_COR');
        await agent.client.abort(socketId);
      });

      it('accepts as many as it was told to, and more when told again', async () => {
        const port = await freePort(host);
        const listener = await agent.client.createAndBind({ family, port });
        const seen: number[] = [];
        const end = agent.client.onAccepted((accepted) => seen.push(accepted.port));
        await agent.client.listenAndAccept(listener, 1);
        for (let i = 0; i < 3; i++) {
          const peer = connect({ host, port });
          keep({ peer });
          await once(peer, 'connect');
        }
        await pause(20);
        expect(seen).to.have.lengthOf(1);
        await agent.client.listenAndAccept(listener, UNLIMITED);
        await pause(20);
        end();
        expect(seen).to.deep.equal(peers.map((peer) => peer.localPort));
      });

      it('refuses to connect to anyone but its tester', async () => {
        const socketId = await agent.client.createAndBind({ family });
        const elsewhere = family === 4 ? '127.0.0.2' : '2001:db8::1';
        expect(await refusal(agent.client.connect(socketId, elsewhere, 9))).to.equal('E_INV');
        const otherFamily = family === 4 ? '::1' : '127.0.0.1';
        expect(await refusal(agent.client.connect(socketId, otherFamily, 9))).to.equal('E_INV');
      });

      it('has its TCP refuse a multicast address', async () => {
        const socketId = await agent.client.createAndBind({ family });
        const multicast = family === 4 ? '224.0.0.1' : 'ff02::1';
        expect(await refusal(agent.client.connect(socketId, multicast, 9))).to.equal('E_NOK');
      });

      it('refuses to bind to addresses that it was not given', async () => {
        const address = family === 4 ? '127.0.0.2' : '2001:db8::1';
        expect(await refusal(agent.client.createAndBind({ family, address }))).to.equal('E_UBS');
      });

      it('refuses a port in use', async () => {
        const { server, port } = await listening(host);
        expect(await refusal(agent.client.createAndBind({ family, port }))).to.equal('E_UBS');
        server.close();
      });

      it('closes everything at the end of a test', async () => {
        const { port, peer } = keep(await passive(agent.client, family));
        const end = ending(peer);
        await agent.client.endTest(7, 'the end');
        expect(await end).to.equal('ECONNRESET');
        const late = connect({ host, port });
        expect(await failure(once(late, 'connect'))).to.include({ code: 'ECONNREFUSED' });
      });
    });
  }

  it('refuses what has no sense in the state', async () => {
    const { client } = agent;
    const socketId = await client.createAndBind({ family: 4 });
    expect(await refusal(client.sendData(socketId, { data: 'x' }))).to.equal('E_TCP_CNE');
    expect(await refusal(client.shutdown(socketId, 'tx'))).to.equal('E_TCP_CNE');
    expect(await refusal(client.receiveAndForward(socketId))).to.equal('E_TCP_CNE');
    await client.listenAndAccept(socketId);
    expect(await refusal(client.connect(socketId, '127.0.0.1', 9))).to.equal('E_TCP_CAE');
    expect(await refusal(client.listenAndAccept(4711))).to.equal('E_ISD');
    expect(await refusal(client.close(0))).to.equal('E_ISD');
  });

  it('does not use an id again soon', async () => {
    const first = await agent.client.createAndBind({ family: 4 });
    await agent.client.close(first);
    expect(await agent.client.createAndBind({ family: 4 })).not.to.equal(first);
  });
});
