import { emptyAck, resetAtAck, resetFor } from '../../lib/standard/arrives/replies.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  faulty,
  inState,
  isReset,
  lacks,
  otherSecurity,
  replying,
  synchronized,
  taken,
  takenAsSameSecurity,
  toClosed,
  when,
  withoutResets,
} from './tools.ts';

/** Checksum, destination and security. */
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
  faulty('security-ignored', 'security is not compared', takenAsSameSecurity, 'rfc5961'),
  faulty(
    'security-ignored-in-listen',
    'LISTEN takes a SYN of any security',
    when(inState('LISTEN'), takenAsSameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-ignored-in-syn-sent',
    'SYN-SENT does not compare security',
    when(inState('SYN-SENT'), takenAsSameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-ignored-in-syn-received',
    'SYN-RECEIVED does not compare security',
    when(inState('SYN-RECEIVED'), takenAsSameSecurity),
    'rfc5961',
  ),
  faulty(
    'security-only-in-established',
    'only ESTABLISHED compares security, as RFC 793 lists it',
    when(
      all(synchronized, ({ state }) => state !== 'ESTABLISHED'),
      takenAsSameSecurity,
    ),
    'rfc1122',
  ),
  faulty(
    'security-silent',
    'another security is dropped silently',
    when(otherSecurity, withoutResets),
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
        ? { ...arrival, tcb: toClosed(tcb) }
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
];
