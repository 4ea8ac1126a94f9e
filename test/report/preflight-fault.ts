import { parseSegment } from '../../lib/notation/index.ts';
import type { RunFault } from '../../lib/report/run.ts';
import { segment } from '../tester/memory-link.ts';

/** A SYN,ACK that acknowledges the SYN's own number: it blocks ESTABLISHED. */
export const finding = (parts: Partial<RunFault> = {}): RunFault => ({
  ...{ id: 'syn-to-listen.ipv4', step: 'SYN to LISTEN', family: 4, gravity: 'deviation', port: 7930 },
  sent: parseSegment('<SEQ=SEG.SEQ><CTL=SYN>'),
  observed: [parseSegment('<SEQ=5000><ACK=SEG.SEQ><CTL=SYN,ACK>')],
  wrong: [{ field: 'ACK', expected: 'SEG.SEQ+1', observed: 'SEG.SEQ' }],
  mayBeFilter: false,
  blocks: [{ state: 'ESTABLISHED' }, { state: 'SYN-RECEIVED', origin: 'passive' }],
  records: [
    {
      from: 'tester',
      at: 0,
      role: 'stimulus',
      segment: segment('<SEQ=7><CTL=SYN>'),
      relative: parseSegment('<SEQ=IRS><CTL=SYN>'),
    },
    {
      ...{ from: 'target', at: 0.4, role: 'reply' },
      segment: segment('<SEQ=5000><ACK=7><CTL=SYN,ACK>'),
      relative: parseSegment('<SEQ=ISS><ACK=IRS><CTL=SYN,ACK>'),
    },
  ],
  ...parts,
});
