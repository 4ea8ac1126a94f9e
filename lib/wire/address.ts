import { isIP } from 'node:net';
import { read16, write16, WireError } from './octets.ts';

export type Family = 4 | 6;

/** Source and destination of a segment. */
export interface Addresses {
  readonly family: Family;
  readonly src: string;
  readonly dst: string;
}

/** @throws WireError when the text is neither an IPv4 nor an IPv6 address */
export function familyOf(address: string): Family {
  const family = isIP(address);
  if (family === 4 || family === 6) return family;
  throw new WireError(`not an IP address: ${address}`);
}

const octetsOf4 = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number);

/** The 16-bit groups of one side of `::`. The last may be a dotted quad (RFC 4291 section 2.2). */
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

// Two addresses make up nearly all of a run's packets; no run has as many as this.
const MOST_KNOWN = 1000;
const known = new Map<string, Uint8Array>();

/**
 * The 4 or 16 octets of an address, without the zone (`fe80::1%eth0`); not to be written to.
 *
 * @throws WireError when it is no address
 */
export function parseAddress(address: string): Uint8Array {
  const before = known.get(address);
  if (before) return before;
  const octets = familyOf(address) === 4 ? octetsOf4(address) : octetsOf6(address);
  if (known.size < MOST_KNOWN) known.set(address, octets);
  return octets;
}

/** As `parseAddress`. @throws WireError also when the address is not of the family */
export function parseAddressOf(family: Family, address: string): Uint8Array {
  const octets = parseAddress(address);
  if (octets.length === (family === 4 ? 4 : 16)) return octets;
  throw new WireError(`not an IPv${family} address: ${address}`);
}

/** The first of the longest runs of two or more zero groups. `start` is -1 when there is none. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 1 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}

/** The text form of 4 or 16 octets, IPv6 by RFC 5952. @throws WireError for any other number of octets */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
  if (octets.length !== 16) throw new WireError(`an address of ${octets.length} octets`);
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => read16(octets, at));
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  const { start, length } = longestZeroRun(groups);
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
