import { expect } from 'chai';
import fc from 'fast-check';
import { evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import { headerForm } from '../../lib/standard/header.ts';
import { concreteSegments } from '../notation/arbitraries.ts';

const form = (text: string) => headerForm(evaluateSegment(parseSegment(text), {}));
const LENGTH = { malformed: 'option length' } as const;
const OFFSET = { malformed: 'data offset' } as const;
const UNKNOWN = { unknownOption: true } as const;

describe('the form of a header', () => {
  const forms: readonly (readonly [string, ReturnType<typeof headerForm>])[] = [
    ['<CTL=SYN><MSS=1460><WSCALE=7><SACKOK><TSVAL=1>', {}],
    ['<CTL=ACK><OPT=01010101>', {}],
    ['<CTL=ACK><OPT=00000000>', {}],
    ['<CTL=ACK><OPT=0101080a0000000100000002>', {}],
    // After the end of the list comes padding, not an option.
    ['<CTL=ACK><OPT=00fe0000>', {}],
    ['<CTL=ACK><OPT=fe04abcd>', UNKNOWN],
    ['<CTL=ACK><OPT=01fe05abcdef0000>', UNKNOWN],
    ['<CTL=ACK><OPT=0101050a0000000100000002>', UNKNOWN],
    ['<CTL=ACK><WSCALE=7>', UNKNOWN],
    ['<CTL=SYN><WSCALE=7>', {}],
    ['<CTL=SYN><OPT=fe000000>', LENGTH],
    ['<CTL=SYN><OPT=fe010000>', LENGTH],
    ['<CTL=SYN><OPT=fe080000>', LENGTH],
    ['<CTL=SYN><OPT=010101fe>', LENGTH],
    ['<CTL=SYN><OPT=02030000>', LENGTH],
    ['<CTL=SYN><OPT=020405b4fe000000>', LENGTH],
    ['<CTL=ACK><OFFSET=0>', OFFSET],
    ['<CTL=ACK><OFFSET=4><DATA=10>', OFFSET],
    ['<CTL=ACK><OFFSET=5><DATA=10>', {}],
    ['<CTL=ACK><OFFSET=6><OPT=01010101>', {}],
    // With ten octets of text the segment has 30 octets: seven words are inside, eight are not.
    ['<CTL=ACK><OFFSET=8><DATA=10>', OFFSET],
    ['<CTL=ACK><OFFSET=15>', OFFSET],
    ['<CTL=ACK><RESERVED=14>', { reserved: 14 }],
    ['<CTL=ACK><RESERVED=0>', {}],
  ];
  for (const [text, expected] of forms)
    it(`${text} is ${JSON.stringify(expected)}`, () => {
      expect(form(text)).to.deep.equal(expected);
    });

  it('refuses an offset that has the text begin elsewhere than it does', () => {
    expect(() => form('<CTL=ACK><OFFSET=6><DATA=10>')).to.throw('6 words');
    expect(() => form('<CTL=ACK><OFFSET=5><OPT=01010101>')).to.throw('5 words');
  });

  it('is told of every segment that can be on the wire', () => {
    fc.assert(
      fc.property(concreteSegments, (segment) => {
        expect(headerForm(segment).malformed).not.to.equal('data offset');
      }),
    );
  });
});
