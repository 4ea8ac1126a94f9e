import { expect } from 'chai';
import fc from 'fast-check';
import {
  type ConcreteSegment,
  compareReply,
  evaluateSegment,
  NotationError,
  parseSegment,
  printConcrete,
  type Variables,
} from '../../lib/notation/index.ts';
import { concreteSegments } from './arbitraries.ts';

const VARIABLES: Variables = { 'SND.NXT': 1000, 'RCV.NXT': 2000, 'SEG.ACK': 7 };
const observe = (text: string) => evaluateSegment(parseSegment(text), {});
const compare = (expected: string, observed: ConcreteSegment | string) =>
  compareReply(
    parseSegment(expected),
    typeof observed === 'string' ? observe(observed) : observed,
    VARIABLES,
  );

const EMPTY_ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

describe('notation: compare a reply', () => {
  it('finds nothing amiss in the reply that was expected', () => {
    expect(compare(EMPTY_ACK, '<SEQ=1000><ACK=2000><CTL=ACK><WND=5><TSVAL=1><TSECR=2>')).to.deep.equal([]);
  });

  it('names each field that differs, what was expected and what was seen', () => {
    expect(compare(EMPTY_ACK, '<SEQ=1001><ACK=0><CTL=RST><DATA=3>')).to.deep.equal([
      { field: 'SEQ', expected: 'SND.NXT', due: 1000, observed: '1001' },
      { field: 'ACK', expected: 'RCV.NXT', due: 2000, observed: '0' },
      { field: 'CTL', expected: 'ACK', observed: 'RST' },
      { field: 'DATA', expected: '0', due: 0, observed: '3' },
    ]);
  });

  it('does not compare what is not written, or written ANY', () => {
    expect(compare('<CTL=RST>', '<SEQ=9><ACK=9><CTL=RST><WND=9><URG=9><MSS=9>')).to.deep.equal([]);
    expect(compare('<SEQ=ANY><CTL=RST><DATA=ANY>', '<SEQ=9><CTL=RST><DATA=9>')).to.deep.equal([]);
  });

  it('always compares the six control bits, in any order', () => {
    expect(compare('<CTL=RST,ACK>', '<CTL=ACK,RST>')).to.deep.equal([]);
    expect(compare('<CTL=ACK>', '<CTL=ACK,PSH,URG>')).to.deep.equal([
      { field: 'CTL', expected: 'ACK', observed: 'ACK,PSH,URG' },
    ]);
    expect(compare('<SEQ=1>', '<SEQ=1><CTL=SYN,FIN>')).to.deep.equal([
      { field: 'CTL', expected: 'none', observed: 'SYN,FIN' },
    ]);
  });

  it('ignores ECE and CWR on both sides', () => {
    expect(compare('<CTL=SYN,ECE,CWR>', '<CTL=SYN>')).to.deep.equal([]);
    expect(compare('<CTL=SYN>', '<CTL=SYN,ECE,CWR>')).to.deep.equal([]);
  });

  it('compares options that are written, and tells when they are absent', () => {
    expect(compare('<CTL=SYN><MSS=1460><SACKOK><TSVAL=1>', '<CTL=SYN><TSVAL=1>')).to.deep.equal([
      { field: 'MSS', expected: '1460', due: 1460, observed: 'absent' },
      { field: 'SACKOK', expected: 'present', observed: 'absent' },
    ]);
  });

  it('compares octets of options that are written', () => {
    expect(compare('<CTL=SYN><OPT=fe04abcd>', '<CTL=SYN><OPT=fe04abcd>')).to.deep.equal([]);
    expect(compare('<CTL=SYN><OPT=fe04abcd>', '<CTL=SYN>')).to.deep.equal([
      { field: 'OPT', expected: 'fe04abcd', observed: 'absent' },
    ]);
  });

  it('refuses an expectation that has no value', () => {
    expect(() => compare('<SEQ=SND.UNA><CTL=RST>', '<CTL=RST>')).to.throw(NotationError, 'SND.UNA');
  });

  it('finds every segment equal to its own notation', () => {
    fc.assert(
      fc.property(concreteSegments, (segment) => {
        expect(compare(printConcrete(segment), segment)).to.deep.equal([]);
      }),
    );
  });
});
