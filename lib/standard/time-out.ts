import { deleted } from './arrives/arrival.ts';
import { ABORTED, givenUp } from './calls/abort.ts';
import {
  type CallRules,
  callRules,
  distinctReactions,
  may,
  must,
  outstanding,
  type Reaction,
  type Reactions,
  should,
} from './calls/reaction.ts';
import type { Profile } from './profile.ts';
import { inFlight, synInFlight } from './queues.ts';
import type { Tcb } from './tcb.ts';
import { keepAlive, keepsAlive, override, overrides, probesWindow, zeroWindow } from './timeouts/probes.ts';
import { sentAgain } from './timeouts/retransmission.ts';

/** The timer that expires. Its interval, and how that grows, are not part of this. */
export type Timer =
  | { readonly name: 'user' }
  /** `reached`: the threshold of excessive retransmissions that the segment has reached (RFC 9293 section 3.8.3). */
  | { readonly name: 'retransmission'; readonly reached?: 'R1' | 'R2' }
  | { readonly name: 'TIME-WAIT' }
  /** The window has been zero for a retransmission timeout, or the interval of its probes is over. */
  | { readonly name: 'zero window' }
  /** Text waits for a larger window, or for more text, longer than the override timeout (RFC 9293 section 3.8.6.2.1). */
  | { readonly name: 'override' }
  /** Nothing has arrived for the interval. `unanswered`: how many probes were sent since the last arrival. */
  | { readonly name: 'keep-alive'; readonly unanswered?: number };

const EVENT: Readonly<Record<Timer['name'], string>> = {
  user: 'USER TIMEOUT',
  retransmission: 'RETRANSMISSION TIMEOUT',
  'TIME-WAIT': 'TIME-WAIT TIMEOUT',
  'zero window': 'RETRANSMISSION TIMEOUT',
  override: 'TIMEOUTS',
  'keep-alive': 'TIMEOUTS',
};

/**
 * The timeouts (RFC 793 page 77, RFC 9293 section 3.10.8), zero-window probes (3.8.6.1) and keep-alives (3.8.4) as a function:
 * everything that the documents of the profile let a TCP do when a timer expires. It never returns the same reaction twice, and
 * always at least one that is more than permitted. A timer without a role in this state does nothing.
 */
export const timeOut = (tcb: Tcb, timer: Timer, profile: Profile): Reaction[] =>
  distinctReactions(ranOut(tcb, timer, callRules(profile, EVENT[timer.name], '3.10.8')));

/** The timer that runs in this state; keep-alives and user timeouts apart. */
export function timerOf(tcb: Tcb): Timer['name'] | undefined {
  if (tcb.state === 'TIME-WAIT') return 'TIME-WAIT';
  if (tcb.state === 'CLOSED') return undefined;
  if (probesWindow(tcb)) return 'zero window';
  if (awaitsAcknowledgment(tcb)) return 'retransmission';
  return overrides(tcb) ? 'override' : undefined;
}

function* ranOut(tcb: Tcb, timer: Timer, rules: CallRules): Reactions {
  const idle = (): Reactions => must(rules.step(tcb, `the timer (${timer.name}) has nothing to do`), tcb);
  if (tcb.state === 'CLOSED') return yield* idle();
  switch (timer.name) {
    case 'user':
      return yield* user(tcb, rules);
    case 'retransmission':
      return yield* awaitsAcknowledgment(tcb) ? retransmission(tcb, timer.reached, rules) : idle();
    case 'TIME-WAIT':
      if (tcb.state === 'TIME-WAIT') yield* must(rules.step(tcb, 'the TCB is deleted'), deleted(tcb));
      else yield* idle();
      return;
    case 'zero window':
      return yield* probesWindow(tcb) ? zeroWindow(tcb, rules) : idle();
    case 'override':
      return yield* overrides(tcb) ? override(tcb, rules) : idle();
    case 'keep-alive':
      return yield* keepsAlive(tcb) ? keepAlive(tcb, timer.unanswered ?? 0, rules) : idle();
  }
}

/** After a passive open, the return to LISTEN flushes the retransmission queue. */
const awaitsAcknowledgment = (tcb: Tcb): boolean => tcb.state !== 'LISTEN' && inFlight(tcb) > 0;

function* user(tcb: Tcb, rules: CallRules): Reactions {
  const told: Reaction['told'] = [{ to: 'user', says: ABORTED }, ...outstanding(tcb, ABORTED)];
  yield* givenUp(rules.step(tcb, 'the connection is aborted'), tcb, told);
  // RFC 1122 section 4.2.2.20(h) calls it better. RFC 9293 does not repeat that.
  if (rules.rfc1122 && !rules.rfc9293)
    yield* should('RFC 1122 4.2.2.20(h): better to notify the user', tcb, {
      told: [{ to: 'user', says: 'user timeout' }],
    });
}

function* retransmission(tcb: Tcb, reached: 'R1' | 'R2' | undefined, rules: CallRules): Reactions {
  const again = [...sentAgain(tcb, rules)];
  if (!rules.rfc1122 || reached === undefined) return yield* again;
  const told: Reaction['told'] = [{ to: 'user', says: 'excessive retransmissions' }];
  const why = `${rules.by('3.8.3', '4.2.3.5')}, ${reached}`;
  if (reached === 'R1') {
    for (const each of again) {
      yield { ...each, why: `${why}: the user should be told; ${each.why}`, told: [...each.told, ...told] };
      yield { ...each, why: `${why}: to tell the user is a SHOULD; ${each.why}`, level: 'permitted' };
    }
    return;
  }
  // Text beyond a window that has shrunk to zero is no reason (RFC 1122 section 4.2.2.16, RFC 9293 section 3.8.6).
  if (tcb.sndWnd === 0 && !synInFlight(tcb)) {
    yield* again;
    return yield* givenUp(`${why}: closed, although the window is`, tcb, told, may);
  }
  yield* givenUp(`${why}: the connection is closed`, tcb, told);
}
