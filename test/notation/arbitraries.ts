import fc from 'fast-check';
import {
  CONTROL_BITS,
  type ConcreteSegment,
  type ControlBit,
  type Expression,
  evaluateSegment,
  type SegmentNotation,
  VARIABLES,
  type Variables,
} from '../../lib/notation/index.ts';

/** Sequence numbers, often within a few octets of a place where they wrap or change sign. */
export const sequenceNumbers = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc
    .tuple(fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 16), fc.integer({ min: -3, max: 3 }))
    .map(([edge, offset]) => (edge + offset + 2 ** 32) % 2 ** 32),
);

/** Any octets in hexadecimal digits, as many as a header has room for. */
const optionOctets = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((octets) => Buffer.from(octets).toString('hex'));

const word16 = fc.integer({ min: 0, max: 65535 });
const octet = fc.integer({ min: 0, max: 255 });

const factors: fc.Arbitrary<Expression> = fc.oneof(
  sequenceNumbers.map((value) => ({ kind: 'number', value }) as const),
  fc.tuple(word16, octet).map(([base, exponent]) => ({ kind: 'power', base, exponent }) as const),
  fc.constantFrom(...VARIABLES).map((name) => ({ kind: 'variable', name }) as const),
);

const terms: fc.Arbitrary<Expression> = fc.oneof(
  factors,
  fc
    .tuple(factors, factors)
    .map(([left, right]) => ({ kind: 'binary', operator: '/', left, right }) as const),
);

/**
 * The trees that the notation can write: it has no parentheses, so sums lean to the left and a quotient is of two
 * factors; ANY is a whole expression.
 */
export const expressions: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'any' } as const) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(terms, fc.array(fc.tuple(fc.constantFrom('+', '-'), terms), { maxLength: 4 }))
      .map(([first, rest]) =>
        rest.reduce<Expression>(
          (left, [operator, right]) => ({ kind: 'binary', operator, left, right }),
          first,
        ),
      ),
  },
);

const controlBits = fc.shuffledSubarray<ControlBit>([...CONTROL_BITS]);

/** Segments with at least one field; the empty text is not a segment. */
export const notations: fc.Arbitrary<SegmentNotation> = fc
  .record(
    {
      ctl: controlBits,
      seq: expressions,
      ack: expressions,
      data: expressions,
      wnd: expressions,
      urg: expressions,
      mss: expressions,
      wscale: expressions,
      sackPermitted: fc.constant<true>(true),
      tsval: expressions,
      tsecr: expressions,
      offset: expressions,
      reserved: expressions,
      checksum: expressions,
      opt: optionOctets,
    },
    { requiredKeys: ['ctl'], noNullPrototype: true },
  )
  .map(({ mss, wscale, sackPermitted, tsval, tsecr, ...notation }) =>
    notation.opt === undefined
      ? {
          ...notation,
          ...(mss && { mss }),
          ...(wscale && { wscale }),
          ...(sackPermitted && { sackPermitted }),
          ...(tsval && { tsval }),
          ...(tsecr && { tsecr }),
        }
      : notation,
  )
  .filter((notation) => notation.ctl.length > 0 || Object.keys(notation).length > 1);

/** Values for every variable. */
export const allVariables: fc.Arbitrary<Variables> = fc
  .tuple(...VARIABLES.map(() => sequenceNumbers))
  .map((values) => Object.fromEntries(VARIABLES.map((name, index) => [name, values[index]])));

/** Whole words of octets. Some hold options for which the notation has no field, or only padding. */
const unknownOptions: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('01010101', '00000000', '01010100', 'fe04abcd', 'fe000000', '020405b4fe010000', '01010502'),
  fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.uint8Array({ minLength: 40, maxLength: 40 }))
    .map(([words, octets]) => `fe03${Buffer.from(octets.subarray(2, 4 + 4 * words)).toString('hex')}`),
);

/** Segments as they can be on the wire: timestamps come in pairs, and the window is known. */
export const concreteSegments: fc.Arbitrary<ConcreteSegment> = fc
  .tuple(
    fc.record({
      seq: sequenceNumbers,
      ack: sequenceNumbers,
      ctl: controlBits.map((bits) => new Set(bits)),
      data: fc.integer({ min: 0, max: 2000 }),
      wnd: word16,
      urg: word16,
    }),
    fc.record(
      { mss: word16, wscale: octet, sackPermitted: fc.constant<true>(true) },
      { requiredKeys: [], noNullPrototype: true },
    ),
    fc.oneof(fc.constant({}), fc.record({ tsval: sequenceNumbers, tsecr: sequenceNumbers })),
    fc.option(unknownOptions, { nil: undefined }),
    fc.oneof(fc.constant({}), fc.record({ reserved: fc.integer({ min: 1, max: 15 }) })),
  )
  .map(([fields, options, timestamps, opt, reserved]) => ({
    ...fields,
    ...(opt === undefined ? { ...options, ...timestamps } : evaluateSegment({ ctl: [], opt }, {})),
    ...reserved,
    ...(opt === undefined ? {} : fields),
  }));
