import type { Cause } from './cause.ts';

/** An ICMP error about a segment of a connection (RFC 792, RFC 4443). */
export interface IcmpError {
  readonly frame: number;
  /** Seconds since the first frame. */
  readonly time: number;
  /** The end that has sent the segment: the message is for it. */
  readonly to: 0 | 1;
  /** SEG.SEQ of the segment, as a signed 32-bit integer. */
  readonly seq: number;
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** The largest packet that the next link takes, in octets; 0 where the message does not say it. */
  readonly mtu: number;
  /** The address of who says so. */
  readonly from: string;
}

const UNREACHABLE = 3;
const TIME_EXCEEDED = 11;
const UNREACHABLE_6 = 1;
const TOO_BIG_6 = 2;
const TIME_EXCEEDED_6 = 3;
const PARAMETER_PROBLEM_6 = 4;

/** The rest of the codes say that there is no way to the host. */
const CODES: Readonly<Record<number, Cause>> = {
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'administratively prohibited',
  10: 'administratively prohibited',
  13: 'administratively prohibited',
};
const CODES_6: Readonly<Record<number, Cause>> = {
  1: 'administratively prohibited',
  4: 'port unreachable',
  5: 'administratively prohibited',
  6: 'administratively prohibited',
};

/** What an ICMP message says has become of the segment in it; undefined where it is none of these errors. */
export function icmpCause(family: 4 | 6, type: number, code: number): Cause | undefined {
  if (family === 4) {
    if (type === UNREACHABLE) return CODES[code] ?? 'host unreachable';
    return type === TIME_EXCEEDED ? 'time exceeded' : undefined;
  }
  if (type === UNREACHABLE_6) return CODES_6[code] ?? 'host unreachable';
  if (type === TOO_BIG_6) return 'fragmentation needed';
  if (type === TIME_EXCEEDED_6) return 'time exceeded';
  return type === PARAMETER_PROBLEM_6 && code === 1 ? 'protocol unreachable' : undefined;
}

/** What a filter, or the host itself, refuses for good. */
export const REFUSALS: ReadonlySet<Cause | undefined> = new Set<Cause>([
  'port unreachable',
  'protocol unreachable',
  'administratively prohibited',
]);

export const causeOf = ({ family, type, code }: IcmpError): Cause =>
  icmpCause(family, type, code) ?? 'host unreachable';
