/**
 * Runs in a network namespace of its own and prints the windows of the SYNs that two zero-window sockets of an upper
 * tester sent, passive and active open, as JSON.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { rawSockets } from '../../lib/tester/raw-socket.ts';
import { decodeIpv4, decodeTcp, SYN } from '../../lib/wire/index.ts';
import { freePort, listening, nextAccepted, pause, startAgent } from './helpers.ts';

const RECEIVE_SPACE = '/proc/sys/net/ipv4/tcp_rmem';

const raw = await rawSockets();
const windows: Record<string, number> = {};

/** The SYNs from `port`; a raw IPv6 socket delivers no IP header. */
const watch = (family: 4 | 6, port: number, label: string): { close(): void } => {
  const addressFamily = family === 4 ? raw.AddressFamily.IPv4 : raw.AddressFamily.IPv6;
  const socket = raw.createSocket({ protocol: raw.Protocol.TCP, addressFamily, bufferSize: 65535 });
  socket.on('message', (octets: Buffer) => {
    const { srcPort, flags, window } = decodeTcp(family === 4 ? decodeIpv4(octets).payload : octets);
    if (srcPort === port && (flags & SYN) !== 0) windows[label] = window;
  });
  return socket;
};

/** Whether this kernel takes the number that the upper tester needs there. */
const takesOne = async (): Promise<boolean> => {
  const [least, , most] = before.split(/\s+/);
  const taken = await writeFile(RECEIVE_SPACE, `${least} 1 ${most}`).then(
    () => true,
    () => false,
  );
  await writeFile(RECEIVE_SPACE, before);
  return taken;
};

const before = await readFile(RECEIVE_SPACE, 'utf8');
const agent = await startAgent();
const { client } = agent;
const { zeroWindow } = await client.capabilities();
const peers: Socket[] = [];
for (const family of zeroWindow ? ([4, 6] as const) : []) {
  const host = family === 4 ? '127.0.0.1' : '::1';
  const port = await freePort(host);
  const passive = watch(family, port, `passive ${family}`);
  const listener = await client.createAndBindZeroWindow({ family, port });
  await client.listenAndAccept(listener);
  const accepted = nextAccepted(client);
  const peer = connect(port, host);
  peers.push(peer);
  await once(peer, 'connect');
  const { socketId } = await accepted;
  peer.write('never taken');

  const { server, port: open } = await listening(host);
  const local = await freePort(host);
  const active = watch(family, local, `active ${family}`);
  const connection = once(server, 'connection');
  await client.connect(await client.createAndBindZeroWindow({ family, port: local }), host, open);
  peers.push(...((await connection) as Socket[]));
  await pause(50);
  windows[`taken ${family}`] = await client.receiveAndForward(socketId);
  passive.close();
  active.close();
  server.close();
}
for (const peer of peers) peer.on('error', () => {}).destroy();
await agent.stop();
const restored = before === (await readFile(RECEIVE_SPACE, 'utf8'));
console.log(JSON.stringify({ possible: await takesOne(), zeroWindow, restored, windows }));
