import { expect } from 'chai';
import fc from 'fast-check';
import { decodeOptions, encodeOptions, type TcpOption, WireError } from '../../lib/wire/index.ts';
import { optionLists } from './arbitraries.ts';

describe('wire: TCP options', () => {
  it('encodes the options of a SYN', () => {
    const options: TcpOption[] = [
      { kind: 'mss', value: 1460 },
      { kind: 'sackPermitted' },
      { kind: 'timestamps', tsval: 1, tsecr: 2 },
      { kind: 'nop' },
      { kind: 'wscale', shift: 7 },
    ];
    expect(Buffer.from(encodeOptions(options)).toString('hex')).to.equal(
      '020405b4' + '0402' + '080a0000000100000002' + '01' + '030307',
    );
  });

  it('reads what follows the end of the options as octets, not as options', () => {
    expect(decodeOptions(Uint8Array.of(0, 0, 2, 4, 5, 180))).to.deep.equal([
      { kind: 'eol' },
      { kind: 'eol' },
      { kind: 'raw', type: 2, bytes: Uint8Array.of(4, 5, 180) },
    ]);
    expect(decodeOptions(Uint8Array.of(0, 1))).to.deep.equal([
      { kind: 'eol' },
      { kind: 'raw', type: 1, bytes: new Uint8Array() },
    ]);
  });

  it('reads a length that cannot be as octets to the end', () => {
    for (const length of [0, 1, 9]) {
      expect(decodeOptions(Uint8Array.of(1, 2, length, 5, 180))).to.deep.equal([
        { kind: 'nop' },
        { kind: 'raw', type: 2, bytes: Uint8Array.of(length, 5, 180) },
      ]);
    }
    expect(decodeOptions(Uint8Array.of(8))).to.deep.equal([
      { kind: 'raw', type: 8, bytes: new Uint8Array() },
    ]);
  });

  it('refuses a value that its field cannot hold', () => {
    for (const option of [
      { kind: 'mss', value: 65536 },
      { kind: 'wscale', shift: -1 },
      { kind: 'timestamps', tsval: 2 ** 32, tsecr: 0 },
      { kind: 'timestamps', tsval: 0, tsecr: 0.5 },
      { kind: 'raw', type: 256, bytes: new Uint8Array() },
      { kind: 'sack', blocks: Array(32).fill({ left: 0, right: 0 }) },
    ] satisfies TcpOption[]) {
      expect(() => encodeOptions([option])).to.throw(WireError);
    }
  });

  it('reads back every list that it writes', () => {
    fc.assert(
      fc.property(optionLists, (options) => {
        expect(decodeOptions(encodeOptions(options))).to.deep.equal(options);
      }),
    );
  });

  it('loses nothing of any octets', () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 40 }).map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(octets, (area) => {
        expect(encodeOptions(decodeOptions(area))).to.deep.equal(area);
      }),
      { numRuns: 500 },
    );
  });
});
