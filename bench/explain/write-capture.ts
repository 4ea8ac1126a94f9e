/**
 * Writes a large capture: `node --import tsx bench/explain/write-capture.ts FILE [CONNECTIONS] [PACKETS]`. The connections overlap, all
 * of them are open at one moment, and each ends in one of eight ways.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { encodeIpv4 } from '../../lib/wire/ipv4.ts';
import { ACK, encodeTcp, FIN, PSH, RST, SYN } from '../../lib/wire/tcp.ts';

const [file, connections = '100000', packets = '1000000'] = process.argv.slice(2);
if (!file) throw new Error('write-capture.ts FILE [CONNECTIONS] [PACKETS]');
const count = Number(connections);
const texts = Math.max(0, Math.ceil(Number(packets) / count) - 5);

const TEXT = new Uint8Array(400).fill(46);
const NOTHING = new Uint8Array();

const out = openSync(file, 'w');
let buffered: Uint8Array[] = [];
let octets = 0;
const flush = () => {
  writeSync(out, Buffer.concat(buffered));
  buffered = [];
  octets = 0;
};
const put = (part: Uint8Array) => {
  buffered.push(part);
  octets += part.length;
  if (octets > 4_000_000) flush();
};

const fileHeader = Buffer.alloc(24);
fileHeader.writeUInt32LE(0xa1b2c3d4, 0);
fileHeader.writeUInt16LE(2, 4);
fileHeader.writeUInt16LE(4, 6);
fileHeader.writeUInt32LE(262144, 16);
fileHeader.writeUInt32LE(1, 20);
put(fileHeader);

let time = 1_700_000_000_000_000;
const ETHERNET = Uint8Array.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);

function write(index: number, from: 0 | 1, flags: number, seq: number, ack: number, data: Uint8Array): void {
  const hosts = [`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, '192.0.2.2'] as const;
  const ports = [20000 + (index % 40000), 443] as const;
  const src = hosts[from];
  const dst = hosts[from ? 0 : 1];
  const tcp = encodeTcp(
    {
      srcPort: ports[from],
      dstPort: ports[from ? 0 : 1],
      seq,
      ack,
      flags,
      reserved: 0,
      window: flags & RST ? 0 : 60000,
      urgent: 0,
      options: [],
      data,
    },
    { family: 4, src, dst },
  );
  const ip = encodeIpv4(
    {
      tos: 0,
      id: index & 0xffff,
      flags: 2,
      fragmentOffset: 0,
      ttl: from ? 60 : 64,
      protocol: 6,
      src,
      dst,
      options: NOTHING,
    },
    tcp,
  );
  time += 3;
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(time / 1e6), 0);
  record.writeUInt32LE(time % 1e6, 4);
  record.writeUInt32LE(14 + ip.length, 8);
  record.writeUInt32LE(14 + ip.length, 12);
  put(record);
  put(ETHERNET);
  put(ip);
}

const each = (step: (index: number) => void) => {
  for (let index = 0; index < count; index += 1) step(index);
};
each((index) => write(index, 0, SYN, 1000, 0, NOTHING));
each((index) => write(index, 1, SYN | ACK, 5000, 1001, NOTHING));
each((index) => write(index, 0, ACK, 1001, 5001, NOTHING));
for (let round = 0; round < texts; round += 1)
  each((index) =>
    round % 2 === 0
      ? write(index, 0, PSH | ACK, 1001 + 200 * round, 5001 + 200 * round, TEXT)
      : write(index, 1, PSH | ACK, 5001 + 200 * (round - 1), 1001 + 200 * (round + 1), TEXT),
  );
const sent = [1001 + 400 * Math.ceil(texts / 2), 5001 + 400 * Math.floor(texts / 2)] as const;
each((index) => write(index, 0, FIN | ACK, sent[0], sent[1], NOTHING));
each((index) => {
  if (index % 8 === 0) write(index, 1, PSH | ACK, sent[1], sent[0], TEXT);
  else if (index % 8 === 1) write(index, 1, RST | ACK, sent[1], sent[0] + 1, NOTHING);
  else write(index, 1, FIN | ACK, sent[1], sent[0] + 1, NOTHING);
});
each((index) => {
  if (index % 8 === 0) write(index, 0, RST, sent[0], 0, NOTHING);
  else if (index % 8 > 1) write(index, 0, ACK, sent[0] + 1, sent[1] + 1, NOTHING);
});
flush();
closeSync(out);
