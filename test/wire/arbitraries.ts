import fc from 'fast-check';
import { type Addresses, encodeOptions, type TcpHeader, type TcpOption } from '../../lib/wire/index.ts';
import { sequenceNumbers } from '../notation/arbitraries.ts';

export const octet = fc.integer({ min: 0, max: 255 });
export const word16 = fc.integer({ min: 0, max: 65535 });

const KNOWN_TYPES = [0, 1, 2, 3, 4, 5, 8];

/** Options that decode to themselves, anywhere before an `eol`. */
const legalOptions: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constantFrom<TcpOption>({ kind: 'nop' }, { kind: 'sackPermitted' }),
  word16.map((value) => ({ kind: 'mss', value }) as const),
  octet.map((shift) => ({ kind: 'wscale', shift }) as const),
  fc
    .tuple(sequenceNumbers, sequenceNumbers)
    .map(([tsval, tsecr]) => ({ kind: 'timestamps', tsval, tsecr }) as const),
  fc
    .array(fc.record({ left: sequenceNumbers, right: sequenceNumbers }), { maxLength: 2 })
    .map((blocks) => ({ kind: 'sack', blocks }) as const),
  fc
    .tuple(
      octet.filter((type) => !KNOWN_TYPES.includes(type)),
      fc.uint8Array({ maxLength: 8 }),
    )
    .map(([type, body]) => ({ kind: 'raw', type, bytes: Uint8Array.of(body.length + 2, ...body) }) as const),
  // A known kind with a length that its kind does not have.
  fc.constantFrom<TcpOption>(
    { kind: 'raw', type: 2, bytes: Uint8Array.of(3, 9) },
    { kind: 'raw', type: 3, bytes: Uint8Array.of(2) },
    { kind: 'raw', type: 4, bytes: Uint8Array.of(3, 0) },
    { kind: 'raw', type: 5, bytes: Uint8Array.of(4, 1, 1) },
    { kind: 'raw', type: 8, bytes: Uint8Array.of(6, 0, 0, 0, 1) },
  ),
);

/** An illegal length, which ends a list of options: nothing after it can be an option. */
const broken: fc.Arbitrary<TcpOption> = fc
  .tuple(fc.constantFrom(2, 3, 4, 5, 8, 254), fc.constantFrom(0, 1, 200), fc.uint8Array({ maxLength: 6 }))
  .map(([type, length, body]) => ({ kind: 'raw', type, bytes: Uint8Array.of(length, ...body) }));

/** Lists of at most 40 octets in whole 32-bit words. They are padded in front, where `nop` is harmless. */
export const optionLists: fc.Arbitrary<readonly TcpOption[]> = fc
  .tuple(fc.array(legalOptions, { maxLength: 6 }), fc.option(broken, { nil: undefined }))
  .map(([options, last]) => (last ? [...options, last] : options))
  .map((options) => {
    const gap = -encodeOptions(options).length & 3;
    return [...Array<TcpOption>(gap).fill({ kind: 'nop' }), ...options];
  })
  .filter((options) => encodeOptions(options).length <= 40);

export const ipv4Addresses = fc.ipV4();
export const ipv6Addresses = fc.ipV6();

export const addressPairs: fc.Arbitrary<Addresses> = fc.oneof(
  fc.record({ family: fc.constant(4 as const), src: ipv4Addresses, dst: ipv4Addresses }),
  fc.record({ family: fc.constant(6 as const), src: ipv6Addresses, dst: ipv6Addresses }),
);

/** Segments in which everything except the header length may be illegal. */
export const tcpHeaders: fc.Arbitrary<TcpHeader> = fc.record(
  {
    srcPort: word16,
    dstPort: word16,
    seq: sequenceNumbers,
    ack: sequenceNumbers,
    flags: octet,
    reserved: fc.integer({ min: 0, max: 15 }),
    window: word16,
    urgent: word16,
    options: optionLists,
    data: fc.uint8Array({ maxLength: 64 }),
    checksum: word16,
  },
  {
    requiredKeys: [
      'srcPort',
      'dstPort',
      'seq',
      'ack',
      'flags',
      'reserved',
      'window',
      'urgent',
      'options',
      'data',
    ],
    noNullPrototype: true,
  },
);
