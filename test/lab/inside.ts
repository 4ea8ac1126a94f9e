/**
 * What the tests of the lab do inside the tester's namespace: `inside.ts SCENE`. Prints one line of JSON as soon as it has
 * something to report.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Lab } from '../../lib/lab/namespaces/lab.ts';
import { startOnLinux } from '../../lib/lab/stacks/linux.ts';
import { RawLink } from '../../lib/tester/raw-link.ts';
import {
  ACK,
  type DecodedTcp,
  DONT_FRAGMENT,
  decodeTcp,
  encodeIpv4,
  encodeIpv6,
  encodeTcp,
  PROTOCOL_TCP,
  RST,
  SYN,
} from '../../lib/wire/index.ts';
import { linkDown, spawnInTarget } from './in-target.ts';

const FAMILIES = [4, 6] as const;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
const PORT = 7793;
/** Sends back what it receives. On request it sends more than a link takes at once. */
const ECHO = `
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(String(data) === 'more' ? Buffer.alloc(20000, 'm') : data));
  });
  server.listen(${PORT}, '::', () => console.log('listening'));
`;

const tell = (what: unknown): boolean => process.stdout.write(`${JSON.stringify(what)}\n`);

async function labWithEcho(): Promise<Lab> {
  const lab = await Lab.create();
  const server = spawnInTarget(lab, process.execPath, ['-e', ECHO]);
  await once(createInterface(server.stdout), 'line');
  return lab;
}

async function connected(address: string, localPort = 0): Promise<Socket> {
  const socket = connect({ host: address, port: PORT, localPort });
  await once(socket, 'connect');
  return socket;
}

/** A segment from the tester, with the given changes. */
function packet(
  lab: Lab,
  family: 4 | 6,
  srcPort: number,
  { dst = lab.target[family], ...changes }: { dst?: string; dstPort?: number; checksum?: number } = {},
) {
  const addresses = { family, src: lab.tester[family], dst };
  const tcp = encodeTcp(
    {
      srcPort,
      dstPort: PORT,
      seq: 793,
      ack: 0,
      flags: SYN,
      reserved: 0,
      window: 1000,
      urgent: 0,
      options: [],
      data: new Uint8Array(),
      ...changes,
    },
    addresses,
  );
  const { src } = addresses;
  return family === 4
    ? encodeIpv4(
        {
          tos: 0,
          id: 0,
          flags: DONT_FRAGMENT,
          fragmentOffset: 0,
          ttl: 64,
          protocol: PROTOCOL_TCP,
          src,
          dst,
          options: new Uint8Array(),
        },
        tcp,
      )
    : encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader: PROTOCOL_TCP, hopLimit: 64, src, dst }, tcp);
}

/** Every segment from the target, as it is on the wire. */
async function listen(lab: Lab, family: 4 | 6): Promise<{ link: RawLink; seen: DecodedTcp[] }> {
  const [local, remote] = [lab.tester[family], lab.target[family]];
  const link = await RawLink.open({ family, local, remote });
  const seen: DecodedTcp[] = [];
  link.onArrival(({ tcp }) => seen.push(decodeTcp(tcp, { family, src: remote, dst: local })));
  return { link, seen };
}

const scenes: Record<string, (option: string) => Promise<void>> = {
  /** Text to the target and back, and how long the lab took to start: in milliseconds, and in starts of a process. */
  async echo() {
    const begin = performance.now();
    await (await Lab.create()).dispose();
    const again = performance.now();
    const lab = await Lab.create();
    const took = performance.now() - again;
    for (let count = 0; count < 20; count += 1) execFileSync('true');
    const started = (performance.now() - again - took) / 20;
    await lab.dispose();
    const third = await labWithEcho();
    const answers: Record<string, string> = {};
    for (const family of FAMILIES) {
      const socket = await connected(third.target[family]);
      socket.write('text');
      [answers[family]] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
      socket.destroy();
    }
    await third.dispose();
    tell({ answers, first: again - begin, took, inStarts: took / started });
  },

  /** What the target sends has its checksum, and one segment is one packet; a wrong checksum is seen. */
  async offloads() {
    const lab = await labWithEcho();
    const results: Record<string, unknown> = {};
    for (const family of FAMILIES) {
      const { link, seen } = await listen(lab, family);
      const socket = await connected(lab.target[family], 20_000);
      socket.write('more');
      for (let octets = 0; octets < 20_000; ) {
        const [data] = (await once(socket, 'data')) as [Buffer];
        octets += data.length;
      }
      link.send(packet(lab, family, 30_000, { checksum: 0x0793 }), lab.target[family]);
      link.send(packet(lab, family, 30_001), lab.target[family]);
      while (!seen.some(({ dstPort }) => dstPort === 30_001)) await delay(1);
      results[family] = {
        segments: seen.length,
        invalid: seen.filter(({ checksumValid }) => checksumValid !== true).length,
        longest: Math.max(...seen.map(({ data }) => data.length)),
        toWrongChecksum: seen.filter(({ dstPort }) => dstPort === 30_000).length,
      };
      socket.destroy();
      await link.close();
    }
    await lab.dispose();
    tell(results);
  },

  /** The resets that come back for segments to a closed port over a link that loses some. */
  async loss(option) {
    const [percent = 0, seed = 0] = option.split(',').map(Number);
    const lab = await Lab.create({ linkLoss: { percent, seed } });
    const { link, seen } = await listen(lab, 4);
    for (let port = 30_000; port < 30_400; port += 1) {
      link.send(packet(lab, 4, port, { dstPort: 9 }), lab.target[4]);
      if (port % 20 === 0) await delay(2);
    }
    await delay(200);
    tell({ resets: seen.filter(({ flags }) => flags === (RST | ACK)).map(({ dstPort }) => dstPort) });
    await link.close();
    await lab.dispose();
  },

  /** The resets that come back for a burst of segments to a closed port; the kernel refuses those to a port that ends in 7. */
  async burst() {
    const lab = await Lab.create();
    const results: Record<string, unknown> = {};
    for (const family of FAMILIES) {
      const { link, seen } = await listen(lab, family);
      let refused = 0;
      for (let port = 30_000; port < 30_200; port += 1) {
        const ordinary = packet(lab, family, port, { dstPort: 9 });
        // Longer than the link takes.
        const sent = port % 10 === 7 ? new Uint8Array([...ordinary, ...new Uint8Array(2000)]) : ordinary;
        link.send(sent, lab.target[family], () => {
          refused += 1;
        });
      }
      await link.flushed();
      while (seen.length < 180) await delay(1);
      await link.drained();
      results[family] = { refused, ports: seen.map(({ dstPort }) => dstPort) };
      await link.close();
    }
    await lab.dispose();
    tell(results);
  },

  /** The link of two by which a packet to all hosts leaves, when the target is on the second one. */
  async groups() {
    const lab = await Lab.create();
    const second = { name: 'second0', 4: '198.51.100.1', 6: '2001:db8:1::1' };
    const ip = (words: string) => JSON.parse(execFileSync('ip', words.split(' ')).toString() || 'null');
    ip(`link add ${second.name} type veth peer name second1`);
    for (const name of [second.name, 'second1']) ip(`link set ${name} addrgenmode none up`);
    ip(`addr add ${second[4]}/24 dev ${second.name}`);
    ip(`addr add ${second[6]}/64 dev ${second.name} nodad`);
    const sent = () =>
      [lab.interface, second.name].map(
        (name) => ip(`-json -stats link show dev ${name}`)[0].stats64.tx.packets as number,
      );
    const results: Record<string, unknown> = {};
    for (const [family, group] of [[4, '224.0.0.1'] as const, [6, 'ff02::1'] as const]) {
      const [local, remote] = [second[family], lab.target[family]];
      const link = await RawLink.open({ family, local, remote });
      const before = sent();
      for (let port = 30_000; port < 30_100; port += 1) {
        link.send(packet(lab, family, port, { dst: group }), group);
      }
      // Only the link itself refers to it now. It must live while it is open.
      setImmediate(collectGarbage);
      await link.flushed();
      // A host sends other packets on a link too, but not a hundred.
      results[family] = sent().map((packets, index) => packets - (before[index] ?? 0) >= 100);
      await link.close();
    }
    await lab.dispose();
    tell(results);
  },

  /** A connection over a link that is down for a while. */
  async cable() {
    const lab = await labWithEcho();
    const results: Record<string, unknown> = {};
    for (const family of FAMILIES) {
      const socket = await connected(lab.target[family]);
      let received = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
      });
      await linkDown(lab);
      socket.write('text');
      await delay(100);
      const whileDown = received;
      await lab.linkUp();
      while (received !== 'text') await delay(5);
      results[family] = { whileDown, afterwards: received };
      socket.destroy();
    }
    await lab.dispose();
    tell(results);
  },

  /** A link for one family. */
  async families() {
    const lab = await Lab.create({ families: [4] });
    const shown = spawnInTarget(lab, 'ip', ['-j', 'addr', 'show', 'dev', lab.interface]);
    let text = '';
    shown.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await once(shown, 'close');
    await lab.dispose();
    tell(JSON.parse(text));
  },

  /** The upper tester reports that it is ready. */
  async agent() {
    const lab = await Lab.create();
    const { port, stop } = await startOnLinux(lab);
    await stop();
    await lab.dispose();
    tell({ port });
  },

  /** Reports what exists, and ends in the requested way. */
  async end(way) {
    const lab = await Lab.create();
    // One ends by itself. The other ignores the end of its input and every request.
    spawnInTarget(lab, 'cat');
    const ignoring = 'trap "" TERM; echo trapped; while :; do sleep 1000; done';
    const stubborn = spawnInTarget(lab, 'sh', ['-c', ignoring]);
    await once(stubborn.stdout, 'data');
    tell({
      pid: process.pid,
      namespaces: [readlinkSync('/proc/self/ns/net'), readlinkSync(lab.targetNamespace)],
    });
    if (way === 'dispose') await lab.dispose();
    else if (way === 'exit') process.exit(0);
    else if (way === 'exception') throw new Error('on purpose');
    else await delay(60_000);
  },

  /** Only the lab, which is then abandoned. */
  async forget() {
    const lab = await Lab.create();
    tell({ namespaces: [readlinkSync('/proc/self/ns/net'), readlinkSync(lab.targetNamespace)] });
  },

  /** A failure is reported. */
  async failure() {
    const complaints: string[] = [];
    const lab = await Lab.create();
    await Lab.create().catch((error: Error) => complaints.push(`${error.name}: ${error.message}`));
    await lab.dispose();
    process.env.PATH = '/nowhere';
    process.env.CC = 'no-such-compiler';
    process.env.XDG_CACHE_HOME = '/dev/null';
    await Lab.create().catch((error: Error) => complaints.push(`${error.name}: ${error.message}`));
    tell({ complaints });
  },
};

const [scene = '', option = ''] = process.argv.slice(2);
await scenes[scene]?.(option);
