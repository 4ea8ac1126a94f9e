import { expect } from 'chai';
import { buildPacket } from '../../lib/tester/packet.ts';
import { internetChecksum, pseudoHeader } from '../../lib/wire/checksum.ts';
import {
  codesOf,
  decodeIcmpError,
  encodeIcmpError,
  ICMP_ERROR_NAMES,
  PROTOCOL_ICMP,
} from '../../lib/wire/icmp.ts';
import { segment } from '../tester/memory-link.ts';

const ENDS = {
  4: { family: 4, src: '192.0.2.1', dst: '192.0.2.2' },
  6: { family: 6, src: '2001:db8::1', dst: '2001:db8::2' },
} as const;

/** A packet of the target's, port 80, to the tester's port 10001. */
const original = (family: 4 | 6, data = 0): Uint8Array => {
  const { src, dst } = ENDS[family];
  const ends = { family, src: dst, dst: src, srcPort: 80, dstPort: 10_001, window: 1000 };
  return buildPacket(segment(`<SEQ=4000000000><ACK=7><CTL=ACK>${data > 0 ? `<DATA=${data}>` : ''}`), ends);
};

describe('ICMP errors', () => {
  for (const family of [4, 6] as const) {
    it(`are read as they were written, over IPv${family}`, () => {
      for (const name of ICMP_ERROR_NAMES) {
        const codes = codesOf(name)[family];
        if (!codes) {
          expect(() => encodeIcmpError(name, ENDS[family], original(family)), name).to.throw(RangeError);
          continue;
        }
        const [type, code] = codes;
        const packet = original(family);
        expect(decodeIcmpError(family, encodeIcmpError(name, ENDS[family], packet))).to.deep.equal({
          ...{ type, code, name, srcPort: 80, dstPort: 10_001, seq: 4_000_000_000 },
          quote: { segment: packet.slice(family === 6 ? 40 : 20), ecn: 0 },
        });
      }
    });
  }

  it('have a right checksum, over IPv6 with a pseudo-header', () => {
    expect(internetChecksum(encodeIcmpError('port unreachable', ENDS[4], original(4)))).to.equal(0);
    const octets = encodeIcmpError('port unreachable', ENDS[6], original(6));
    const pseudo = pseudoHeader(ENDS[6], PROTOCOL_ICMP[6], octets.length);
    expect(internetChecksum(pseudo, octets)).to.equal(0);
  });

  it('say how large packets may be, at the place of RFC 1191 and of RFC 4443', () => {
    const needed = encodeIcmpError('fragmentation needed', ENDS[4], original(4), 1400);
    expect([...needed.subarray(4, 8)]).to.deep.equal([0, 0, 5, 120]);
    const tooBig = encodeIcmpError('packet too big', ENDS[6], original(6), 1400);
    expect([...tooBig.subarray(4, 8)]).to.deep.equal([0, 0, 5, 120]);
  });

  it('quote no more than every host takes', () => {
    expect(encodeIcmpError('host unreachable', ENDS[4], original(4, 1400))).to.have.length(556);
    expect(encodeIcmpError('host unreachable', ENDS[6], original(6, 1400))).to.have.length(1240);
  });

  it('may quote no more than the ports, or not even those', () => {
    const whole = encodeIcmpError('host unreachable', ENDS[4], original(4));
    expect(decodeIcmpError(4, whole.subarray(0, 8 + 20 + 7)))
      .to.include({ srcPort: 80 })
      .and.not.have.key('seq');
    expect(decodeIcmpError(4, whole.subarray(0, 8 + 20 + 3))).to.equal(undefined);
  });
});
