import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect } from 'chai';
import {
  encodeMessage,
  encodeRequest,
  PRIMITIVES,
  type PrimitiveName,
  resultName,
  TYPE,
} from '../../lib/target/testability/message.ts';
import { missingOf } from '../../lib/lab/namespaces/enter.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { skipBecause } from '../packages.ts';
import { BUILDS, freePort, passive, pause, type RunningAgent, refusal, startAgent } from './helpers.ts';

/** A seeded generator (xorshift), so that a failure can be repeated. */
const randomness = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

const alive = (pid: number | undefined): boolean => {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
};

for (const build of BUILDS)
  describe(`the upper tester, built by ${build.compiler} and handled badly`, function () {
    this.timeout(120_000);
    let agent: RunningAgent;
    let socket: Socket;

    before(async function () {
      const missing = missingOf(build.packages);
      if (missing.length > 0) skipBecause(this, `apt-get install ${missing.join(' ')}`);
      if (build.isForWindows) skipWithoutLab(this);
      agent = await startAgent([], build);
      socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    });

    after(async () => {
      if (!agent) return;
      socket.close();
      expect(await agent.stop()).to.equal(0);
      expect(agent.complaints()).to.equal('');
    });

    const ask = async (octets: Uint8Array, waitMs = 1000): Promise<Buffer | 'silence'> => {
      const answer = once(socket, 'message').then(([message]) => message as Buffer);
      socket.send(octets, agent.port, '127.0.0.1');
      return Promise.race([answer, pause(waitMs).then(() => 'silence' as const)]);
    };

    const resultOf = async (octets: Uint8Array): Promise<string> => {
      const answer = await ask(octets);
      return answer === 'silence' ? answer : resultName(answer[15] ?? -1);
    };

    const good = encodeRequest('SHUTDOWN', { socketId: 1, type: 1 });
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(good);
      copy[at] = value;
      return copy;
    };

    it('says which of the malformed is wrong', async () => {
      expect(await resultOf(good)).to.equal('E_ISD');
      expect(await resultOf(changed(7, 12))).to.equal('E_INV');
      expect(await resultOf(changed(4, 0xff))).to.equal('E_INV');
      expect(await resultOf(changed(12, 2))).to.equal('E_INV');
      expect(await resultOf(changed(2, 0x33))).to.equal('E_NTF');
      expect(await resultOf(changed(3, 0x33))).to.equal('E_NTF');
      expect(await resultOf(changed(18, 3))).to.equal('E_INV');
      expect(await resultOf(Buffer.concat([good, Buffer.of(0)]))).to.equal('E_INV');
    });

    it('echoes group and primitive in its answer, and nothing of the data', async () => {
      const answer = await ask(changed(3, 0x33));
      expect(Buffer.from(answer).toString('hex')).to.equal('0105023300000008000000000101' + '80ff');
    });

    it('is silent about what is no request to it', async () => {
      const silent = [
        Buffer.alloc(0),
        good.subarray(0, 15),
        changed(1, 6),
        changed(14, TYPE.RESPONSE),
        changed(14, TYPE.EVENT),
        changed(2, 0x82),
      ];
      for (const octets of silent) expect(await ask(octets, 30)).to.equal('silence');
    });

    it('ignores another tester', async () => {
      const stranger = createSocket('udp4');
      stranger.bind(0, '127.0.0.2');
      await once(stranger, 'listening');
      let answered = false;
      stranger.on('message', () => {
        answered = true;
      });
      stranger.send(encodeRequest('GET_VERSION', {}), agent.port, '127.0.0.1');
      await pause(50);
      stranger.close();
      expect(answered).to.equal(false);
      await agent.client.getVersion();
    });

    it('survives every way to cut a request short, and to go on too long', async () => {
      const requests = [
        encodeRequest('END_TEST', { testCaseId: 1, name: 'name' }),
        encodeRequest('CREATE_AND_BIND', { doBind: true, localPort: 0xffff, localAddress: '::1' }),
        encodeRequest('SEND_DATA', { socketId: 1, totalLength: 9, flags: 0x20, data: Buffer.from('data') }),
        encodeRequest('CONNECT', { socketId: 1, port: 9, address: '127.0.0.1' }),
        encodeRequest('CONFIGURE_SOCKET', { socketId: 1, parameter: 5, value: Buffer.of(1, 2) }),
        encodeRequest('CREATE_AND_BIND_ZERO_WINDOW', { doBind: true, localPort: 1, localAddress: '0.0.0.0' }),
      ];
      for (const request of requests) {
        for (let length = 16; length < request.length; length++) {
          const short = Buffer.from(request.subarray(0, length));
          expect(await resultOf(short), 'LEN of the whole').to.equal('E_INV');
          short.writeUInt32BE(length - 8, 4);
          expect(await resultOf(short), 'LEN of the part').to.equal('E_INV');
        }
        const long = Buffer.concat([request, Buffer.alloc(60_000)]);
        long.writeUInt32BE(long.length - 8, 4);
        expect(await resultOf(long)).to.equal('E_INV');
      }
    });

    it('answers GET_VERSION after thousands of random datagrams', async () => {
      const random = randomness(0x5eed);
      const octets = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));
      // Without the one that changes a setting of the whole machine.
      const names = (Object.keys(PRIMITIVES) as PrimitiveName[]).filter((name) => !name.includes('ZERO'));
      for (let i = 0; i < 4000; i++) {
        let datagram = octets(random(80));
        if (i % 4 !== 0) {
          const { group, id } = PRIMITIVES[names[random(names.length)] ?? 'GET_VERSION'];
          const data = octets(random(24));
          // Socket ids that exist, so that the primitives' own code is reached.
          if (data.length > 1 && i % 2 === 0) data.writeUInt16BE(random(40), 0);
          const message = { serviceId: 0x0105, event: false, group, primitive: id, type: 0, result: 0, data };
          datagram = encodeMessage(message);
          const at = random(datagram.length);
          if (i % 8 === 1) datagram[at] = random(256);
        }
        socket.send(datagram, agent.port, '127.0.0.1');
        if (i % 20 === 0) await agent.client.createAndBind({ family: 4 }).catch(() => {});
        if (i % 50 === 0) await agent.client.getVersion();
      }
      expect(await agent.client.getVersion()).to.deep.equal({ major: 1, minor: 2, patch: 0 });
      await agent.client.startTest();
    });

    it('still does its work after that', async () => {
      const { peer } = await passive(agent.client, 4);
      peer.destroy();
      await agent.client.endTest();
    });
  });

describe('the upper tester, at its limits', function () {
  this.timeout(120_000);

  it('refuses a socket when its table is full, and goes on when there is room', async () => {
    const agent = await startAgent(['-DMAX_SOCKETS=3', '-DPATTERN_MAX=8']);
    const { client } = agent;
    try {
      expect((await client.capabilities()).maxSockets).to.equal(3);
      const port = await freePort('127.0.0.1');
      const first = await client.createAndBind({ family: 4, port });
      const second = await client.createAndBind({ family: 4 });
      const third = await client.createAndBind({ family: 4 });
      expect(await refusal(client.createAndBind({ family: 6 }))).to.equal('E_UCS');
      await client.close(third);
      await client.createAndBind({ family: 6 });

      // While the table is full nothing is accepted.
      await client.listenAndAccept(first);
      const accepted = new Promise<number>((resolve) =>
        client.onAccepted(({ socketId }) => resolve(socketId)),
      );
      const peer = connect(port, '127.0.0.1');
      peer.on('error', () => {});
      await once(peer, 'connect');
      await pause(30);
      await client.close(second);
      const socketId = await accepted;

      // Of text longer than the store, as much is sent as the TCP takes. Here it takes all.
      await client.sendData(socketId, { data: 'longer than eight' });
      peer.destroy();
    } finally {
      expect(await agent.stop()).to.equal(0);
      expect(agent.complaints()).to.equal('');
    }
  });

  it('does not spin on dead and finished connections', async () => {
    const agent = await startAgent();
    try {
      const connections = [];
      for (let i = 0; i < 3; i++) connections.push(await passive(agent.client, 4));
      connections[0]?.peer.resetAndDestroy();
      connections[1]?.peer.destroy();
      await agent.client.setReading(connections[2]?.socketId ?? 0, false);
      connections[2]?.peer.resetAndDestroy();
      await agent.client.shutdown(connections[1]?.socketId ?? 0, 'both').catch(() => {});
      const ticks = async (): Promise<number> => {
        const fields = (await readFile(`/proc/${agent.process.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
        return Number(fields?.[11]) + Number(fields?.[12]);
      };
      const before = await ticks();
      await pause(500);
      // 100 ticks a second: a spinning loop would use about 50.
      expect((await ticks()) - before).to.be.lessThan(10);
    } finally {
      await agent.stop();
    }
  });

  it('ends when stdin ends, and leaves no process', async () => {
    const agent = await startAgent();
    expect(await agent.stop()).to.equal(0);
    expect(alive(agent.process.pid)).to.equal(false);
  });

  it('ends on SIGTERM', async () => {
    const agent = await startAgent();
    agent.process.kill('SIGTERM');
    const [code] = await once(agent.process, 'exit');
    expect(code).to.equal(0);
    agent.client.dispose();
  });
});
