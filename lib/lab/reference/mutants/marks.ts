import { emptyAck, resetAtAck, resetFor } from '../../../spec/arrives/replies.ts';
import { gt, lt } from '../../../wire/seq.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  enter,
  type Fault,
  faulty,
  has,
  ignore,
  inState,
  isReset,
  lacks,
  replying,
  synchronized,
  type Test,
  taken,
  when,
} from './tools.ts';

const otherSecurity: Test = ({ security }, segment) => segment.security !== security;
const higher: Test = ({ precedence }, segment) => segment.precedence > precedence;
const lower: Test = ({ precedence }, segment) => segment.precedence < precedence;
const samePrecedence: Fault = taken((segment, { precedence }) => ({ ...segment, precedence }));
const sameSecurity: Fault = taken((segment, { security }) => ({ ...segment, security }));
const opening = inState('LISTEN', 'SYN-SENT');
const before = inState('LISTEN', 'SYN-SENT', 'SYN-RECEIVED');
const stamped: Test = ({ timestamps }) => timestamps;
const fromThePast: Test = all(
  synchronized,
  stamped,
  ({ tsRecent }, { tsval }) => tsval !== undefined && lt(tsval, tsRecent),
);
const unstamped: Test = all(synchronized, stamped, (_tcb, { tsval }) => tsval === undefined);
const silentReset = replying((reply) => (isReset(reply) ? 'silence' : reply));
const closes = (tcb: Parameters<typeof enter>[0]) => enter(tcb, 'CLOSED');

/** What a segment is marked with: checksum, destination, security, precedence and timestamps. */
export const MARKS: readonly Mutant[] = [
  faulty(
    'checksum-ignored',
    'the checksum is not verified',
    taken((segment) => ({ ...segment, checksumValid: true })),
  ),
  faulty(
    'checksum-ignored-in-connections',
    'the checksum is verified only where there is no connection',
    when(
      connected,
      taken((segment) => ({ ...segment, checksumValid: true })),
    ),
  ),
  faulty(
    'checksum-ignored-in-closed',
    'the checksum is not verified where there is no connection',
    when(
      inState('CLOSED'),
      taken((segment) => ({ ...segment, checksumValid: true })),
    ),
  ),
  faulty(
    'checksum-ignored-in-listen',
    'the checksum of a SYN is not verified',
    when(
      inState('LISTEN'),
      taken((segment) => ({ ...segment, checksumValid: true })),
    ),
  ),
  faulty(
    'checksum-reset',
    'a wrong checksum is answered with a reset',
    when((_tcb, { checksumValid }) => !checksumValid, answer(resetFor)),
  ),
  faulty(
    'multicast-answered-in-closed',
    'a SYN to a multicast address is reset',
    when(
      inState('CLOSED'),
      taken((segment) => ({ ...segment, unicast: true })),
    ),
  ),
  faulty(
    'multicast-answered-in-listen',
    'a SYN to a multicast address opens a connection',
    when(
      inState('LISTEN'),
      taken((segment) => ({ ...segment, unicast: true })),
    ),
  ),
  faulty('security-ignored', 'security is not compared', sameSecurity, 'rfc5961'),
  faulty(
    'security-ignored-in-listen',
    'LISTEN takes a SYN of any security',
    when(inState('LISTEN'), sameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-ignored-in-syn-sent',
    'SYN-SENT does not compare security',
    when(inState('SYN-SENT'), sameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-ignored-in-syn-received',
    'SYN-RECEIVED does not compare security',
    when(inState('SYN-RECEIVED'), sameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-only-in-established',
    'only ESTABLISHED compares security, as RFC 793 lists it',
    when(
      all(synchronized, ({ state }) => state !== 'ESTABLISHED'),
      sameSecurity,
    ),
    'rfc1122',
  ),
  faulty(
    'security-silent',
    'another security is dropped silently',
    when(otherSecurity, silentReset),
    'rfc5961',
  ),
  faulty(
    'security-kept',
    'another security is reset, and the connection lives on',
    when(all(synchronized, otherSecurity), (tcb, segment, next) => {
      const arrival = next(tcb, segment);
      return arrival.reply !== 'silence' && isReset(arrival.reply) ? { ...arrival, tcb } : arrival;
    }),
  ),
  faulty(
    'security-kills-opening',
    'another security ends an open that is under way',
    when(all(inState('SYN-SENT', 'SYN-RECEIVED'), otherSecurity), (tcb, segment, next) => {
      const arrival = next(tcb, segment);
      return arrival.reply !== 'silence' && isReset(arrival.reply)
        ? { ...arrival, tcb: closes(tcb) }
        : arrival;
    }),
  ),
  faulty(
    'security-acked',
    'another security is answered with an ACK',
    when(all(synchronized, otherSecurity, lacks('RST')), answer(emptyAck)),
    'rfc5961',
  ),
  faulty(
    'security-listen-by-first-form',
    'LISTEN refuses by the form that RFC 793 prints, with SEQ=SEG.ACK',
    when(
      all(inState('LISTEN'), otherSecurity),
      replying((reply, tcb, segment) => (isReset(reply) ? resetAtAck(tcb, segment) : reply)),
    ),
    'rfc1122',
  ),
  faulty('precedence-ignored', 'precedence is not compared', samePrecedence, 'rfc793'),
  faulty(
    'precedence-higher-ignored',
    'a higher precedence is let pass',
    when(higher, samePrecedence),
    'rfc793',
  ),
  faulty('precedence-lower-ignored', 'a lower precedence is let pass', when(lower, samePrecedence), 'rfc793'),
  faulty(
    'precedence-lower-refused',
    'a SYN of a lower precedence is refused',
    when(all(opening, has('SYN'), lower), answer(resetFor)),
    'rfc793',
  ),
  faulty(
    'precedence-raised-without-leave',
    'precedence is raised although the user does not let it',
    when(opening, (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: true }, segment)),
    'rfc793',
  ),
  faulty(
    'precedence-never-raised',
    'precedence is not raised although the user lets it',
    when(opening, (tcb, segment, next) => next({ ...tcb, mayRaisePrecedence: false }, segment)),
    'rfc793',
  ),
  faulty(
    'precedence-silent',
    'another precedence is dropped silently',
    when((tcb, segment) => higher(tcb, segment) || lower(tcb, segment), silentReset),
    'rfc793',
  ),
  faulty(
    'precedence-kept',
    'another precedence is reset, and the connection lives on',
    when(
      all(synchronized, (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
      (tcb, segment, next) => {
        const arrival = next(tcb, segment);
        return arrival.reply !== 'silence' && isReset(arrival.reply) ? { ...arrival, tcb } : arrival;
      },
    ),
    'rfc1122',
  ),
  faulty(
    'precedence-compared',
    'precedence is still compared',
    when(
      all(connected, lacks('RST'), (tcb, segment) => higher(tcb, segment) || lower(tcb, segment)),
      answer(resetFor, (tcb) => (tcb.state === 'SYN-RECEIVED' ? tcb : closes(tcb))),
    ),
  ),
  faulty(
    'precedence-compared-in-opening',
    'a SYN of a higher precedence is still refused',
    when(all(before, higher, has('SYN')), answer(resetFor)),
  ),
  faulty(
    'paws-missing',
    'timestamps from the past are not noticed',
    when(
      fromThePast,
      taken((segment, { tsRecent }) => ({ ...segment, tsval: tsRecent })),
    ),
  ),
  faulty(
    'paws-silent',
    'a segment from the past is dropped without an ACK',
    when(all(fromThePast, lacks('RST')), ignore),
  ),
  faulty(
    'paws-on-rst',
    'a reset with a timestamp from the past is ignored',
    when(all(fromThePast, has('RST')), ignore),
  ),
  faulty(
    'paws-answers-rst',
    'a reset with a timestamp from the past is answered',
    when(all(fromThePast, has('RST')), answer(emptyAck)),
  ),
  faulty(
    'paws-resets',
    'a segment from the past is reset',
    when(all(fromThePast, lacks('RST')), answer(resetFor)),
  ),
  faulty(
    'paws-unsigned',
    'timestamps are compared as plain numbers',
    when(
      all(
        synchronized,
        stamped,
        lacks('RST'),
        ({ tsRecent }, { tsval }) => tsval !== undefined && tsval < tsRecent !== lt(tsval, tsRecent),
      ),
      answer(emptyAck),
    ),
  ),
  faulty(
    'paws-takes-text',
    'text from the past is answered, but taken as well',
    when(all(fromThePast, lacks('RST')), (tcb, segment, next) => ({
      ...next(tcb, { ...segment, tsval: tcb.tsRecent }),
      reply: emptyAck(tcb),
    })),
  ),
  faulty(
    'paws-for-newer',
    'timestamps that are newer are taken for old ones',
    when(
      all(
        synchronized,
        stamped,
        lacks('RST'),
        ({ tsRecent }, { tsval }) => tsval !== undefined && gt(tsval, tsRecent),
      ),
      answer(emptyAck),
    ),
  ),
  faulty(
    'unstamped-rst-ignored',
    'a reset without the negotiated timestamp is ignored',
    when(all(unstamped, has('RST')), ignore),
  ),
  faulty(
    'unstamped-resets',
    'a segment without the negotiated timestamp is reset',
    when(all(unstamped, lacks('RST')), answer(resetFor)),
  ),
  faulty(
    'unstamped-acked',
    'a segment without the negotiated timestamp is answered and dropped',
    when(all(unstamped, lacks('RST')), answer(emptyAck)),
  ),
];
