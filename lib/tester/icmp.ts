import type { Refusal } from './link.ts';

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
const PROTOCOL_TCP = 6;
// On IPv4, "too big" is the same type, and refuses nothing.
const FRAGMENTATION_NEEDED = 4;
const ICMP_HEADER = 8;
const IPV6_HEADER = 40;

/** Reads an ICMP message, from its header on. Undefined unless it says that a TCP segment was not delivered. */
export function readRefusal(family: 4 | 6, octets: Uint8Array, source: string): Refusal | undefined {
  const [type, code = 0] = octets;
  if (type !== UNREACHABLE[family] || (family === 4 && code === FRAGMENTATION_NEEDED)) return undefined;
  const original = octets.subarray(ICMP_HEADER);
  const header = family === 6 ? IPV6_HEADER : ((original[0] ?? 0) & 0x0f) * 4;
  if (original[family === 6 ? 6 : 9] !== PROTOCOL_TCP || original.length < header + 2) return undefined;
  const port = ((original[header] as number) << 8) | (original[header + 1] as number);
  return { port, source, text: `ICMP from ${source}: ${CODES[family][code] ?? `unreachable, code ${code}`}` };
}
