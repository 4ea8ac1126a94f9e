import { expect } from 'chai';
import { type AcceptedCase, printBaseline } from '../../../lib/report/baseline/baseline.ts';
import { areReplies, repliesText, type SeenIn } from '../../../lib/report/baseline/replies.ts';
import { segment } from '../../tester/memory-link.ts';

const TCB = { ISS: 4999, 'SND.UNA': 5000, 'SND.NXT': 5000, IRS: 99, 'RCV.NXT': 100 };
const STIMULUS = { 'SEG.SEQ': 90, 'SEG.ACK': 800_000, 'SEG.LEN': 5 };

const seen = (observed: readonly string[], more: Partial<SeenIn> = {}): SeenIn => ({
  stimulus: [segment('<SEQ=90><ACK=800000><CTL=ACK><DATA=5>')],
  variables: { ...TCB, ...STIMULUS },
  observed: observed.map(segment),
  kind: 'other',
  state: 'ESTABLISHED',
  stateAfter: 'ESTABLISHED',
  proof: [],
  ...more,
});

const told = (observed: readonly string[], more: Partial<SeenIn> = {}): string =>
  repliesText(seen(observed, more));

describe('replies as a baseline keeps them', () => {
  it('are written in terms of the TCB and of the segment that was answered', () => {
    expect(told(['<SEQ=5000><ACK=100><CTL=ACK>'])).to.equal('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>');
    expect(told(['<SEQ=4999><ACK=103><CTL=ACK>'])).to.equal('<SEQ=SND.NXT-1><ACK=RCV.NXT+3><CTL=ACK>');
    expect(told(['<SEQ=800000><CTL=RST>'])).to.equal('<SEQ=SEG.ACK><CTL=RST>');
    expect(told(['<SEQ=0><ACK=95><CTL=RST,ACK>'])).to.equal('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>');
    expect(told([])).to.equal('silence');
  });

  it('have the same text whatever the sequence numbers', () => {
    const at = (iss: number, rcvNxt: number): string => {
      const variables = {
        ISS: iss,
        'SND.UNA': iss + 1,
        'SND.NXT': iss + 1,
        IRS: rcvNxt - 1,
        'RCV.NXT': rcvNxt,
      };
      return told([`<SEQ=${iss + 11}><ACK=${(rcvNxt + 2 ** 32 - 1) % 2 ** 32}><CTL=ACK>`], { variables });
    };
    expect(at(70_000, 0)).to.equal('<SEQ=SND.NXT+10><ACK=RCV.NXT-1><CTL=ACK>');
    expect(at(3_000_000_000, 2 ** 31)).to.equal(at(70_000, 0));
  });

  it('are written in terms of the last segment of several steps', () => {
    const stimulus = ['<SEQ=90><CTL=SYN>', '<SEQ=91><ACK=800000><CTL=ACK>'].map(segment);
    expect(told(['<SEQ=800000><CTL=RST>'], { stimulus })).to.equal('<SEQ=SEG.ACK><CTL=RST>');
    const other = { stimulus: ['<SEQ=90><ACK=1><CTL=ACK>', '<SEQ=91><CTL=SYN>'].map(segment) };
    expect(told(['<SEQ=800000><CTL=RST>'], other)).to.equal('<SEQ=ANY><CTL=RST>');
  });

  it('have ANY for a number that differs in each run', () => {
    expect(told(['<SEQ=123456789><ACK=100><CTL=ACK>'])).to.equal('<SEQ=ANY><ACK=RCV.NXT><CTL=ACK>');
    expect(told(['<SEQ=5001><ACK=100><CTL=SYN,ACK>']), 'an ISS that happens to be near').to.match(
      /^<SEQ=ANY>/,
    );
    expect(told(['<SEQ=4999><ACK=100><CTL=SYN,ACK>'])).to.match(/^<SEQ=ISS>/);
  });

  it('are not written in terms of numbers that the target does not know yet, however near they are', () => {
    const opening = (state: SeenIn['state'], rcvNxt: number): string => {
      const variables = { 'SND.NXT': 5000, 'RCV.NXT': rcvNxt, 'SEG.SEQ': 90, 'SEG.ACK': 5000, 'SEG.LEN': 11 };
      return told(['<SEQ=5000><ACK=91><CTL=ACK>'], { state, variables });
    };
    expect(opening('SYN-SENT', 91)).to.equal('<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN-10><CTL=ACK>');
    expect(opening('SYN-SENT', 2 ** 31)).to.equal(opening('SYN-SENT', 91));
    expect(opening('CLOSED', 91)).to.equal('<SEQ=SEG.ACK><ACK=SEG.SEQ+SEG.LEN-10><CTL=ACK>');
  });

  it('do not read the ACK field of a segment without the ACK flag', () => {
    const syn = {
      stimulus: [segment('<SEQ=90><CTL=SYN>')],
      variables: { 'SEG.SEQ': 90, 'SEG.ACK': 0, 'SEG.LEN': 1 },
    };
    expect(told(['<SEQ=3><CTL=RST>'], syn)).to.equal('<SEQ=ANY><CTL=RST>');
    expect(told(['<SEQ=0><CTL=RST>'], syn)).to.equal('<SEQ=0><CTL=RST>');
  });

  it('leave out windows, checksums and the contents of options, but not that an option is there', () => {
    const options = '<MSS=1460><WSCALE=7><SACKOK><TSVAL=12345><TSECR=6>';
    expect(told([`<SEQ=4999><ACK=100><CTL=SYN,ACK><WND=64240>${options}`])).to.equal(
      '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK><MSS=ANY><WSCALE=ANY><SACKOK><TSVAL=ANY><TSECR=ANY>',
    );
    expect(told(['<SEQ=5000><ACK=100><CTL=ACK,URG><DATA=3><URG=2>'])).to.equal(
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,URG><DATA=3><URG=2>',
    );
  });

  it('are only the last of ACKs that each acknowledge more, and otherwise all', () => {
    const ack = (number: number) => `<SEQ=5000><ACK=${number}><CTL=ACK>`;
    expect(told([ack(101), ack(103)])).to.equal('<SEQ=SND.NXT><ACK=RCV.NXT+3><CTL=ACK>');
    expect(told([ack(100), ack(100)])).to.equal(
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
    );
  });

  it('equal those of another run when the numbers are equal, whichever of two names was used', () => {
    const answering = (ack: number, seq: number): SeenIn =>
      seen([`<SEQ=${seq}><ACK=95><CTL=RST,ACK>`], {
        state: 'LISTEN',
        variables: { 'SEG.SEQ': 90, 'SEG.ACK': ack, 'SEG.LEN': 5 },
      });
    const atZero = answering(0, 0);
    const mirrored = repliesText(answering(7000, 7000));
    const always = repliesText(answering(7000, 0));
    expect([mirrored, always]).to.deep.equal([
      '<SEQ=SEG.ACK><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
      '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
    ]);
    expect(repliesText(atZero)).to.equal(mirrored);
    for (const text of [mirrored, always]) expect(areReplies(text, atZero), text).to.equal(true);
    expect(areReplies(mirrored, answering(7000, 0))).to.equal(false);
    expect(areReplies(always, answering(7000, 7000))).to.equal(false);
  });

  it('differ from those of another run in number, control bits, options, or in a number that changes each time', () => {
    const ack = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
    const same = (observed: readonly string[]): boolean => areReplies(ack, seen(observed));
    expect(same(['<SEQ=5000><ACK=100><CTL=ACK><WND=3>'])).to.equal(true);
    expect(same([])).to.equal(false);
    expect(same(['<SEQ=5000><ACK=100><CTL=ACK>', '<SEQ=5000><ACK=100><CTL=ACK>'])).to.equal(false);
    expect(same(['<SEQ=5000><ACK=100><CTL=ACK,PSH>'])).to.equal(false);
    expect(same(['<SEQ=5000><ACK=100><CTL=ACK><TSVAL=1><TSECR=2>'])).to.equal(false);
    expect(same(['<SEQ=5000><ACK=100><CTL=ACK><DATA=1>'])).to.equal(false);
    const any = '<SEQ=ANY><ACK=RCV.NXT><CTL=ACK>';
    expect(areReplies(any, seen(['<SEQ=987654321><ACK=100><CTL=ACK>']))).to.equal(true);
    expect(areReplies(any, seen(['<SEQ=5000><ACK=100><CTL=ACK>']))).to.equal(false);
    expect(areReplies('silence', seen([]))).to.equal(true);
  });

  it('may have a segment without any control bit, also in a baseline', () => {
    const observed = told(['<SEQ=5000><DATA=1>']);
    expect(observed).to.equal('<SEQ=SND.NXT><DATA=1>');
    const one: AcceptedCase = {
      ...{ id: 'established.ack.one-before', family: 4, verdict: 'deviates', kind: 'other' },
      ...{ observed, stateAfter: 'ESTABLISHED' },
    };
    const about = { suite: 'segment-arrives', target: 'A', profile: 'rfc9293' } as const;
    const text = printBaseline({ ...about, findings: [{ reason: 'a habit', cases: [one] }] });
    expect(JSON.parse(text).findings[0].cases).to.deep.equal([one]);
  });
});
