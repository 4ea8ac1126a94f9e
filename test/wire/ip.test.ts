import { expect } from 'chai';
import fc from 'fast-check';
import {
  DONT_FRAGMENT,
  decodeIpv4,
  decodeIpv6,
  encodeIpv4,
  payloadOfIpv4,
  encodeIpv6,
  formatAddress,
  type Ipv4Header,
  type Ipv6Header,
  parseAddress,
  precedence,
  TOP_SECRET_OPTION,
  WireError,
  withPrecedence,
} from '../../lib/wire/index.ts';
import { ipv4Addresses, ipv6Addresses, octet, word16 } from './arbitraries.ts';

const V4: Ipv4Header = {
  tos: 0,
  id: 0,
  flags: DONT_FRAGMENT,
  fragmentOffset: 0,
  ttl: 64,
  protocol: 17,
  src: '192.168.0.1',
  dst: '192.168.0.199',
  options: new Uint8Array(),
};
const V6: Ipv6Header = {
  trafficClass: 0xab,
  flowLabel: 0xcdef1,
  nextHeader: 6,
  hopLimit: 64,
  src: '::1',
  dst: '::2',
};

const words = (maximum: number) =>
  fc.uint8Array({ maxLength: maximum }).map((octets) => octets.subarray(0, octets.length & ~3));

const ipv4Headers: fc.Arbitrary<Ipv4Header> = fc.record({
  tos: octet,
  id: word16,
  flags: fc.integer({ min: 0, max: 7 }),
  fragmentOffset: fc.integer({ min: 0, max: 8191 }),
  ttl: octet,
  protocol: octet,
  src: ipv4Addresses,
  dst: ipv4Addresses,
  options: words(40),
});

const ipv6Headers: fc.Arbitrary<Ipv6Header> = fc.record({
  trafficClass: octet,
  flowLabel: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
  nextHeader: octet,
  hopLimit: octet,
  src: ipv6Addresses.map((text) => formatAddress(parseAddress(text))),
  dst: ipv6Addresses.map((text) => formatAddress(parseAddress(text))),
});

const payloads = fc.uint8Array({ maxLength: 80 });

/** Any octets, and octets with a right version and length field. */
const packets = (first: number, lengthAt: number) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(fc.uint8Array({ minLength: 40, maxLength: 120 }), fc.integer({ min: 0, max: 120 }))
      .map(([octets, length]) =>
        octets
          .with(0, first)
          .with(lengthAt, 0)
          .with(lengthAt + 1, length),
      ),
  );

describe('wire: IPv4', () => {
  it('lays out the header', () => {
    const datagram = encodeIpv4(V4, new Uint8Array(0x73 - 20));
    expect(Buffer.from(datagram.subarray(0, 20)).toString('hex')).to.equal(
      '45000073' + '00004000' + '4011b861' + 'c0a80001' + 'c0a800c7',
    );
  });

  it('pads the options with zeros', () => {
    const datagram = encodeIpv4({ ...V4, options: TOP_SECRET_OPTION }, Uint8Array.of(9));
    expect([...datagram.subarray(20)]).to.deep.equal([130, 3, 0x3d, 0, 9]);
    expect(datagram[0]).to.equal(0x46);
  });

  it('reads back every datagram that it writes', () => {
    fc.assert(
      fc.property(ipv4Headers, payloads, (header, payload) => {
        expect(payloadOfIpv4(encodeIpv4(header, payload))).to.deep.equal(payload);
        expect(decodeIpv4(encodeIpv4(header, payload))).to.deep.include({
          ...header,
          payload,
          checksumValid: true,
        });
      }),
    );
  });

  it('writes lengths and checksums that are not the truth', () => {
    const payload = new Uint8Array(10);
    expect(encodeIpv4({ ...V4, headerLength: 4 }, payload)[0]).to.equal(0x44);
    expect(() => decodeIpv4(encodeIpv4({ ...V4, headerLength: 4 }, payload))).to.throw(WireError);
    expect(() => decodeIpv4(encodeIpv4({ ...V4, totalLength: 31 }, payload))).to.throw(WireError);
    expect(() => decodeIpv4(encodeIpv4({ ...V4, totalLength: 19 }, payload))).to.throw(WireError);
    expect(decodeIpv4(encodeIpv4({ ...V4, totalLength: 25 }, payload)).payload).to.have.length(5);
    expect(decodeIpv4(encodeIpv4({ ...V4, checksum: 1 }, payload))).to.include({
      checksum: 1,
      checksumValid: false,
    });
  });

  it('refuses what a datagram cannot hold', () => {
    expect(() => encodeIpv4({ ...V4, options: new Uint8Array(41) }, new Uint8Array())).to.throw(WireError);
    expect(() => encodeIpv4(V4, new Uint8Array(65516))).to.throw(WireError);
    expect(() => encodeIpv4({ ...V4, dst: '::1' }, new Uint8Array())).to.throw(WireError);
    expect(() => encodeIpv4({ ...V4, ttl: 256 }, new Uint8Array())).to.throw(WireError);
  });

  it('reads any octets or refuses them with its own error; and loses nothing', () => {
    fc.assert(
      fc.property(packets(0x46, 2), (octets) => {
        try {
          const decoded = decodeIpv4(octets);
          expect(encodeIpv4(decoded, decoded.payload)).to.deep.equal(octets.subarray(0, decoded.totalLength));
        } catch (error) {
          expect(error).to.be.instanceOf(WireError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('wire: IPv4 precedence', () => {
  it('replaces the precedence and nothing else', () => {
    fc.assert(
      fc.property(octet, fc.integer({ min: 0, max: 7 }), (tos, value) => {
        const replaced = withPrecedence(tos, value);
        expect(precedence(replaced)).to.equal(value);
        expect(replaced & 0x1f).to.equal(tos & 0x1f);
        expect(withPrecedence(tos, precedence(tos))).to.equal(tos);
      }),
    );
    expect(() => withPrecedence(0, 8)).to.throw(WireError);
  });
});

describe('wire: IPv6', () => {
  it('lays out the header', () => {
    const zeros = '00'.repeat(15);
    expect(Buffer.from(encodeIpv6(V6, Uint8Array.of(1, 2))).toString('hex')).to.equal(
      `6abcdef1${'00020640'}${zeros}01${zeros}020102`,
    );
  });

  it('reads back every packet that it writes', () => {
    fc.assert(
      fc.property(ipv6Headers, payloads, (header, payload) => {
        expect(decodeIpv6(encodeIpv6(header, payload))).to.deep.include({ ...header, payload });
      }),
    );
  });

  it('leaves out what follows the payload, and refuses one cut short', () => {
    const payload = new Uint8Array(10);
    expect(decodeIpv6(encodeIpv6({ ...V6, payloadLength: 4 }, payload)).payload).to.have.length(4);
    expect(() => decodeIpv6(encodeIpv6({ ...V6, payloadLength: 11 }, payload))).to.throw(WireError);
    expect(() => encodeIpv6({ ...V6, src: '1.2.3.4' }, payload)).to.throw(WireError);
  });

  it('reads any octets or refuses them with its own error; and loses nothing', () => {
    fc.assert(
      fc.property(packets(0x61, 4), (octets) => {
        try {
          const decoded = decodeIpv6(octets);
          expect(encodeIpv6(decoded, decoded.payload)).to.deep.equal(
            octets.subarray(0, 40 + decoded.payloadLength),
          );
        } catch (error) {
          expect(error).to.be.instanceOf(WireError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
