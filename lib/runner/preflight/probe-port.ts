import { type ConcreteSegment, resetAt, segmentOf } from '../../notation/index.ts';
import type { Entry, Tester } from '../../tester/index.ts';
import { add } from '../../wire/seq.ts';

/** One segment to a port, and the answers. */
export interface PortProbe {
  /** In the order of arrival. */
  readonly answers: readonly Entry[];
  readonly sent: Entry;
  readonly log: readonly Entry[];
  /** Why the segment could not be sent, and ICMP messages about it. */
  readonly refusals: readonly string[];
}

const SYN = segmentOf({ seq: 793_000, ctl: ['SYN'] });

/**
 * Sends one segment to a port and waits for the first answer. Resets a connection that this opens.
 *
 * @param within how long to wait, in milliseconds
 * @param segment a SYN by default
 */
export async function probePort(
  tester: Tester,
  family: 4 | 6,
  port: number,
  within: number,
  segment: ConcreteSegment = SYN,
): Promise<PortProbe> {
  const mailbox = tester.open(family);
  try {
    const sent = mailbox.send(segment, port, 1024);
    const answer = await mailbox.next(() => true, within);
    if (answer?.segment.ctl.has('SYN')) {
      mailbox.send(resetAt(add(segment.seq, 1)), port, 0);
    }
    return {
      answers: mailbox.log.filter(({ from }) => from === 'target'),
      sent,
      log: [...mailbox.log],
      refusals: [...mailbox.unsent, ...mailbox.refusals.map(({ text }) => text)],
    };
  } finally {
    mailbox.close();
  }
}
