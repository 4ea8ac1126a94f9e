import { expect } from 'chai';
import fc from 'fast-check';
import { evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import { buildPacket, hasRightChecksum, textAt } from '../../lib/tester/packet.ts';
import { concreteSegments } from '../notation/arbitraries.ts';

const ENVELOPES = [
  { family: 4, src: '192.0.2.1', dst: '192.0.2.2', srcPort: 1, dstPort: 2, window: 3 },
  { family: 6, src: '2001:db8::1', dst: '2001:db8::2', srcPort: 1, dstPort: 2, window: 3 },
] as const;
const segment = (text: string) => evaluateSegment(parseSegment(text), {});

describe('the text of the tester', () => {
  it('is told by the sequence numbers: what comes again, or in another segment, is the same', () => {
    const text = Buffer.from(textAt(2 ** 32 - 20, 50));
    for (const [from, octets] of [
      [0, 50],
      [7, 3],
      [19, 12],
    ] as const)
      expect(textAt(2 ** 32 - 20 + from, octets)).to.deep.equal(
        Uint8Array.from(text.subarray(from, from + octets)),
      );
    expect(textAt(5, 1)).not.to.deep.equal(textAt(6, 1));
  });
});

describe('the packet of a segment', () => {
  for (const envelope of ENVELOPES) {
    const header = envelope.family === 4 ? 20 : 40;

    it(`has the octets that the notation asks for (IPv${envelope.family})`, () => {
      const packet = buildPacket(
        segment('<SEQ=1><CTL=SYN><DATA=2><OFFSET=4><RESERVED=14><OPT=fe00abcd>'),
        envelope,
      );
      const octets = Buffer.from(packet.subarray(header)).toString('hex');
      expect(octets.slice(24, 28)).to.equal('4e02');
      expect(octets.slice(40)).to.equal(`fe00abcd${Buffer.from(textAt(2, 2)).toString('hex')}`);
      expect(hasRightChecksum(packet)).to.equal(true);
    });

    it(`has a checksum that is right, unless it is said to be wrong (IPv${envelope.family})`, () => {
      fc.assert(
        fc.property(concreteSegments, (one) => {
          expect(hasRightChecksum(buildPacket(one, envelope))).to.equal(true);
          expect(hasRightChecksum(buildPacket(one, envelope, { corruptChecksum: true }))).to.equal(false);
        }),
      );
    });

    it(`with a checksum of zero is right by accident, if at all (IPv${envelope.family})`, () => {
      expect(hasRightChecksum(buildPacket(segment('<SEQ=1><CTL=SYN><CHECKSUM=0>'), envelope))).to.equal(
        false,
      );
      // The window makes the sum all ones, so the sender must write a checksum of zero.
      const wnd = Array.from({ length: 65_536 }, (_, value) => value).find((value) =>
        hasRightChecksum(buildPacket({ ...segment('<SEQ=1><CTL=SYN><CHECKSUM=0>'), wnd: value }, envelope)),
      );
      expect(wnd).to.be.a('number');
    });
  }
});
