import { didYouMean } from '../did-you-mean.ts';
import { NotationError } from './errors.ts';
import { literal, type NotationDraft, NUMERIC_FIELDS } from './fields.ts';
import {
  CONTROL_BITS,
  type ControlBit,
  type Expression,
  type SegmentNotation,
  VARIABLES,
  type Variable,
} from './types.ts';

const WORD = /[A-Za-z][A-Za-z.]*/y;
const DIGITS = /[0-9]+/y;
const HEX_OCTETS = /(?:[0-9a-f]{2})+/y;
/** The fields of an option each, which OPT leaves no room for. */
const OPTION_FIELDS = ['MSS', 'WSCALE', 'SACKOK', 'TSVAL', 'TSECR'] as const;
/** What lies between the fixed header and the text when the data offset is 15. */
const MOST_OPTION_OCTETS = 40;
const LARGEST = 2 ** 32 - 1;

const NUMERIC_BY_NAME = new Map<string, (typeof NUMERIC_FIELDS)[number]>(
  NUMERIC_FIELDS.map((field) => [field.name, field]),
);
const FIELD_NAMES = [...NUMERIC_BY_NAME.keys(), 'CTL', 'SACKOK', 'OPT'];
const isVariable = (word: string): word is Variable => (VARIABLES as readonly string[]).includes(word);
const isControlBit = (word: string): word is ControlBit => (CONTROL_BITS as readonly string[]).includes(word);

/** A place in a text, and the ways to move on from it. */
class Scanner {
  at = 0;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.at === this.text.length;
  }

  fail(problem: string, at = this.at): never {
    throw new NotationError(problem, this.text, at + 1);
  }

  /** Moves past the mark if it comes next. */
  skip(mark: string): boolean {
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  require(mark: string): void {
    if (!this.skip(mark)) this.fail(`'${mark}' expected`);
  }

  /** What the sticky pattern matches here, or the empty string. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

function number(scanner: Scanner): number {
  const start = scanner.at;
  const digits = scanner.take(DIGITS);
  if (digits === '') scanner.fail('a number expected');
  const value = Number(digits);
  if (value > LARGEST) scanner.fail(`a number above ${LARGEST}`, start);
  return value;
}

function factor(scanner: Scanner): Expression {
  const start = scanner.at;
  const word = scanner.take(WORD);
  if (word === '') {
    if (!/[0-9]/.test(scanner.text.charAt(start))) scanner.fail('a number or a variable expected');
    const value = number(scanner);
    return scanner.skip('^') ? { kind: 'power', base: value, exponent: number(scanner) } : literal(value);
  }
  if (word === 'ANY') scanner.fail('ANY must stand alone', start);
  if (!isVariable(word)) scanner.fail(`unknown variable ${word}${didYouMean(word, VARIABLES)}`, start);
  return { kind: 'variable', name: word };
}

function term(scanner: Scanner): Expression {
  const left = factor(scanner);
  return scanner.skip('/') ? { kind: 'binary', operator: '/', left, right: factor(scanner) } : left;
}

function expression(scanner: Scanner): Expression {
  if (/ANY(?![A-Za-z.+\-/^])/y.test(scanner.text.slice(scanner.at))) {
    scanner.skip('ANY');
    return { kind: 'any' };
  }
  let left = term(scanner);
  for (;;) {
    const operator = scanner.skip('+') ? '+' : scanner.skip('-') ? '-' : undefined;
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: term(scanner) };
  }
}

function controlBits(scanner: Scanner): ControlBit[] {
  const bits: ControlBit[] = [];
  do {
    const start = scanner.at;
    const word = scanner.take(WORD);
    if (word === '') scanner.fail('a control bit expected');
    if (!isControlBit(word))
      scanner.fail(`unknown control bit ${word}${didYouMean(word, CONTROL_BITS)}`, start);
    if (bits.includes(word)) scanner.fail(`${word} is written twice`, start);
    bits.push(word);
  } while (scanner.skip(','));
  return bits;
}

function octets(scanner: Scanner): string {
  const start = scanner.at;
  const digits = scanner.take(HEX_OCTETS);
  if (digits === '') scanner.fail('octets in lower-case hexadecimal digits expected');
  if (digits.length > 2 * MOST_OPTION_OCTETS) {
    scanner.fail(`more than ${MOST_OPTION_OCTETS} octets of options`, start);
  }
  return digits;
}

/** Reads the rest of one field, behind its name, into the draft. */
function fieldValue(scanner: Scanner, name: string, start: number, draft: NotationDraft): void {
  if (name === 'SACKOK') {
    draft.sackPermitted = true;
    return;
  }
  const numeric = NUMERIC_BY_NAME.get(name);
  if (numeric === undefined && name !== 'CTL' && name !== 'OPT') {
    scanner.fail(
      name === '' ? 'a field name expected' : `unknown field ${name}${didYouMean(name, FIELD_NAMES)}`,
      start,
    );
  }
  scanner.require('=');
  if (name === 'OPT') draft.opt = octets(scanner);
  else if (numeric === undefined) draft.ctl = controlBits(scanner);
  else draft[numeric.key] = expression(scanner);
}

/** The option that is written beside OPT, if the next field makes it so. */
const besideOpt = (name: string, written: ReadonlySet<string>): string | undefined =>
  OPTION_FIELDS.find((option) =>
    name === 'OPT' ? written.has(option) : name === option && written.has('OPT'),
  );

/**
 * Reads an expression over the variables: terms joined by `+` and `-` from left to right, a term being one factor or
 * the quotient of two, a factor a number in 0...4294967295, a power such as `2^30`, or a variable. `ANY` stands alone.
 * There are no spaces and no parentheses.
 *
 * @throws NotationError when the text is anything else
 */
export function parseExpression(text: string): Expression {
  const scanner = new Scanner(text);
  const parsed = expression(scanner);
  if (!scanner.atEnd) scanner.fail('the end of the expression expected');
  return parsed;
}

/**
 * Reads a segment as RFC 793 section 3.4 writes it, `<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=SYN,ACK>`, with the further
 * fields DATA, WND, URG, MSS, WSCALE, SACKOK, TSVAL and TSECR; and those of a header that need not be right: OFFSET,
 * RESERVED, CHECKSUM and OPT, which are all the octets of the options in hexadecimal digits (`<OPT=fe04abcd>`). Fields
 * come in any order, each at most once, and there is at least one: an empty text is a mistake, not a segment.
 *
 * @throws NotationError when the text is anything else
 */
export function parseSegment(text: string): SegmentNotation {
  const known = PARSED.get(text) ?? readSegment(text);
  PARSED.set(text, known);
  return known;
}

/** The catalogue writes the same few hundred segments over and over. */
const PARSED = new Map<string, SegmentNotation>();

function readSegment(text: string): SegmentNotation {
  const scanner = new Scanner(text);
  const draft: NotationDraft = { ctl: [] };
  const written = new Set<string>();
  do {
    scanner.require('<');
    const start = scanner.at;
    const name = scanner.take(WORD);
    if (written.has(name)) scanner.fail(`${name} is written twice`, start);
    const other = besideOpt(name, written);
    if (other !== undefined) scanner.fail(`OPT stands for all options, ${other} among them`, start);
    written.add(name);
    fieldValue(scanner, name, start, draft);
    scanner.require('>');
  } while (!scanner.atEnd);
  return draft;
}
