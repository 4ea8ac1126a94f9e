import { add } from '../../wire/seq.ts';
import { enter } from '../arrives/arrival.ts';
import { largestSegment, queued } from '../queues.ts';
import { syn } from '../segments.ts';
import type { Control, Tcb } from '../tcb.ts';
import type { CallError, Open } from './call.ts';
import { type CallRules, must, type Reactions, refusal } from './reaction.ts';
import { segmentized } from './transmission.ts';

/** RFC 793 pages 54-55, RFC 9293 section 3.10.1: OPEN. */
export function* open(tcb: Tcb, call: Open, rules: CallRules): Reactions {
  if (tcb.state === 'CLOSED') return yield* fromClosed(tcb, call, rules);
  if (tcb.state === 'LISTEN' && call.mode === 'active') return yield* fromListen(tcb, call, rules);
  const exists = tcb.state === 'LISTEN' ? 'another passive OPEN' : 'the connection exists';
  yield* must(rules.step(tcb, exists), tcb, refusal('connection already exists'));
  // It makes a new connection record, or fails.
  if (tcb.state === 'LISTEN')
    yield* must(`${rules.by('3.9.1.1', '4.2.2.18', '3.8')}: this record stays as it is`, tcb);
}

/** The errors of the paragraph. It gives no order when several apply. */
function* errors(tcb: Tcb, call: Open, rules: CallRules): Generator<CallError> {
  const precedence = rules.rfc9293 ? 'Diffserv value not allowed' : 'precedence not allowed';
  if (call.notAllowed === 'precedence') yield precedence;
  if (call.notAllowed === 'security') yield 'security/compartment not allowed';
  if (call.mode === 'active' && call.remote === 'unspecified') yield unspecified(rules);
  if (tcb.state === 'CLOSED' && call.noAccess) yield 'connection illegal for this process';
  if (call.noRoom) yield 'insufficient resources';
  // RFC 1122 section 4.2.3.10, RFC 9293 section 3.9.1.1.
  if (rules.rfc1122 && call.remote === 'invalid') yield 'invalid remote address';
}

/** RFC 793 says "foreign" where RFC 9293 says "remote". */
export const unspecified = (rules: CallRules): CallError =>
  rules.rfc9293 ? 'remote socket unspecified' : 'foreign socket unspecified';

function* fromClosed(tcb: Tcb, call: Open, rules: CallRules): Reactions {
  const wrong = [...errors(tcb, call, rules)];
  for (const error of wrong) yield* must(rules.step(tcb, error), tcb, refusal(error));
  if (wrong.length > 0) return;
  const { mode, remote, security = 0, precedence = 0, userTimeout } = call;
  const created = {
    ...tcb,
    security,
    precedence,
    remoteSpecified: remote !== 'unspecified',
    userGone: false,
    ...(userTimeout === undefined ? {} : { userTimeout }),
  };
  if (mode === 'passive') yield* must(rules.step(tcb, 'a passive OPEN listens'), enter(created, 'LISTEN'));
  else yield* connect(rules.step(tcb, 'an active OPEN sends a SYN'), created);
}

function* fromListen(tcb: Tcb, call: Open, rules: CallRules): Reactions {
  const wrong = [...errors(tcb, call, rules)];
  for (const error of wrong) yield* must(rules.step(tcb, error), tcb, refusal(error));
  if (wrong.length > 0) return;
  yield* connect(rules.step(tcb, 'it becomes active'), { ...tcb, remoteSpecified: true });
}

/** Selects an ISS, sends a SYN and enters SYN-SENT. Text that waits may be sent with it. */
export function* connect(why: string, tcb: Tcb): Reactions {
  const begun = { ...enter(tcb, 'SYN-SENT'), sndUna: tcb.iss, sndNxt: add(tcb.iss, 1) };
  // Nothing was received yet.
  const next = {
    ...begun,
    irs: 0,
    rcvNxt: 0,
    rcvUp: 0,
    sndWnd: 0,
    maxSndWnd: 0,
    unread: 0,
    rcvUser: 0,
    pushed: 0,
  };
  yield* must(why, next, { sent: [syn(next)], freeSeq: true });
  const data = Math.min(queued(next), largestSegment(next));
  if (data === 0) return;
  const { sent, tcb: after } = segmentized(next, data);
  const [text] = sent;
  if (text === undefined) return;
  const ctl = new Set<Control>(['SYN', ...[...text.ctl].filter((control) => control !== 'ACK')]);
  // The octets of the text follow the SYN: the urgent field counts from the SYN.
  const urg = text.urg > 0 ? text.urg + 1 : 0;
  const whole = { ...text, seq: next.iss, ack: 0, ctl, urg };
  yield* must(`${why}, with text`, after, { sent: [whole], freeSeq: true });
}
