import type { RunFinding } from '../../lib/report/run.ts';

/** A SYN,ACK that acknowledges the SYN's own number: it blocks ESTABLISHED. */
export const finding = (parts: Partial<RunFinding> = {}): RunFinding => ({
  ...{ id: 'syn-to-listen.ipv4', step: 'SYN to LISTEN', family: 4, gravity: 'deviation', port: 7930 },
  sent: '<SEQ=SEG.SEQ><CTL=SYN>',
  observed: ['<SEQ=5000><ACK=SEG.SEQ><CTL=SYN,ACK>'],
  wrong: [{ field: 'ACK', expected: 'SEG.SEQ+1', observed: 'SEG.SEQ' }],
  mayBeFilter: false,
  blocks: [{ state: 'ESTABLISHED' }, { state: 'SYN-RECEIVED', origin: 'passive' }],
  records: [
    { from: 'tester', at: 0, role: 'stimulus', segment: '<SEQ=7><CTL=SYN>', relative: '<SEQ=IRS><CTL=SYN>' },
    {
      ...{ from: 'target', at: 0.4, role: 'reply' },
      segment: '<SEQ=5000><ACK=7><CTL=SYN,ACK>',
      relative: '<SEQ=ISS><ACK=IRS><CTL=SYN,ACK>',
    },
  ],
  ...parts,
});
