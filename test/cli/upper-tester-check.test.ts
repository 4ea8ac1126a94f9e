import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { GROUP, PRIMITIVES } from '../../lib/target/testability/primitives.ts';
import { type RunningAgent, startAgent } from '../target/helpers.ts';
import { cli } from './cli.ts';

const E_OK = 0;
const E_NTF = 0xff;
// In the octets of a request: after the service id, the event bit with the group, then the primitive; the type, the result.
const AT = { group: 2, primitive: 3, type: 14, result: 15 };
const RESPONSE = 0x80;

/** An upper tester that forwards to another one, but does not know some primitives. */
async function without(behind: number, isUnknown: (group: number, primitive: number) => boolean) {
  const [front, back] = [createSocket('udp4'), createSocket('udp4')];
  let client = 0;
  front.on('message', (request, { port }) => {
    client = port;
    const [group = 0, primitive = 0] = [(request[AT.group] ?? 0) & 0x7f, request[AT.primitive]];
    if (!isUnknown(group, primitive)) {
      back.send(request, behind, '127.0.0.1');
      return;
    }
    const answer = Buffer.from(request.subarray(0, 16));
    answer.writeUInt32BE(8, 4);
    answer[AT.type] = RESPONSE;
    answer[AT.result] = E_NTF;
    front.send(answer, port, '127.0.0.1');
  });
  back.on('message', (answer) => front.send(answer, client, '127.0.0.1'));
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    port: front.address().port,
    close: () => {
      front.close();
      back.close();
    },
  };
}

describe('command line: upper-tester check', function () {
  this.timeout(120_000);
  let agent: RunningAgent;
  before(async () => {
    agent = await startAgent();
  });
  after(async () => {
    expect(await agent.stop()).to.equal(E_OK);
    expect(agent.complaints()).to.equal('');
  });

  it('tries every primitive over both families, and says what is within reach', async () => {
    const words = ['upper-tester', 'check', `127.0.0.1:${agent.port}`, '--target', '127.0.0.1,::1'];
    const { code, stdout, stderr } = await cli(words);
    expect(stderr).to.equal('');
    for (const name of ['GET_VERSION', 'START_TEST', 'CAPABILITIES']) {
      expect(stdout).to.match(new RegExp(`✓ ${name} `));
    }
    for (const name of [
      ...['CREATE_AND_BIND', 'LISTEN_AND_ACCEPT', 'SEND_DATA', 'SHUTDOWN', 'CLOSE_SOCKET'],
      ...['CLOSE_SOCKET, abort', 'RECEIVE_AND_FORWARD', 'CONNECT', 'receive buffer', 'reading'],
    ]) {
      for (const family of [4, 6]) expect(stdout).to.match(new RegExp(`✓ ${name} +IPv${family}: `));
    }
    for (const state of ['CLOSED', 'SYN-SENT', 'FIN-WAIT-2', 'TIME-WAIT', 'zero receive window']) {
      expect(stdout).to.match(new RegExp(`✓ ${state}\n`));
    }
    expect(code).to.equal(0);
  });

  it('says which states a port that lacks a primitive will not reach', async () => {
    const { group: tcp, id } = PRIMITIVES.SHUTDOWN;
    const lacking = await without(agent.port, (group, primitive) => group === tcp && primitive === id);
    try {
      const { code, stdout } = await cli(['upper-tester', 'check', `127.0.0.1:${lacking.port}`]);
      expect(stdout).to.match(/✗ SHUTDOWN +IPv4: .*E_NTF/);
      for (const state of ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT']) {
        expect(stdout).to.contain(`– ${state}: not without SHUTDOWN\n`);
      }
      expect(stdout)
        .to.match(/✓ ESTABLISHED\n/)
        .and.to.match(/✓ CLOSE-WAIT\n/);
      expect(code).to.equal(1);
    } finally {
      lacking.close();
    }
  });

  it('accepts the lack of a primitive that is optional', async () => {
    const lacking = await without(agent.port, (group) => group === GROUP.VENDOR);
    try {
      const { code, stdout } = await cli(['upper-tester', 'check', `127.0.0.1:${lacking.port}`]);
      expect(stdout)
        .to.match(/○ CAPABILITIES /)
        .and.to.match(/○ zero window +IPv4: /);
      expect(stdout).to.match(/– zero receive window, in SYN-RECEIVED: not without zero window\n/);
      expect(stdout).to.match(/○ optional: the suite works without it/);
      expect(code).to.equal(0);
    } finally {
      lacking.close();
    }
  });
});
