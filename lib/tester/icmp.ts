import { decodeIcmpError } from '../wire/index.ts';
import type { IcmpError } from './link.ts';

const UNREACHABLE = { 4: 3, 6: 1 } as const;
/** RFC 792, RFC 1122 section 3.2.2.1, RFC 1812; RFC 4443 section 3.1. */
const CODES: Record<4 | 6, Readonly<Record<number, string>>> = {
  4: {
    0: 'net unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    9: 'net administratively prohibited',
    10: 'host administratively prohibited',
    13: 'communication administratively prohibited',
  },
  6: {
    0: 'no route to destination',
    1: 'communication administratively prohibited',
    3: 'address unreachable',
    4: 'port unreachable',
    5: 'source address failed policy',
    6: 'reject route to destination',
  },
};
// On IPv4, "too big" is the same type, and refuses nothing.
const FRAGMENTATION_NEEDED = 4;

/** Reads an ICMP message, from its header on. Undefined unless it is about a TCP segment. */
export function readIcmpError(family: 4 | 6, octets: Uint8Array, source: string): IcmpError | undefined {
  const about = decodeIcmpError(family, octets);
  if (!about) return undefined;
  const { type, code } = about;
  const refuses = type === UNREACHABLE[family] && !(family === 4 && code === FRAGMENTATION_NEEDED);
  if (!refuses) return { ...about, source };
  const refusal = `ICMP from ${source}: ${CODES[family][code] ?? `unreachable, code ${code}`}`;
  return { ...about, source, refusal };
}
