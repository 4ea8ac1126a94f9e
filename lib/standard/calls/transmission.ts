import { add } from '../../wire/seq.ts';
import { enter } from '../arrives/arrival.ts';
import type { Level } from '../profile.ts';
import { inFlight, largestSegment, queued, usable } from '../queues.ts';
import { formed } from '../segments.ts';
import type { State } from '../state.ts';
import type { Control, QueuedSend, Segment, Tcb } from '../tcb.ts';
import type { CallRules, Reaction, Reactions } from './reaction.ts';

/** A number of octets of the waiting text that may be sent now. */
interface Amount {
  readonly octets: number;
  readonly level: Level;
  readonly why: string;
}

/**
 * What may be sent now from the queue of SENDs, in the largest segments, and the FIN of a CLOSE that waits after it. A TCP is free
 * to divide text into segments; the largest segments are a SHOULD (RFC 9293 section 3.9.1.2, SHLD-28).
 */
export function* transmit(why: string, tcb: Tcb, rules: CallRules): Reactions {
  for (const amount of queued(tcb) > 0
    ? amounts(tcb, rules)
    : [{ octets: 0, level: 'required', why } as const])
    yield* finBehind(sending(tcb, amount), rules);
}

const sending = (tcb: Tcb, { octets, level, why }: Amount): Reaction => ({
  ...segmentized(tcb, octets),
  ...{ delivered: [], told: [], level, why },
});

function amounts(tcb: Tcb, rules: CallRules): Generator<Amount> {
  return rules.rfc1122 ? bySillyWindowAvoidance(tcb, rules) : byWindow(tcb);
}

/** A SEND is pushed when its user says so, or when a CLOSE follows it. */
export const isPushed = ({ sends, closing }: Tcb): boolean => closing || sends.some(({ push }) => push);

/** How much of the text that waits the window takes. */
export const fitting = (tcb: Tcb): number => Math.min(queued(tcb), Math.max(0, usable(tcb)));

/** RFC 793 section 3.7 and page 56. */
function* byWindow(tcb: Tcb): Generator<Amount> {
  const level = 'required';
  yield { octets: fitting(tcb), level, why: 'RFC 793 3.9 SEND call: what fits the window is sent' };
  if (!isPushed(tcb)) yield { octets: 0, level, why: 'RFC 793 3.8: text without PUSH may be combined' };
  if (tcb.sndWnd === 0 && inFlight(tcb) === 0)
    yield { octets: 1, level, why: 'RFC 793 3.7: one octet may be sent into a closed window' };
}

/** RFC 1122 section 4.2.3.4, RFC 9293 section 3.8.6.2.1: when to send data. */
function* bySillyWindowAvoidance(tcb: Tcb, { by }: CallRules): Generator<Amount> {
  const { maxSndWnd, nagle, sndWnd } = tcb;
  const sndMss = largestSegment(tcb);
  const rule = by('3.8.6.2.1', '4.2.3.4');
  const fits = fitting(tcb);
  const rest = fits % sndMss;
  const full = fits - rest;
  const idle = inFlight(tcb) === 0 && full === 0;
  const required = (octets: number, why: string): Amount => ({ octets, level: 'required', why });
  const all = fits === queued(tcb);
  if (rest === 0) yield required(full, `${rule} (1): full segments are sent`);
  else if (all && nagle && !idle) {
    const why = `${by('3.7.4', '4.2.3.4')}: Nagle, a small segment waits while text is in flight`;
    yield { octets: full, level: 'recommended', why };
    yield { octets: fits, level: 'permitted', why: `${by('3.7.4', '4.2.3.4')}: Nagle is a SHOULD` };
  } else if (all) {
    yield required(fits, `${rule} (2): all that is left is sent`);
    if (!isPushed(tcb))
      yield required(full, `${by('3.9.1.2', '4.2.2.2')}: text without PUSH may wait for more`);
  } else {
    const half = rest >= maxSndWnd / 2 && (idle || !nagle);
    const [taken, left] = half ? [fits, full] : [full, fits];
    yield required(taken, `${rule} (3): half of the largest window is sent, and less waits`);
    yield { octets: left, level: 'permitted', why: `${rule}: its rules are only recommended` };
  }
  if (usable(tcb) < 0) {
    const why = `${by('3.8.6', '4.2.2.16')}: no new text into a window that has shrunk, is a SHOULD`;
    yield { octets: Math.min(queued(tcb), sndMss), level: 'permitted', why };
  }
  if (full > 0 && !isPushed(tcb)) {
    const why = `${by('3.9.1.2', '4.2.2.2')}: text without PUSH may be aggregated`;
    yield { octets: 0, level: 'permitted', why };
  }
  // The TCB has no congestion window. That window may be smaller than the other, but holds one segment.
  const least = inFlight(tcb) === 0 ? Math.min(sndMss, fits) : inFlight(tcb) + fits <= sndMss ? fits : 0;
  for (let octets = least; octets <= full; octets += sndMss)
    if (octets > 0 || inFlight(tcb) > 0)
      yield required(octets, `${by('3.8.2', '4.2.2.15')}: the congestion window lets no more go`);
  if (sndWnd === 0 && inFlight(tcb) === 0)
    yield {
      octets: 1,
      level: 'permitted',
      why: `${by('3.8.6.1', '4.2.2.17')}: a probe should wait for an RTO`,
    };
}

/** Sends the first octets of the queue in segments, and advances SND.NXT. */
export function segmentized(
  tcb: Tcb,
  octets: number,
): { readonly sent: readonly Segment[]; readonly tcb: Tcb } {
  const sent: Segment[] = [];
  let { sends, sndNxt } = tcb;
  for (let left = octets; left > 0; ) {
    const data = Math.min(left, largestSegment(tcb));
    const cut = without(sends, data);
    const pushed = cut.pushed || (tcb.closing && cut.rest.length === 0);
    sent.push(formed(tcb, { seq: sndNxt, data, controls: pushed ? ['PSH'] : [] }));
    left -= data;
    sndNxt = add(sndNxt, data);
    sends = cut.rest;
  }
  return { sent, tcb: { ...tcb, sends, sndNxt, sent: [...tcb.sent, ...sent] } };
}

/** The queue after its first octets, and whether a SEND with PUSH ends in them. */
function without(
  sends: readonly QueuedSend[],
  octets: number,
): { rest: readonly QueuedSend[]; pushed: boolean } {
  const [first, ...others] = sends;
  if (first === undefined || octets === 0) return { rest: sends, pushed: false };
  if (first.octets > octets)
    return { rest: [{ ...first, octets: first.octets - octets }, ...others], pushed: false };
  const { rest, pushed } = without(others, octets - first.octets);
  return { rest, pushed: first.push || pushed };
}

/** The state after the FIN of a CLOSE. RFC 793 page 61 says CLOSING; its figures 6 and 13 and RFC 1122 4.2.2.20(a) say LAST-ACK. */
const afterFin = ({ state }: Tcb, rules: CallRules): readonly State[] => {
  if (state === 'CLOSING') return ['CLOSING'];
  if (state !== 'CLOSE-WAIT') return ['FIN-WAIT-1'];
  return rules.rfc1122 ? ['LAST-ACK'] : ['LAST-ACK', 'CLOSING'];
};

/** When no text is left the FIN follows, in its own segment or with the last text. */
export function* finBehind(reaction: Reaction, rules: CallRules): Reactions {
  const { tcb, sent } = reaction;
  if (!tcb.closing || tcb.sends.length > 0) return yield reaction;
  const fin = formed(tcb, { controls: ['FIN'] });
  const last = sent.at(-1);
  for (const state of afterFin(tcb, rules)) {
    const next = { ...enter(tcb, state), closing: false, sndNxt: add(tcb.sndNxt, 1) };
    yield { ...reaction, sent: [...sent, fin], tcb: { ...next, sent: [...tcb.sent, fin] } };
    if (last === undefined) continue;
    const both = { ...last, ctl: new Set<Control>([...last.ctl, 'FIN']) };
    const queue = [...tcb.sent.slice(0, -1), both];
    yield { ...reaction, sent: [...sent.slice(0, -1), both], tcb: { ...next, sent: queue } };
  }
  // A congestion window takes one segment at least, and may take no more: after a timeout, for one.
  if (rules.rfc1122 && inFlight(tcb) >= largestSegment(tcb))
    yield { ...reaction, why: `${rules.by('3.8.2', '4.2.2.15')}: the congestion window lets no FIN go` };
  // A FIN takes room in the window, but the CLOSE call does not check the window.
  if (usable(tcb) < 1) yield { ...reaction, why: 'glossary, send window: nothing new is sent beyond it' };
}
