import { expect } from 'chai';
import { evaluateSegment, parseSegment, printSegment } from '../../../lib/notation/index.ts';
import { wireRecords } from '../../../lib/runner/trial/wire-records.ts';
import { segment } from '../../tester/memory-link.ts';

const said = (from: 'tester' | 'target', text: string) => ({
  from,
  at: 12.3456,
  segment: evaluateSegment(parseSegment(text), {}),
  packet: Uint8Array.of(1, 2, 3),
});

describe('the records of a connection', () => {
  it('name the stimulus as it was declared, the rest after the TCB; windows are left out', () => {
    const [before, stimulus, reply] = wireRecords({
      entries: [
        said('tester', '<SEQ=99><ACK=51><CTL=ACK><WND=10>'),
        said('tester', '<SEQ=99><ACK=7><CTL=ACK>'),
        said('target', '<SEQ=51><ACK=100><CTL=ACK><WND=10>'),
      ] as never,
      startedAt: 2,
      variables: { IRS: 99, 'RCV.NXT': 100, ISS: 50, 'SND.NXT': 51, 'SEG.SEQ': 99 },
      send: parseSegment('<SEQ=RCV.NXT-1><ACK=ANY><CTL=ACK>'),
      roleOf: (_, position) => (position === 1 ? 'stimulus' : 'setup'),
    });
    const relative = (text: string) => ({ relative: parseSegment(text) });
    expect(before).to.deep.include({ ...relative('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>'), at: 10.346 });
    expect(stimulus).to.deep.include({ ...relative('<SEQ=RCV.NXT-1><ACK=7><CTL=ACK>'), role: 'stimulus' });
    expect(reply).to.deep.include({
      ...relative('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>'),
      segment: segment('<SEQ=51><ACK=100><CTL=ACK><WND=10>'),
      packet: 'AQID',
    });
  });

  it('count from the SYNs before, where no one TCB holds for all of them', () => {
    const records = wireRecords({
      entries: [
        said('tester', '<SEQ=100><CTL=SYN>'),
        said('target', '<SEQ=4294967295><ACK=101><CTL=SYN,ACK>'),
        said('tester', '<SEQ=101><ACK=0><CTL=ACK>'),
        said('tester', '<SEQ=500000><CTL=SYN>'),
        said('target', '<SEQ=0><ACK=500001><CTL=RST,ACK>'),
      ] as never,
      startedAt: 0,
      roleOf: () => 'setup',
    });
    expect(records.map(({ relative }) => printSegment(relative))).to.deep.equal([
      '<SEQ=IRS><CTL=SYN>',
      '<SEQ=ISS><ACK=IRS+1><CTL=SYN,ACK>',
      '<SEQ=IRS+1><ACK=ISS+1><CTL=ACK>',
      '<SEQ=IRS><CTL=SYN>',
      '<SEQ=0><ACK=IRS+1><CTL=RST,ACK>',
    ]);
  });
});
