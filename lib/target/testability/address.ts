/** IP addresses as text, and as the 4 or 16 octets of an `ipxaddr`. Pure. */
import { isIPv4, isIPv6 } from 'node:net';
import { TestabilityError } from './error.ts';

const groupsOf = (text: string): number[] => {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
};

/** The octets of an address in network order; throws `TestabilityError` for what is no address. */
export const octetsOfAddress = (address: string): Uint8Array => {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  const [unscoped = ''] = address.split('%');
  if (!isIPv6(unscoped)) throw new TestabilityError(`${JSON.stringify(address)} is not an IP address`);
  const [before = '', after] = unscoped.split('::');
  const head = groupsOf(before);
  const tail = after === undefined ? [] : groupsOf(after);
  const groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
};

/** The textual form, for IPv6 the one of RFC 5952 (without dotted quads). */
export const addressOfOctets = (octets: Uint8Array): string => {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new TestabilityError(`an address of ${octets.length} octets`);
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i] ?? 0) * 256 + (octets[2 * i + 1] ?? 0));
  let start = 0;
  let longest = 0;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > longest) [start, longest] = [i, run];
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (longest < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + longest))}`;
};
