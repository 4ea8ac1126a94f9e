import { expect } from 'chai';
import fc from 'fast-check';
import {
  evaluateSegment,
  parseSegment,
  printConcrete,
  printSegment,
  relativeNotation,
  type Variables,
} from '../../lib/notation/index.ts';
import type { Sender } from '../../lib/notation/relative.ts';
import { allVariables, concreteSegments } from './arbitraries.ts';

const TCB: Variables = {
  ISS: 1_000_000,
  'SND.UNA': 1_000_001,
  'SND.NXT': 1_000_101,
  IRS: 2 ** 32 - 10,
  'RCV.NXT': 5,
};
const printRelative = (...of: Parameters<typeof relativeNotation>): string =>
  printSegment(relativeNotation(...of));
const relative = (text: string, from: Sender, variables = TCB) =>
  printRelative(evaluateSegment(parseSegment(text), {}), variables, from);

describe('notation: print for people', () => {
  it('names SEQ and ACK of the target after its own and the tester’s sequence space', () => {
    expect(relative('<SEQ=1000101><ACK=15><CTL=ACK>', 'target')).to.equal(
      '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>',
    );
  });

  it('names SEQ and ACK of the tester the other way round', () => {
    expect(relative('<SEQ=5><ACK=1000102><CTL=ACK><DATA=10>', 'tester')).to.equal(
      '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK><DATA=10>',
    );
  });

  it('prefers an exact match, then the nearest, across the wrap', () => {
    expect(relative('<SEQ=1000000><CTL=SYN>', 'target')).to.equal('<SEQ=ISS><CTL=SYN>');
    expect(relative('<SEQ=1000003><CTL=ACK>', 'target')).to.contain('<SEQ=SND.UNA+2>');
    expect(relative('<SEQ=4294967285><CTL=SYN>', 'tester')).to.equal('<SEQ=IRS-1><CTL=SYN>');
    expect(relative('<SEQ=4294967295><CTL=SYN>', 'tester')).to.equal('<SEQ=RCV.NXT-6><CTL=SYN>');
  });

  it('takes the first name of equals', () => {
    const idle = { ISS: 10, 'SND.UNA': 11, 'SND.NXT': 11 };
    expect(relative('<SEQ=11><CTL=RST>', 'target', idle)).to.equal('<SEQ=SND.NXT><CTL=RST>');
  });

  it('calls a SYN by ISS and IRS, and nothing else where another name is as near', () => {
    const opened = { ISS: 10, 'SND.UNA': 10, 'SND.NXT': 11, IRS: 7, 'RCV.NXT': 8 };
    expect(relative('<SEQ=10><ACK=8><CTL=SYN,ACK>', 'target', opened)).to.equal(
      '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>',
    );
    expect(relative('<SEQ=7><ACK=11><CTL=ACK>', 'tester', opened)).to.equal(
      '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>',
    );
    expect(relative('<SEQ=10><CTL=RST>', 'target', { ISS: 10 })).to.equal('<SEQ=ISS><CTL=RST>');
  });

  it('keeps the words of a declaration where they give the number, and a free choice as the number that it is', () => {
    const declared = parseSegment('<SEQ=RCV.NXT-2><ACK=ANY><CTL=ACK>');
    const print = (text: string) =>
      printRelative(evaluateSegment(parseSegment(text), {}), TCB, 'tester', declared);
    expect(print('<SEQ=3><ACK=1000000><CTL=ACK>')).to.equal('<SEQ=RCV.NXT-2><ACK=1000000><CTL=ACK>');
    expect(print('<SEQ=5><ACK=1><CTL=ACK>')).to.equal('<SEQ=RCV.NXT><ACK=1><CTL=ACK>');
    const unknown = parseSegment('<SEQ=TS.RECENT><CTL=RST>');
    const reset = evaluateSegment(parseSegment('<SEQ=5><CTL=RST>'), {});
    expect(printRelative(reset, TCB, 'tester', unknown)).to.equal('<SEQ=RCV.NXT><CTL=RST>');
  });

  it('leaves a number that is near nothing as it is', () => {
    expect(relative('<SEQ=1070101><CTL=RST>', 'target')).to.equal('<SEQ=SND.NXT+70000><CTL=RST>');
    expect(relative('<SEQ=1070102><CTL=RST>', 'target')).to.equal('<SEQ=1070102><CTL=RST>');
    expect(relative('<SEQ=1><ACK=2><CTL=ACK>', 'target', {})).to.equal('<SEQ=1><ACK=2><CTL=ACK>');
  });

  it('names a reply after the segment that it answers when there is no TCB', () => {
    const answered = { 'SEG.SEQ': 2 ** 32 - 1, 'SEG.ACK': 77 };
    expect(relative('<SEQ=77><CTL=RST>', 'target', answered)).to.equal('<SEQ=SEG.ACK><CTL=RST>');
    expect(relative('<SEQ=3000000><ACK=0><CTL=RST,ACK>', 'target', answered)).to.equal(
      '<SEQ=3000000><ACK=SEG.SEQ+1><CTL=RST,ACK>',
    );
  });

  it('stands for the same segment', () => {
    fc.assert(
      fc.property(
        concreteSegments,
        allVariables,
        fc.constantFrom<Sender>('tester', 'target'),
        (segment, variables, from) => {
          const text = printRelative(segment, variables, from);
          expect(evaluateSegment(parseSegment(text), variables)).to.deep.equal(segment);
        },
      ),
    );
  });

  it('stands for the same segment in absolute numbers', () => {
    fc.assert(
      fc.property(concreteSegments, (segment) => {
        expect(evaluateSegment(parseSegment(printConcrete(segment)), {})).to.deep.equal(segment);
      }),
    );
  });

  it('leaves out the fields that say nothing', () => {
    expect(printConcrete(evaluateSegment(parseSegment('<ACK=0><CTL=RST><DATA=0><URG=0>'), {}))).to.equal(
      '<SEQ=0><CTL=RST>',
    );
    expect(printConcrete(evaluateSegment(parseSegment('<CTL=ACK,URG>'), {}))).to.equal(
      '<SEQ=0><ACK=0><CTL=ACK,URG><URG=0>',
    );
  });
});
