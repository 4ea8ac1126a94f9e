import { enter } from './arrives/arrival.ts';
import { abort, status } from './calls/abort.ts';
import type { Call } from './calls/call.ts';
import { close } from './calls/close.ts';
import { open } from './calls/open.ts';
import {
  type CallRules,
  callRules,
  distinctReactions,
  may,
  must,
  type Reaction,
  type Reactions,
  refusal,
} from './calls/reaction.ts';
import { receive } from './calls/receive.ts';
import { send } from './calls/send.ts';
import { transmit } from './calls/transmission.ts';
import type { Profile } from './profile.ts';
import type { Tcb } from './tcb.ts';

export type { Call } from './calls/call.ts';
export type { Reaction } from './calls/reaction.ts';

const SECTION: Readonly<Record<Call['name'], string>> = {
  OPEN: '3.10.1',
  SEND: '3.10.2',
  RECEIVE: '3.10.3',
  CLOSE: '3.10.4',
  ABORT: '3.10.5',
  STATUS: '3.10.6',
};

/**
 * The user's calls (RFC 793 pages 54-64, RFC 9293 sections 3.10.1 to 3.10.6) as a function: everything that the documents of the
 * profile let a TCP do when its user calls. It never returns the same reaction twice, and always at least one that is more than
 * permitted.
 *
 * @throws RangeError for a SEND or RECEIVE of no octets
 */
export function userCalls(tcb: Tcb, call: Call, profile: Profile): Reaction[] {
  if (
    (call.name === 'SEND' || call.name === 'RECEIVE') &&
    !(Number.isInteger(call.octets) && call.octets > 0)
  )
    throw new RangeError(`${call.name} of ${call.octets} octets`);
  return distinctReactions(called(tcb, call, callRules(profile, `${call.name} call`, SECTION[call.name])));
}

/**
 * What a TCP sends later for its user's calls: after a segment has opened the window, acknowledged what was in flight, or
 * established the connection (RFC 793 page 57, RFC 9293 sections 3.10.2, 3.10.4, 3.8.6.2.1).
 */
export function serveQueue(tcb: Tcb, profile: Profile): Reaction[] {
  const rules = callRules(profile, 'CLOSE call', SECTION.CLOSE);
  const next = tcb.closing && tcb.state === 'ESTABLISHED' ? enter(tcb, 'FIN-WAIT-1') : tcb;
  const serves = ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSING'].includes(next.state);
  const waits = next.sends.length > 0 || next.closing;
  return distinctReactions(
    serves && waits
      ? transmit(rules.step(tcb, 'the FIN after the text'), next, rules)
      : must('nothing that waits can be sent', tcb),
  );
}

function* called(tcb: Tcb, call: Call, rules: CallRules): Reactions {
  if (call.name === 'OPEN') return yield* open(tcb, call, rules);
  if (call.noAccess)
    return yield* must(rules.step(tcb, 'no access'), tcb, refusal('connection illegal for this process'));
  if (tcb.state === 'CLOSED') {
    yield* must(rules.step(tcb, 'no TCB'), tcb, refusal('connection does not exist'));
    // The introduction to the same section words the error differently.
    return yield* may('3.10, or RFC 793 page 52: no such connection', tcb, refusal('connection not open'));
  }
  switch (call.name) {
    case 'SEND':
      return yield* send(tcb, call, rules);
    case 'RECEIVE':
      return yield* receive(tcb, call, rules);
    case 'CLOSE':
      return yield* close(tcb, call, rules);
    case 'ABORT':
      return yield* abort(tcb, rules);
    case 'STATUS':
      return yield* status(tcb, rules);
  }
}
