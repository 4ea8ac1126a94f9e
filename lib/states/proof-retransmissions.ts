import { lengthOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import { DEFAULT_TIMING } from './environment.ts';
import type { Prober } from './prober.ts';

// A timer may fire late, and its interval may have been measured too short.
const TIMER_SLACK = 1.6;
const TIMER_MARGIN = 200;

// RFC 6298 section 2.2: after the first measurement R, the timer is R + 4 * R/2.
const ROUND_TRIPS_IN_TIMER = 3;

/** The longest time, in ms, until the target sends an unacknowledged SYN again. */
export function synPatience({ environment: { timing } }: Prober): number {
  const { synAckNeverAgain, synAckRetransmission } = timing;
  const interval = synAckNeverAgain ? DEFAULT_TIMING.synAckRetransmission : synAckRetransmission;
  return interval * TIMER_SLACK + TIMER_MARGIN;
}

/** Waits until the target sends its SYN again, with or without ACK. @param since the place in the log to start from */
export function synAgain(prober: Prober, since = prober.subject.mark): Promise<Entry | undefined> {
  const { mailbox, iss } = prober.connection;
  return mailbox.next(
    (entry) => entry.segment.ctl.has('SYN') && entry.segment.seq === iss && isLater(prober, entry),
    synPatience(prober),
    since,
  );
}

/**
 * Waits until the target sends again what is not acknowledged: its FIN, or text before it. Does not wait for a target that
 * was never seen to send a FIN again.
 */
export function finAgain(prober: Prober): Promise<Entry | undefined> {
  const { connection, environment, subject } = prober;
  const { mailbox, targetFin, iss } = connection;
  if (targetFin === undefined || iss === undefined) return Promise.resolve(undefined);
  const isAgain = (entry: Entry): boolean => {
    const { ctl } = entry.segment;
    return isLater(prober, entry) && !ctl.has('RST') && !ctl.has('SYN') && lengthOf(entry.segment) > 0;
  };
  if (environment.timing.finNeverAgain) return mailbox.next(isAgain, 0, subject.mark);
  const sent = mailbox.log.filter(
    (entry) => entry.from === 'target' && entry.segment.ctl.has('FIN') && !isLater(prober, entry),
  );
  const last = sent.at(-1)?.at ?? performance.now();
  // The timer doubles each time it fires (RFC 6298 section 5.5).
  const interval = environment.timing.finRetransmission * 2 ** Math.max(0, sent.length - 1);
  const deadline =
    last + (interval + ROUND_TRIPS_IN_TIMER * handshakeOf(prober)) * TIMER_SLACK + TIMER_MARGIN;
  return mailbox.next(isAgain, Math.max(0, deadline - performance.now()), subject.mark);
}

/**
 * Whether the target sent a segment after it got the stimulus. A late tester may have sent the stimulus later, and read the
 * segment later, than the log says.
 */
function isLater({ connection, environment, subject }: Prober, { at }: Entry): boolean {
  const { timing, tester } = environment;
  const stimulus = connection.mailbox.log[subject.mark];
  return stimulus !== undefined && at > stimulus.at + timing.roundTrip + tester.lag.worstSince(stimulus.at);
}

/** The longest round trip, in ms, that the target can have measured in the handshake. */
function handshakeOf({ connection, environment }: Prober): number {
  const [syn, ...others] = connection.mailbox.log;
  const ack = others.find(({ from, segment: { ctl } }) => from === 'tester' && ctl.has('ACK'));
  return syn && ack ? ack.at - syn.at + environment.tester.lag.worstSince(syn.at) : 0;
}
