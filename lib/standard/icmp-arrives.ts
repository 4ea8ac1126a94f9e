import type { IcmpErrorName } from '../wire/icmp.ts';
import { leq, lt } from '../wire/seq.ts';
import { permitted, recommended } from './arrives/arrival.ts';
import { givenUp } from './calls/abort.ts';
import type { Told } from './calls/call.ts';
import {
  type CallRules,
  callRules,
  distinctReactions,
  may,
  must,
  outstanding,
  type Reaction,
  type Reactions,
} from './calls/reaction.ts';
import type { Profile } from './profile.ts';
import { SYNCHRONIZED } from './state.ts';
import type { Tcb } from './tcb.ts';

/** An ICMP error that IP has passed up, about a segment of this connection. */
export interface IcmpError {
  readonly name: IcmpErrorName;
  /** SEG.SEQ of the segment that it is about. */
  readonly seq: number;
}

/** What RFC 1122 section 4.2.3.9 and RFC 9293 section 3.9.2.2 make of an error. */
type IcmpClass = 'quench' | 'soft' | 'hard' | 'size';

const CLASS: Readonly<Record<IcmpErrorName, IcmpClass>> = {
  'net unreachable': 'soft',
  'host unreachable': 'soft',
  'source route failed': 'soft',
  'time exceeded in transit': 'soft',
  'time exceeded in reassembly': 'soft',
  'parameter problem': 'soft',
  'unrecognized next header': 'soft',
  'protocol unreachable': 'hard',
  // Over IPv6, too, by RFC 5461 section 3.
  'port unreachable': 'hard',
  // Code 4 is among the hard errors, and it is what path MTU discovery lives by (RFC 1191, RFC 9293 section 3.7.2).
  'fragmentation needed': 'size',
  'packet too big': 'size',
  'source quench': 'quench',
};

/**
 * An ICMP error arrives (RFC 1122 section 4.2.3.9, RFC 9293 section 3.9.2.2), as a function: everything that the documents of the
 * profile let a TCP do. It never returns the same reaction twice, and always at least one that is more than permitted. RFC 793
 * does not mention ICMP. That later segments may become smaller is left out.
 */
export const icmpArrives = (tcb: Tcb, error: IcmpError, profile: Profile): Reaction[] =>
  distinctReactions(arrives(tcb, error, profile, callRules(profile, 'ICMP', '3.9.2.2')));

function* arrives(tcb: Tcb, { name, seq }: IcmpError, profile: Profile, rules: CallRules): Reactions {
  const { state } = tcb;
  const by = rules.by('3.9.2.2', '4.2.3.9');
  const kind = CLASS[name];
  if (state === 'CLOSED' || state === 'LISTEN') return yield* must(`${by}: there is no connection`, tcb);
  if (kind === 'quench') return yield* must(`${by}: a source quench is discarded, or slows the sender`, tcb);
  const aborted = (why: string): Reactions => givenUp(`${by}: ${why}`, tcb, toldOfAbort(tcb));
  if (profile === 'rfc793') {
    yield* must('RFC 793 does not mention ICMP', tcb);
    if (kind !== 'size') yield* aborted('RFC 793 does not mention ICMP');
    else yield* permitted('RFC 793 does not mention ICMP', aborted('the size'));
    return;
  }
  // RFC 5927 section 4.1: who checks it ignores what is about no segment in flight.
  if (!(leq(tcb.sndUna, seq) && lt(seq, tcb.sndNxt)))
    yield* rules.rfc9293 || kind !== 'hard'
      ? must('RFC 5927 4.1: nothing of that number is in flight', tcb)
      : may('RFC 5927 4.1: nothing of that number is in flight', tcb);
  switch (kind) {
    case 'soft':
      yield* must(`${by}: a soft error is told`, tcb, { told: [{ to: 'user', says: 'soft error' }] });
      // RFC 1122 section 4.2.3.9 leaves the choice. RFC 9293 section 3.9.1.8 has every ICMP error reported, to who wants reports.
      if (!rules.rfc9293) yield* must(`${by}: or it is told when the connection times out`, tcb);
      if (rules.rfc9293 && !SYNCHRONIZED.includes(state))
        yield* permitted('RFC 9293 3.9.2.2 notes that opens are given up', aborted('as a hard error'));
      return;
    case 'hard':
      yield* recommended('a SHOULD', aborted('a hard error aborts'));
      return yield* may(`${by}: to abort is a SHOULD`, tcb);
    case 'size':
      yield* must(`${rules.by('3.7.2', '3.3.3')}: segments become smaller`, tcb);
      if (name === 'fragmentation needed')
        yield* permitted('code 4 is among the hard errors', aborted('a hard error aborts'));
  }
}

/** No document has the words. */
const toldOfAbort = (tcb: Tcb): readonly Told[] => [
  { to: 'user', says: SYNCHRONIZED.includes(tcb.state) ? 'connection reset' : 'connection refused' },
  ...outstanding(tcb, 'connection reset'),
];
