import { isIP } from 'node:net';
import { WireError } from './errors.ts';
import { read16, write16 } from './octets.ts';

export type Family = 4 | 6;

/** The two ends of a segment, as the pseudo header needs them. */
export interface Addresses {
  readonly family: Family;
  readonly src: string;
  readonly dst: string;
}

/**
 * The family of an address in text form.
 *
 * @throws WireError when it is neither an IPv4 nor an IPv6 address
 */
export function familyOf(address: string): Family {
  const family = isIP(address);
  if (family === 4 || family === 6) return family;
  throw new WireError(`not an IP address: ${address}`);
}

const octetsOf4 = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number);

/** The 16-bit groups of one side of `::`, of which the last may be a dotted quad (RFC 4291 section 2.2). */
function groupsOf(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const quad = octetsOf4(group);
    return [read16(quad, 0), read16(quad, 2)];
  });
}

function octetsOf6(text: string): Uint8Array {
  const [withoutZone = ''] = text.split('%');
  const [head = '', tail] = withoutZone.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const octets = new Uint8Array(16);
  before.forEach((group, index) => {
    write16(octets, 2 * index, group);
  });
  after.forEach((group, index) => {
    write16(octets, 16 - 2 * (after.length - index), group);
  });
  return octets;
}

/**
 * The 4 or 16 octets of an address. The zone of an IPv6 address (`fe80::1%eth0`) is no part of it and is left out.
 *
 * @throws WireError when it is neither an IPv4 nor an IPv6 address
 */
export const parseAddress = (address: string): Uint8Array =>
  familyOf(address) === 4 ? octetsOf4(address) : octetsOf6(address);

/** The octets of an address that must be of the family. @throws WireError when it is not */
export function parseAddressOf(family: Family, address: string): Uint8Array {
  if (familyOf(address) === family) return parseAddress(address);
  throw new WireError(`not an IPv${family} address: ${address}`);
}

/** Where the longest run of two or more zero groups starts, and its length: the first of equals. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 1 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}

/**
 * The text form of 4 or 16 octets; IPv6 as RFC 5952 recommends: lower case, no leading zeros, the longest run of
 * zeros as `::`, always in hexadecimal.
 *
 * @throws WireError for any other number of octets
 */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
  if (octets.length !== 16) throw new WireError(`an address of ${octets.length} octets`);
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => read16(octets, at));
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  const { start, length } = longestZeroRun(groups);
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
