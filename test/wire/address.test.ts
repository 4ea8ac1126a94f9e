import { BlockList } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { familyOf, formatAddress, parseAddress, WireError } from '../../lib/wire/index.ts';
import { ipv4Addresses, ipv6Addresses } from './arbitraries.ts';

describe('wire: addresses', () => {
  const canonical = [
    '::',
    '::1',
    '1::',
    'fe80::1',
    '1:2:3:4:5:6:7:8',
    '1:0:0:2::3',
    '1:0:2:3:4:5:6:7',
    '1::4:0:0:7:8',
  ];
  for (const text of [...canonical, '0.0.0.0', '192.0.2.255']) {
    it(`reads and prints ${text}`, () => {
      expect(formatAddress(parseAddress(text))).to.equal(text);
    });
  }

  it('reads the octets', () => {
    expect([...parseAddress('192.0.2.1')]).to.deep.equal([192, 0, 2, 1]);
    expect([...parseAddress('2001:DB8::ff:192.0.2.1')]).to.deep.equal([
      ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0],
      ...[0, 0, 0, 0xff, 192, 0, 2, 1],
    ]);
  });

  it('leaves out the zone', () => {
    expect(formatAddress(parseAddress('fe80::1%eth0'))).to.equal('fe80::1');
  });

  it('tells the family', () => {
    expect([familyOf('127.0.0.1'), familyOf('::1')]).to.deep.equal([4, 6]);
  });

  it('refuses what is no address', () => {
    for (const text of ['', '1.2.3', '1.2.3.256', ':::', '1:2:3:4:5:6:7', 'host', '1.2.3.4/8']) {
      expect(() => parseAddress(text), text).to.throw(WireError);
    }
    expect(() => formatAddress(new Uint8Array(5))).to.throw(WireError);
  });

  it('prints an address that means the same', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Addresses, ipv6Addresses), (text) => {
        const family = familyOf(text) === 4 ? 'ipv4' : 'ipv6';
        const same = new BlockList();
        same.addAddress(text, family);
        expect(same.check(formatAddress(parseAddress(text)), family)).to.equal(true);
      }),
    );
  });

  it('reads back the octets that it prints', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(octets, (address) => {
        expect(parseAddress(formatAddress(address))).to.deep.equal(address);
      }),
    );
  });
});
