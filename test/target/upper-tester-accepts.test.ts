import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { ending, freePort, nextAccepted, pause, type RunningAgent, startAgent } from './helpers.ts';

describe('the upper tester, called by many', function () {
  this.timeout(120_000);
  let agent: RunningAgent;
  let client: RunningAgent['client'];
  const peers: Socket[] = [];

  before(async () => {
    agent = await startAgent();
    client = agent.client;
  });

  after(async () => {
    for (const peer of peers) peer.destroy();
    expect(await agent.stop()).to.equal(0);
    expect(agent.complaints()).to.equal('');
  });

  it('accepts a burst of connections and tells each', async () => {
    const port = await freePort('127.0.0.1');
    const listener = await client.createAndBind({ family: 4, port });
    const seen = new Set<number>();
    const end = client.onAccepted((accepted) => seen.add(accepted.port));
    await client.listenAndAccept(listener);
    for (let i = 0; i < 200; i++) peers.push(connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(peers.map((peer) => once(peer, 'connect')));
    await client.getVersion();
    await pause(50);
    end();
    expect(seen).to.deep.equal(new Set(peers.map((peer) => peer.localPort)));
  });

  it('resets connections of strangers, and tells nobody', async () => {
    const port = await freePort('127.0.0.1');
    const listener = await client.createAndBind({ family: 4, port });
    await client.listenAndAccept(listener);
    const stranger = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    expect(await ending(stranger)).to.equal('ECONNRESET');
    const event = nextAccepted(client);
    peers.push(connect(port, '127.0.0.1').on('error', () => {}));
    expect((await event).address).to.equal('127.0.0.1');
  });
});
