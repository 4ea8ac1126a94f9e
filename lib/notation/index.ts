/** The segment notation of RFC 793: reading it, printing it, and giving it values from a TCB. */
export { NotationError } from './errors.ts';
export { evaluate, evaluateSegment, mentions } from './evaluate.ts';
export { type FieldName, literal } from './fields.ts';
export { fromWire, toWire } from './header.ts';
export { compareReply, type Mismatch } from './match.ts';
export { fieldsOf, octetsOf, optionsOf } from './options.ts';
export { parseExpression, parseSegment } from './parse.ts';
export { printExpression, printSegment, writtenFields } from './print.ts';
export {
  inTermsOf,
  type Name,
  namesIn,
  notationOf,
  printConcrete,
  relativeNotation,
  variable,
} from './relative.ts';
export { lengthOf, resetAt, resetFor, type SegmentFields, segmentOf } from './segment.ts';
export * from './types.ts';
