import { expect } from 'chai';
import fc from 'fast-check';
import {
  checksumOfFirst,
  encodeTcp,
  internetChecksum,
  pseudoHeader,
  SYN,
  WireError,
} from '../../lib/wire/index.ts';

const octets = (hexadecimal: string) => new Uint8Array(Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex'));

/** The checksum by its definition: word by word, with the carry added at once. */
function wordByWord(data: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) {
    sum += (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

const BARE_SYN = {
  ...{ srcPort: 1, dstPort: 2, seq: 1, ack: 0, flags: SYN, reserved: 0, window: 0, urgent: 0 },
  options: [],
  data: new Uint8Array(),
};

describe('wire: checksum', () => {
  it('sums the example of RFC 1071 section 3', () => {
    expect(internetChecksum(octets('0001 f203 f4f5 f6f7'))).to.equal(0xffff - 0xddf2);
  });

  it('is that of a known IPv4 header', () => {
    expect(internetChecksum(octets('4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7'))).to.equal(0xb861);
  });

  it('is that of a SYN over IPv4 summed by hand', () => {
    // 0a00+0001+0a00+0002+0006+0014 = 141d; 0001+0002+0000+0001+5002 = 5006; 141d+5006 = 6423; its complement 9bdc
    const segment = encodeTcp(BARE_SYN, { family: 4, src: '10.0.0.1', dst: '10.0.0.2' });
    expect(segment.subarray(16, 18)).to.deep.equal(octets('9bdc'));
  });

  it('is that of a SYN over IPv6 summed by hand', () => {
    // fd00+0001+fd00+0002+0014+0006 = 1fa1d; +5006 = 24a23; with the carries added 4a25; its complement b5da
    const segment = encodeTcp(BARE_SYN, { family: 6, src: 'fd00::1', dst: 'fd00::2' });
    expect(segment.subarray(16, 18)).to.deep.equal(octets('b5da'));
  });

  it('lays out the pseudo headers', () => {
    expect(pseudoHeader({ family: 4, src: '1.2.3.4', dst: '5.6.7.8' }, 6, 20)).to.deep.equal(
      octets('01020304 05060708 0006 0014'),
    );
    expect(pseudoHeader({ family: 6, src: '::1', dst: '::2' }, 6, 70000)).to.deep.equal(
      octets(`${'00'.repeat(15)}01 ${'00'.repeat(15)}02 00011170 00000006`),
    );
    expect(() => pseudoHeader({ family: 4, src: '::1', dst: '5.6.7.8' }, 6, 20)).to.throw(WireError);
  });

  it('agrees with the definition', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        expect(internetChecksum(data)).to.equal(wordByWord(data));
        const even = data.length & ~1;
        expect(checksumOfFirst(data, even)).to.equal(internetChecksum(data.subarray(0, even)));
      }),
    );
  });

  it('does not depend on where the octets are divided', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 }), (parts) => {
        expect(internetChecksum(...parts)).to.equal(
          internetChecksum(Uint8Array.from(parts.flatMap((part) => [...part]))),
        );
      }),
    );
  });
});
