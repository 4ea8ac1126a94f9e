import { expect } from 'chai';
import fc from 'fast-check';
import { evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import {
  type Exchanged,
  OPTION_FAULTS,
  type OptionFault,
  optionFaults,
} from '../../lib/verdict/reply-options.ts';
import { concreteSegments } from '../notation/arbitraries.ts';

const segment = (text: string) => evaluateSegment(parseSegment(text), {});
const tester = (text: string): Exchanged => ({ from: 'tester', segment: segment(text) });
const target = (text: string): Exchanged => ({ from: 'target', segment: segment(text) });

const SYN = '<SEQ=99><CTL=SYN><MSS=1460>';
const SYN_ACK = '<SEQ=5000><ACK=100><CTL=SYN,ACK><MSS=1460>';
const ACK = '<SEQ=5001><ACK=100><CTL=ACK>';
const STAMP = '<TSVAL=1><TSECR=2>';
const STIMULUS = tester('<SEQ=99><ACK=5001><CTL=ACK><DATA=1>');

const PLAIN = [tester(SYN), target(SYN_ACK), STIMULUS];
const STAMPED = [tester(SYN + STAMP), target(SYN_ACK + STAMP), STIMULUS];
const OFFERED = tester(`${SYN}<WSCALE=7><SACKOK>${STAMP}`);

describe('the options of a reply', () => {
  const judged: readonly (readonly [string, string, readonly Exchanged[], readonly OptionFault[]])[] = [
    ['an ACK without any', ACK, PLAIN, []],
    ['an ACK with a size of segments', `${ACK}<MSS=1460>`, PLAIN, ['MSS without SYN']],
    ['a reset with one', '<SEQ=5001><CTL=RST><MSS=1460>', [], ['MSS without SYN']],
    ['a SYN,ACK with one', SYN_ACK, [tester('<SEQ=99><CTL=SYN>')], []],
    ['an ACK with a window scale', `${ACK}<WSCALE=0>`, [OFFERED], ['window scale without SYN']],
    ['a SYN,ACK with a window scale that was offered', `${SYN_ACK}<WSCALE=0>`, [OFFERED], []],
    ['a SYN,ACK with one that was not', `${SYN_ACK}<WSCALE=0>`, [tester(SYN)], ['window scale not offered']],
    ['a SYN,ACK with timestamps that were offered', SYN_ACK + STAMP, [OFFERED], []],
    ['a SYN,ACK with such that were not', SYN_ACK + STAMP, [tester(SYN)], ['timestamps not offered']],
    ['a SYN,ACK that takes nothing of what was offered', SYN_ACK, [OFFERED], []],
    ['a SYN of its own with all of them', `<SEQ=5000><CTL=SYN><WSCALE=0><SACKOK>${STAMP}`, [], []],
    ['an ACK that permits SACK', `${ACK}<SACKOK>`, [OFFERED], ['SACK-permitted without SYN']],
    // Under RFC 2018 each side says what it can receive.
    ['a SYN,ACK that permits SACK', `${SYN_ACK}<SACKOK>`, [tester(SYN)], []],
    ['SACK blocks', `${ACK}<OPT=0101050a0000000100000002>`, PLAIN, ['SACK not permitted']],
    ['an ACK with timestamps', ACK + STAMP, STAMPED, []],
    ['an ACK without those that were negotiated', ACK, STAMPED, ['timestamps missing']],
    ['a reset without them', '<SEQ=5001><CTL=RST>', STAMPED, []],
    ['an ACK with such that were not', ACK + STAMP, PLAIN, ['timestamps not negotiated']],
    [
      'an ACK with such that it had not agreed to',
      ACK + STAMP,
      [tester(SYN + STAMP), target(SYN_ACK), STIMULUS],
      ['timestamps not negotiated'],
    ],
    ['an option of an unknown kind', `${ACK}<OPT=fe04abcd>`, PLAIN, []],
    ['an option of length 0', `${ACK}<OPT=fe000000>`, PLAIN, ['option length']],
    [
      'a window scale of two octets',
      '<SEQ=5000><ACK=100><CTL=SYN,ACK><OPT=03020000>',
      [tester(SYN)],
      ['option length'],
    ],
    ['padding that is not zero', `${ACK}<OPT=0100ffff>`, PLAIN, ['padding not zero']],
    ['reserved bits', `${ACK}<RESERVED=14>`, PLAIN, ['reserved bits']],
    ['the bit of Accurate ECN', `${ACK}<RESERVED=1>`, PLAIN, []],
  ];
  for (const [what, reply, before, faults] of judged)
    it(`${what}: ${faults.join(', ') || 'nothing wrong'}`, () => {
      expect(optionFaults(segment(reply), before)).to.deep.equal(faults);
    });

  it('may repeat in a SYN,ACK what its own SYN has offered', () => {
    const crossing = [target(`<SEQ=5000><CTL=SYN><WSCALE=0>${STAMP}`), tester('<SEQ=99><CTL=SYN>')];
    expect(optionFaults(segment(`${SYN_ACK}<WSCALE=0>${STAMP}`), crossing)).to.deep.equal([]);
  });

  it('may be what the first SYN has offered, where that comes again without', () => {
    const again = [tester(SYN + STAMP), target(SYN_ACK + STAMP), tester(SYN)];
    expect(optionFaults(segment(SYN_ACK + STAMP), again)).to.deep.equal([]);
    expect(optionFaults(segment(`${SYN_ACK}<WSCALE=0>`), again)).to.deep.equal(['window scale not offered']);
  });

  it('are judged by the SYN that the SYN,ACK answers, not by an older one', () => {
    const anew = [...PLAIN, tester('<SEQ=7000><CTL=SYN><TSVAL=1>')];
    expect(optionFaults(segment(`<SEQ=9000><ACK=7001><CTL=SYN,ACK>${STAMP}`), anew)).to.deep.equal([]);
    expect(optionFaults(segment(SYN_ACK + STAMP), anew)).to.deep.equal(['timestamps not offered']);
  });

  it('are not judged where the two SYNs of one side do not agree', () => {
    const mixed = [...STAMPED, tester('<SEQ=100><CTL=SYN>')];
    expect(optionFaults(segment(ACK), mixed)).to.deep.equal([]);
  });

  it('are told of whatever comes back', () => {
    const exchanges = fc.array(
      fc.record({ from: fc.constantFrom('tester', 'target'), segment: concreteSegments }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(concreteSegments, exchanges, (reply, before) => {
        for (const fault of optionFaults(reply, before)) expect(OPTION_FAULTS).to.include(fault);
      }),
    );
  });
});
