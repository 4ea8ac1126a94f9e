import { ADOPTIONS, type Adoption, CHECKS } from '../../lib/standard/adoption.ts';
import type { Level, Profile } from '../../lib/standard/profile.ts';
import { withQueues } from '../../lib/standard/queues.ts';
import { type Arrival, segmentArrives } from '../../lib/standard/segment-arrives.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Control, Numbers, Queues, Segment, Tcb } from '../../lib/standard/tcb.ts';

/** The TCB of TCP A after the handshake of RFC 793 figure 7: ISS 100, IRS 300, and a window of 1000 in each direction. */
const ESTABLISHED: Numbers = {
  state: 'ESTABLISHED',
  iss: 100,
  irs: 300,
  sndUna: 101,
  sndNxt: 101,
  sndWnd: 1000,
  maxSndWnd: 1000,
  sndWl1: 300,
  sndWl2: 101,
  rcvNxt: 301,
  rcvWnd: 1000,
  rcvUp: 301,
  timestamps: false,
  tsRecent: 0,
  security: 0,
  precedence: 0,
  mayRaisePrecedence: false,
  userGone: false,
};

/** What differs from ESTABLISHED: an unacknowledged SYN, or an unacknowledged FIN. */
const DIFFERENCES: Partial<Record<State, Partial<Numbers>>> = {
  'SYN-SENT': { sndUna: 100, rcvNxt: 0, irs: 0, rcvUp: 0 },
  'SYN-RECEIVED': { sndUna: 100, origin: 'passive' },
  'FIN-WAIT-1': { sndNxt: 102 },
  'FIN-WAIT-2': { sndUna: 102, sndNxt: 102 },
  CLOSING: { sndNxt: 102 },
  'LAST-ACK': { sndNxt: 102 },
  'TIME-WAIT': { sndUna: 102, sndNxt: 102 },
};

/** Nothing waits in its queues unless it is given. */
export const tcbIn = (state: State, more: Partial<Numbers> = {}, queues: Partial<Queues> = {}): Tcb =>
  withQueues({ ...ESTABLISHED, ...DIFFERENCES[state], state, ...more }, queues);

/** A segment from the RFC's notation, with plain numbers: `<SEQ=301><ACK=101><DATA=10><CTL=ACK>`. */
export const segmentOf = (notation: string, more: Partial<Segment> = {}): Segment => {
  const fields = new Map(
    [...notation.matchAll(/<(\w+)=([^>]*)>/g)].map(([, name, value]) => [name, value ?? '']),
  );
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const ctl = new Set((fields.get('CTL')?.split(',') ?? []) as Control[]);
  const tsval = fields.has('TSVAL') ? { tsval: number('TSVAL') } : {};
  const numbers = { seq: number('SEQ'), ack: number('ACK'), data: number('DATA'), urg: number('URG') };
  const plain = { wnd: 1000, security: 0, precedence: 0, checksumValid: true, unicast: true };
  return { ...numbers, ...plain, ctl, ...tsval, ...more };
};

const printed = (reply: Arrival['reply']): string => {
  if (reply === 'silence') return reply;
  const ack = reply.ctl.has('ACK') ? `<ACK=${reply.ack}>` : '';
  return `<SEQ=${reply.seq}>${ack}<CTL=${[...reply.ctl].join(',')}>`;
};

const WORD: Readonly<Record<Level, string>> = { required: 'must', recommended: 'should', permitted: 'may' };

const strongestArrivals = (
  tcb: Tcb,
  segment: Segment,
  profile: Profile,
  adoption: Adoption,
): ReadonlyMap<string, Level> => {
  const strongest = new Map<string, Level>();
  for (const level of ['required', 'recommended', 'permitted'] as const)
    for (const each of segmentArrives(tcb, segment, profile, adoption)) {
      const text = `${printed(each.reply)} ${each.tcb.state}${each.freeSeq ? ', a new ISS' : ''}`;
      if (each.level === level && !strongest.has(text)) strongest.set(text, level);
    }
  return strongest;
};

/** The checks that decide whether an adoption is among these, e.g. `, SYN adopted`. */
function choiceOf(those: readonly Adoption[]): string {
  if (those.length === ADOPTIONS.length) return '';
  for (const check of CHECKS)
    for (const adopted of [true, false])
      if (ADOPTIONS.every((one) => (one[check] === adopted) === those.includes(one)))
        return `, ${check.toUpperCase()} ${adopted ? 'adopted' : 'not adopted'}`;
  return ', by more than one check';
}

/**
 * The arrivals as text, each `must <SEQ=...>... STATE`. An arrival that depends on a check of RFC 5961 says so. Where reply and
 * state are the same and only other numbers of the TCB differ, the strongest level counts.
 */
export const arrivals = (tcb: Tcb, segment: Segment, profile: Profile): string[] => {
  const found = new Map<string, Adoption[]>();
  for (const adoption of ADOPTIONS)
    for (const [text, level] of strongestArrivals(tcb, segment, profile, adoption)) {
      const line = `${WORD[level]} ${text}`;
      found.set(line, [...(found.get(line) ?? []), adoption]);
    }
  return [...found].map(([line, adoptions]) => `${line}${choiceOf(adoptions)}`);
};
