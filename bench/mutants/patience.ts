import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { deleted } from '../../lib/standard/arrives/arrival.ts';
import { add } from '../../lib/wire/seq.ts';
import { caughtBy, type Mutant, unseen } from './tools.ts';

const behaving = (name: string, what: string, behaviour: Behaviour): Mutant => ({
  ...{ name, what, base: 'rfc9293', behaviour },
});

const SHOULD = 'it is a SHOULD: the verdict is `permitted`';

const expiring = (
  name: string,
  what: string,
  expire: NonNullable<Behaviour['expire']>,
  others: Behaviour = {},
): Mutant => behaving(name, what, { ...others, expire });

/** What the user asks of a connection whose peer is silent: keep-alives, R2, and reports of what ends nothing. */
export const PATIENCE: readonly Mutant[] = [
  caughtBy(
    'ladder.keep-alive.sent-established',
    expiring('keep-alive-not-sent', 'keep-alives cannot be turned on', (tcb, timer, next) =>
      timer.name === 'keep-alive' ? { ...next(tcb, timer), sent: [] } : next(tcb, timer),
    ),
  ),
  caughtBy(
    'ladder.keep-alive.sent-close-wait',
    expiring('keep-alive-at-snd-nxt', 'a keep-alive has SEQ=SND.NXT', (tcb, timer, next) => {
      const reaction = next(tcb, timer);
      if (timer.name !== 'keep-alive') return reaction;
      return { ...reaction, sent: reaction.sent.map((probe) => ({ ...probe, seq: add(probe.seq, 1) })) };
    }),
  ),
  unseen(
    expiring('keep-alive-with-octet', 'a keep-alive has a garbage octet', (tcb, timer, next) => {
      const reaction = next(tcb, timer);
      if (timer.name !== 'keep-alive') return reaction;
      return { ...reaction, sent: reaction.sent.map((probe) => ({ ...probe, data: 1 })) };
    }),
    SHOULD,
  ),
  caughtBy(
    'ladder.keep-alive.sent-established',
    behaving('keep-alive-soon', 'the interval of keep-alives is 400 ms, whatever the user asks for', {
      patience: ({ keepAlive, ...others }) => ({
        ...others,
        keepAlive: keepAlive === undefined ? undefined : 400,
      }),
    }),
  ),
  caughtBy(
    'ladder.keep-alive.turned-off-established',
    behaving('keep-alive-stays-on', 'keep-alives cannot be turned off', {
      patience: (asked, before) => ({ ...asked, keepAlive: asked.keepAlive ?? before.keepAlive }),
      expire: (tcb, timer, next) =>
        next(timer.name === 'keep-alive' ? { ...tcb, keepAlive: true } : tcb, timer),
    }),
  ),
  caughtBy(
    'ladder.keep-alive.after-ack-established',
    behaving('keep-alive-by-the-clock', 'what arrives does not begin the interval of keep-alives anew', {
      restartsKeepAlive: false,
    }),
  ),
  caughtBy(
    'ladder.keep-alive.unanswered-established',
    expiring('keep-alive-once', 'one keep-alive without an answer ends the connection', (tcb, timer, next) =>
      timer.name === 'keep-alive' && (timer.unanswered ?? 0) > 0
        ? { ...next(tcb, timer), sent: [], tcb: deleted(tcb) }
        : next(tcb, timer),
    ),
  ),
  caughtBy(
    'ladder.giving-up.text-established',
    behaving('r2-not-heeded', 'R2 of the user counts for nothing', {
      patience: ({ r2: _, ...others }) => others,
    }),
  ),
  caughtBy(
    'ladder.giving-up.text-close-wait',
    expiring('r2-never', 'a connection is never given up', (tcb, timer, next) =>
      next(tcb, timer.name === 'user' ? { name: 'retransmission' } : timer),
    ),
  ),
  caughtBy(
    'ladder.giving-up.syn',
    expiring('r2-not-for-syn', 'a SYN is sent again for ever', (tcb, timer, next) =>
      next(tcb, timer.name === 'user' && tcb.state === 'SYN-SENT' ? { name: 'retransmission' } : timer),
    ),
  ),
  expiring('gives-up-beyond-window', 'text beyond a closed window is given up', (tcb, timer, next) =>
    timer.name === 'zero window' && tcb.sent.length > 0
      ? { ...next(tcb, timer), sent: [], tcb: deleted(tcb) }
      : next(tcb, timer),
  ),
  caughtBy(
    'ladder.error-reports.host-unreachable',
    behaving('soft-error-not-told', 'the user is not told of soft errors', {
      hearIcmp: (tcb, error, next) => ({ ...next(tcb, error), told: [] }),
    }),
  ),
  unseen(
    behaving('reports-stay-on', 'reports of soft errors cannot be turned off', {
      patience: (asked, before) => ({ ...asked, reports: asked.reports || before.reports || false }),
    }),
    SHOULD,
  ),
  unseen(
    expiring('r1-not-told', 'the user is not told of excessive retransmissions', (tcb, timer, next) => ({
      ...next(tcb, timer),
      told: [],
    })),
    SHOULD,
  ),
  unseen(
    expiring('r1-at-once', 'the user is told of excessive retransmissions at the first', (tcb, timer, next) =>
      next(tcb, timer.name === 'retransmission' ? { ...timer, reached: 'R1' } : timer),
    ),
    SHOULD,
  ),
];
