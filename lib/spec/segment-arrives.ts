import { type Arrival, type Arrivals, must, STRENGTH } from './arrives/arrival.ts';
import { closed, listen, synSent } from './arrives/opening.ts';
import { type Rules, rulesOf } from './arrives/rules.ts';
import { otherStates } from './arrives/validation.ts';
import type { Adoption, Profile } from './profile.ts';
import type { Segment, Tcb } from './tcb.ts';

export type { Arrival } from './arrives/arrival.ts';

/**
 * SEGMENT ARRIVES (RFC 793 pages 64-76, RFC 9293 section 3.10.7) as a function: everything that the documents of the
 * profile let a TCP do with this segment. It never returns the same reply and TCB twice, except once for each adoption
 * when they differ in level. What a TCP does by itself at about the same time (retransmitting, sending queued text,
 * window updates) is not part of it.
 */
export const segmentArrives = (tcb: Tcb, segment: Segment, profile: Profile): Arrival[] => {
  const adopted = distinct(arrives(tcb, segment, rulesOf(profile, 'adopted')));
  if (profile !== 'rfc9293') return [...adopted.values()];
  const other = distinct(arrives(tcb, segment, rulesOf(profile, 'not adopted')));
  const tagged = (these: Outcomes, those: Outcomes, when: Adoption): Arrival[] =>
    [...these].map(([key, each]) => (those.get(key)?.level === each.level ? each : { ...each, when }));
  const onlyOther = tagged(other, adopted, 'not adopted').filter(({ when }) => when);
  return [...tagged(adopted, other, 'adopted'), ...onlyOther];
};

function* arrives(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!segment.checksumValid) return yield* must('RFC 793 3.1: its checksum is wrong', tcb, 'silence');
  if (!segment.unicast) {
    yield* must('RFC 1122 4.2.3.10: it was sent to a broadcast or multicast address', tcb, 'silence');
    if (rules.rfc1122) return;
  }
  if (tcb.state === 'CLOSED') yield* closed(tcb, segment, rules);
  else if (tcb.state === 'LISTEN') yield* listen(tcb, segment, rules);
  else if (tcb.state === 'SYN-SENT') yield* synSent(tcb, segment, rules);
  else yield* otherStates(tcb, segment, rules);
}

type Outcomes = ReadonlyMap<string, Arrival>;

const keyOf = ({ reply, tcb, freeSeq }: Arrival): string =>
  JSON.stringify([reply === 'silence' ? reply : { ...reply, ctl: [...reply.ctl].sort() }, tcb, freeSeq]);

/** An outcome that follows from several rules counts as what the strongest of them makes it. */
const distinct = (arrivals: Iterable<Arrival>): Outcomes => {
  const byKey = new Map<string, Arrival>();
  for (const each of arrivals) {
    const known = byKey.get(keyOf(each));
    if (known === undefined || STRENGTH[each.level] > STRENGTH[known.level]) byKey.set(keyOf(each), each);
  }
  return byKey;
};
