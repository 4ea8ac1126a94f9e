import { expect } from 'chai';
import { lengthOf, resetAt, resetFor, segmentOf } from '../../lib/notation/index.ts';
import { segment } from '../tester/memory-link.ts';

describe('notation: segments that are made by hand', () => {
  it('have nothing in them but what was asked for', () => {
    expect(segmentOf({ ctl: [] })).to.deep.equal(segment('<SEQ=0>'));
    const made = segmentOf({ seq: 7, ack: 9, ctl: ['ACK', 'PSH'], data: 3, wnd: 100 });
    expect(made).to.deep.equal(segment('<SEQ=7><ACK=9><CTL=ACK,PSH><DATA=3><WND=100>'));
    expect(resetAt(5)).to.deep.equal(segment('<SEQ=5><CTL=RST>'));
  });

  it('occupy a number for each octet, the SYN and the FIN', () => {
    expect(lengthOf(segment('<SEQ=1><ACK=2><CTL=ACK>'))).to.equal(0);
    expect(lengthOf(segment('<SEQ=1><CTL=SYN,FIN><DATA=10>'))).to.equal(12);
  });

  it('are reset in the form that their ACK bit asks for, around the end of the sequence space too', () => {
    expect(resetFor(segment('<SEQ=1><ACK=7><CTL=FIN,ACK>'))).to.deep.equal(segment('<SEQ=7><CTL=RST>'));
    const first = segment('<SEQ=0><ACK=4><CTL=RST,ACK>');
    expect(resetFor(segment('<SEQ=4294967294><CTL=SYN><DATA=5>'))).to.deep.equal(first);
  });
});
