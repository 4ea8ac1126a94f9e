import { expect } from 'chai';
import { readPacket } from '../../../lib/lab/reference/packets.ts';
import { buildPacket } from '../../../lib/tester/packet.ts';
import { decodeIpv4 } from '../../../lib/wire/index.ts';
import { segment } from '../../tester/memory-link.ts';

describe('a packet that the reference reads', () => {
  const ends = { family: 4, local: '192.0.2.2', remote: '192.0.2.1' } as const;
  const envelope = {
    family: 4,
    src: ends.remote,
    dst: ends.local,
    srcPort: 1000,
    dstPort: 2000,
    window: 3,
  } as const;
  const sent = buildPacket(segment('<SEQ=1><ACK=2><CTL=ACK><DATA=10><OFFSET=4>'), envelope);

  for (const [name, packet] of [
    ['an array', Uint8Array.from(sent)],
    ['a Buffer, whose slice is no copy', Buffer.from(sent)],
  ] as const)
    it(`keeps its checksum, and a data offset that cannot be is told, in ${name}`, () => {
      const arrival = { at: 0, source: ends.remote, tcp: decodeIpv4(packet).payload, packet };
      expect(readPacket(ends, arrival)?.segment).to.include({
        checksumValid: true,
        malformed: 'data offset',
      });
    });
});
