import { expect } from 'chai';
import fc from 'fast-check';
import { ACK, decodeTcp, encodeTcp, type TcpHeader, WireError } from '../../lib/wire/index.ts';
import { addressPairs, tcpHeaders, word16 } from './arbitraries.ts';

const ADDRESSES = { family: 4, src: '192.0.2.1', dst: '192.0.2.2' } as const;
const PLAIN: TcpHeader = {
  srcPort: 1,
  dstPort: 2,
  seq: 3,
  ack: 4,
  flags: ACK,
  reserved: 0,
  window: 5,
  urgent: 6,
  options: [],
  data: new Uint8Array(),
};

describe('wire: TCP', () => {
  it('lays out the header', () => {
    const segment: TcpHeader = {
      ...PLAIN,
      srcPort: 0x0102,
      dstPort: 0x0304,
      seq: 0x05060708,
      ack: 0xf90a0b0c,
      flags: 0xc2,
      reserved: 0x1,
      window: 0x0d0e,
      urgent: 0x0f10,
      checksum: 0xbeef,
      options: [{ kind: 'mss', value: 0x1112 }],
      data: Uint8Array.of(0x13),
    };
    expect(Buffer.from(encodeTcp(segment, ADDRESSES)).toString('hex')).to.equal(
      '01020304' + '05060708' + 'f90a0b0c' + '61c20d0e' + 'beef0f10' + '02041112' + '13',
    );
  });

  it('pads the options with zeros', () => {
    const segment = encodeTcp({ ...PLAIN, options: [{ kind: 'nop' }], data: Uint8Array.of(9) }, ADDRESSES);
    expect([...segment.subarray(20)]).to.deep.equal([1, 0, 0, 0, 9]);
    expect(decodeTcp(segment).options.map(({ kind }) => kind)).to.deep.equal(['nop', 'eol', 'eol', 'eol']);
  });

  it('reads back every segment that it writes', () => {
    fc.assert(
      fc.property(tcpHeaders, addressPairs, (tcp, addresses) => {
        const decoded = decodeTcp(encodeTcp(tcp, addresses), addresses);
        expect(decoded).to.deep.include(tcp);
        if (tcp.checksum === undefined) expect(decoded.checksumValid).to.equal(true);
      }),
    );
  });

  it('finds every other checksum wrong', () => {
    fc.assert(
      fc.property(tcpHeaders, addressPairs, word16, ({ checksum: _, ...tcp }, addresses, checksum) => {
        const right = decodeTcp(encodeTcp(tcp, addresses)).checksum;
        // 0 and ffff are the same number in one's complement.
        fc.pre(checksum !== right && (checksum % 0xffff !== 0 || right % 0xffff !== 0));
        expect(decodeTcp(encodeTcp({ ...tcp, checksum }, addresses), addresses).checksumValid).to.equal(
          false,
        );
      }),
    );
  });

  it('does not judge the checksum without addresses', () => {
    expect(decodeTcp(encodeTcp(PLAIN, ADDRESSES)).checksumValid).to.equal(undefined);
  });

  it('writes a data offset that is not the truth', () => {
    const data = new Uint8Array(8);
    for (const dataOffset of [0, 4, 8, 15]) {
      const octets = encodeTcp({ ...PLAIN, data, dataOffset }, ADDRESSES);
      expect(octets).to.have.length(28);
      expect((octets[12] ?? 0) >>> 4).to.equal(dataOffset);
      expect(() => decodeTcp(octets)).to.throw(WireError, `${dataOffset} words`);
    }
    expect(decodeTcp(encodeTcp({ ...PLAIN, data, dataOffset: 7 }, ADDRESSES)).data).to.have.length(0);
  });

  it('refuses a value that its field cannot hold, and more options than a header has room for', () => {
    for (const illegal of [
      { srcPort: 65536 },
      { dstPort: -1 },
      { seq: 2 ** 32 },
      { ack: Number.NaN },
      { flags: 256 },
      { reserved: 16 },
      { window: 65536 },
      { urgent: 0.5 },
      { dataOffset: 16 },
      { checksum: 65536 },
      { options: Array(11).fill({ kind: 'mss', value: 1 }) },
    ] satisfies Partial<TcpHeader>[]) {
      expect(() => encodeTcp({ ...PLAIN, ...illegal }, ADDRESSES), JSON.stringify(illegal)).to.throw(
        WireError,
      );
    }
  });

  it('reads any octets, or refuses them with its own error; and loses nothing', () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(fc.uint8Array({ minLength: 20, maxLength: 90 }), fc.integer({ min: 5, max: 15 }))
        .map(([area, dataOffset]) => area.with(12, dataOffset << 4)),
    );
    fc.assert(
      fc.property(octets, addressPairs, (input, addresses) => {
        try {
          expect(encodeTcp(decodeTcp(input, addresses), addresses)).to.deep.equal(input);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          const offset = (input[12] ?? 0) >>> 4;
          expect(input.length < 20 || offset < 5 || offset * 4 > input.length, error.message).to.equal(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
