import { resetAt, segmentOf } from '../../notation/index.ts';
import type { Entry, Tester } from '../../tester/index.ts';
import { add } from '../../wire/seq.ts';

/** What came of a SYN. */
export interface Knock {
  /** Every answer, in the order of arrival. */
  readonly answers: readonly Entry[];
  readonly syn: Entry;
  /** Why it could not be sent, or what was said of it by ICMP. */
  readonly refusals: readonly string[];
}

/** Sends a SYN to a port and waits for the first answer; what it opened is reset. */
export async function knock(tester: Tester, family: 4 | 6, port: number, within: number): Promise<Knock> {
  const mailbox = tester.open(family);
  try {
    const seq = 793_000;
    const syn = mailbox.send(segmentOf({ seq, ctl: ['SYN'] }), port, 1024);
    const answer = await mailbox.next(() => true, within);
    if (answer?.segment.ctl.has('SYN')) {
      mailbox.send(resetAt(add(seq, 1)), port, 0);
    }
    return {
      answers: mailbox.log.filter(({ from }) => from === 'target'),
      syn,
      refusals: [...mailbox.unsent, ...mailbox.refusals.map(({ text }) => text)],
    };
  } finally {
    mailbox.close();
  }
}
