import { expect } from 'chai';
import fc from 'fast-check';
import {
  NotationError,
  parseExpression,
  parseSegment,
  printExpression,
  printSegment,
} from '../../lib/notation/index.ts';
import { expressions, notations } from './arbitraries.ts';
import { STIMULI } from './stimuli.ts';

/** The column that a refusal points at. */
function columnOf(text: string): number | undefined {
  try {
    parseSegment(text);
  } catch (error) {
    if (error instanceof NotationError && error.text === text) return error.column;
    throw error;
  }
  throw new Error(`was not refused: ${text}`);
}

describe('notation: parse and print', () => {
  it('reads the fields of a segment', () => {
    expect(parseSegment('<SEQ=RCV.NXT-1><CTL=SYN,ACK><SACKOK>')).to.deep.equal({
      seq: {
        kind: 'binary',
        operator: '-',
        left: { kind: 'variable', name: 'RCV.NXT' },
        right: { kind: 'number', value: 1 },
      },
      ctl: ['SYN', 'ACK'],
      sackPermitted: true,
    });
  });

  it('binds the quotient before the sum, and sums from the left', () => {
    expect(parseExpression('RCV.NXT+RCV.WND/2-2^30')).to.deep.equal({
      kind: 'binary',
      operator: '-',
      left: {
        kind: 'binary',
        operator: '+',
        left: { kind: 'variable', name: 'RCV.NXT' },
        right: {
          kind: 'binary',
          operator: '/',
          left: { kind: 'variable', name: 'RCV.WND' },
          right: { kind: 'number', value: 2 },
        },
      },
      right: { kind: 'power', base: 2, exponent: 30 },
    });
  });

  it('reads the fields in any order and prints them in one', () => {
    const canonical =
      '<SEQ=1><ACK=2><CTL=ACK,PSH><DATA=3><WND=4><URG=5><MSS=6><WSCALE=7><SACKOK><TSVAL=8><TSECR=ANY>';
    const shuffled =
      '<TSECR=ANY><SACKOK><DATA=3><MSS=6><CTL=ACK,PSH><WSCALE=7><URG=5><ACK=2><TSVAL=8><WND=4><SEQ=1>';
    expect(printSegment(parseSegment(shuffled))).to.equal(canonical);
  });

  for (const text of STIMULI) {
    it(`prints ${text} as it was written`, () => {
      expect(printSegment(parseSegment(text))).to.equal(text);
    });
  }

  it('reads back every expression that it prints', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(parseExpression(printExpression(expression))).to.deep.equal(expression);
      }),
    );
  });

  it('reads back every segment that it prints', () => {
    fc.assert(
      fc.property(notations, (notation) => {
        const text = printSegment(notation);
        expect(parseSegment(text)).to.deep.equal(notation);
        expect(printSegment(parseSegment(text))).to.equal(text);
      }),
    );
  });

  it('refuses to print a tree that would need parentheses', () => {
    const [a, b] = [parseExpression('SND.NXT'), parseExpression('1-2')];
    expect(() => printExpression({ kind: 'binary', operator: '-', left: a, right: b })).to.throw(
      NotationError,
    );
    expect(() => printExpression({ kind: 'binary', operator: '/', left: b, right: a })).to.throw(
      NotationError,
    );
    expect(() =>
      printExpression({ kind: 'binary', operator: '+', left: a, right: { kind: 'any' } }),
    ).to.throw(NotationError);
  });
});

describe('notation: refusals', () => {
  const refused: readonly (readonly [string, number])[] = [
    ['', 1],
    ['SEQ=1', 1],
    ['<SEQ=1', 7],
    ['<SEQ=1>x', 8],
    ['<SEQ=1> ', 8],
    ['<>', 2],
    ['<FOO=1>', 2],
    ['<seq=1>', 2],
    ['<SEQ>', 5],
    ['<SEQ=>', 6],
    ['<SEQ=SND.FOO>', 6],
    ['<SEQ=4294967296>', 6],
    ['<SEQ=2^>', 8],
    ['<SEQ=1+>', 8],
    ['<SEQ=-1>', 6],
    ['<SEQ=8/2/2>', 9],
    ['<SEQ=ANY+1>', 6],
    ['<SEQ=1-ANY>', 8],
    ['<SEQ=ANYTHING>', 6],
    ['<SEQ=(1)>', 6],
    ['<SEQ=1><ACK=1><SEQ=2>', 16],
    ['<SACKOK><SACKOK>', 10],
    ['<SACKOK=1>', 8],
    ['<CTL=>', 6],
    ['<CTL=SYN,>', 10],
    ['<CTL=SYN,SYN>', 10],
    ['<CTL=SYN,NS>', 10],
    ['<CTL=ACK><CTL=SYN>', 11],
    ['<OPT>', 5],
    ['<OPT=>', 6],
    ['<OPT=f>', 6],
    ['<OPT=fe0>', 8],
    ['<OPT=FE>', 6],
    [`<OPT=${'01'.repeat(41)}>`, 6],
    ['<OPT=ANY>', 6],
    ['<MSS=1><OPT=00>', 9],
    ['<OPT=00><SACKOK>', 10],
  ];

  for (const [text, column] of refused) {
    it(`points at column ${column} of '${text}'`, () => {
      expect(columnOf(text)).to.equal(column);
    });
  }

  it('throws nothing but NotationError, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...[
        '<',
        '>',
        '=',
        ',',
        '+',
        '-',
        '/',
        '^',
        '.',
        ' ',
        '0',
        '42',
        '9999999999',
        '__proto__',
        'constructor',
      ],
      ...[
        'SEQ',
        'ACK',
        'CTL',
        'DATA',
        'SACKOK',
        'OPT',
        'OFFSET',
        'ANY',
        'SYN',
        'SND.NXT',
        '<SEQ=',
        '><CTL=ACK',
        '\0',
        '٣',
      ],
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of [parseSegment, parseExpression]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).to.be.instanceOf(NotationError);
            expect((error as NotationError).column).to.be.within(1, text.length + 1);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
