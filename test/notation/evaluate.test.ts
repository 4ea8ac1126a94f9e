import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Expression,
  evaluate,
  evaluateSegment,
  NotationError,
  parseExpression,
  parseSegment,
  VARIABLES,
  type Variables,
} from '../../lib/notation/index.ts';
import { allVariables, expressions, notations, sequenceNumbers } from './arbitraries.ts';

const value = (text: string, variables: Variables = {}) => evaluate(parseExpression(text), variables);

/** The meaning of an expression over the integers of unlimited size, reduced modulo 2^32; undefined for n / 0. */
function meaning(expression: Expression, variables: Variables): bigint | undefined {
  switch (expression.kind) {
    case 'any':
      return undefined;
    case 'number':
      return BigInt(expression.value);
    case 'power':
      return BigInt.asUintN(32, BigInt(expression.base) ** BigInt(expression.exponent));
    case 'variable':
      return BigInt(variables[expression.name] ?? 0);
    case 'binary': {
      const left = meaning(expression.left, variables);
      const right = meaning(expression.right, variables);
      if (left === undefined || right === undefined) return undefined;
      if (expression.operator === '/') return right === 0n ? undefined : left / right;
      return BigInt.asUintN(32, expression.operator === '+' ? left + right : left - right);
    }
  }
}

describe('notation: evaluate', () => {
  it('counts modulo 2^32', () => {
    expect(value('RCV.NXT+1', { 'RCV.NXT': 2 ** 32 - 1 })).to.equal(0);
    expect(value('SND.UNA-2^30', { 'SND.UNA': 0 })).to.equal(3 * 2 ** 30);
    expect(value('2^32')).to.equal(0);
    expect(value('3^4294967295')).to.equal(2863311531);
  });

  it('divides unsigned, to the integer below', () => {
    expect(value('RCV.WND/2', { 'RCV.WND': 65535 })).to.equal(32767);
    expect(value('4294967295/2')).to.equal(2147483647);
    expect(value('RCV.NXT+RCV.WND/2-1', { 'RCV.NXT': 10, 'RCV.WND': 5 })).to.equal(11);
  });

  it('agrees with arithmetic on integers of unlimited size', () => {
    fc.assert(
      fc.property(expressions, allVariables, (expression, variables) => {
        const wanted = meaning(expression, variables);
        fc.pre(wanted !== undefined);
        expect(evaluate(expression, variables)).to.equal(Number(wanted));
      }),
    );
  });

  it('names the variable that has no value', () => {
    for (const name of VARIABLES) expect(() => value(name)).to.throw(NotationError, name);
  });

  it('refuses ANY without a choice, and a division by zero', () => {
    expect(() => value('ANY')).to.throw(NotationError, 'ANY');
    expect(() => value('1/RCV.WND', { 'RCV.WND': 0 })).to.throw(NotationError, '1/RCV.WND');
  });

  it('takes ANY from the choice', () => {
    expect(evaluate({ kind: 'any' }, {}, () => -1)).to.equal(2 ** 32 - 1);
  });
});

describe('notation: evaluate a segment', () => {
  it('gives what is not written the value that it has on the wire', () => {
    expect(evaluateSegment(parseSegment('<CTL=RST>'), {})).to.deep.equal({
      seq: 0,
      ack: 0,
      ctl: new Set(['RST']),
      data: 0,
      urg: 0,
    });
  });

  it('evaluates every field', () => {
    const text =
      '<SEQ=RCV.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK,PSH><DATA=10><WND=RCV.WND><URG=5><MSS=1460><WSCALE=7><SACKOK><TSVAL=TS.RECENT-1><TSECR=2>';
    const variables = { 'RCV.NXT': 1, 'SEG.SEQ': 2, 'SEG.LEN': 3, 'RCV.WND': 4, 'TS.RECENT': 0 };
    expect(evaluateSegment(parseSegment(text), variables)).to.deep.equal({
      seq: 1,
      ack: 5,
      ctl: new Set(['ACK', 'PSH']),
      data: 10,
      wnd: 4,
      urg: 5,
      mss: 1460,
      wscale: 7,
      sackPermitted: true,
      tsval: 2 ** 32 - 1,
      tsecr: 2,
    });
  });

  it('asks for the free choices in canonical order', () => {
    let next = 0;
    const segment = evaluateSegment(parseSegment('<WND=ANY><ACK=ANY><SEQ=ANY>'), {}, () => ++next);
    expect([segment.seq, segment.ack, segment.wnd]).to.deep.equal([1, 2, 3]);
  });

  it('fits free choices to their field', () => {
    const anything = parseSegment(
      '<SEQ=ANY><ACK=ANY><DATA=ANY><WND=ANY><URG=ANY><MSS=ANY><WSCALE=ANY><TSVAL=ANY><TSECR=ANY>',
    );
    fc.assert(
      fc.property(sequenceNumbers, (choice) => {
        const segment = evaluateSegment(anything, {}, () => choice);
        expect([segment.seq, segment.ack, segment.tsval, segment.tsecr]).to.deep.equal(Array(4).fill(choice));
        expect(Math.max(segment.wnd ?? 0, segment.urg, segment.mss ?? 0)).to.be.below(65536);
        expect(segment.wscale).to.be.below(256);
        expect(segment.data).to.be.at.most(536);
      }),
    );
  });

  it('throws nothing but NotationError', () => {
    fc.assert(
      fc.property(notations, fc.option(allVariables, { nil: {} }), (notation, variables) => {
        try {
          evaluateSegment(notation, variables);
        } catch (error) {
          expect(error).to.be.instanceOf(NotationError);
        }
      }),
    );
  });
});
