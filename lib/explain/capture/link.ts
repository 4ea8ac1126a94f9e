import { read16 } from '../../wire/octets.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const PPPOE = 0x8864;
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_TAGS = 4;

/** What {@link ipAt} says of a frame without an IP packet, and of one of a link that is not known. */
export const NO_IP = -1;
export const UNKNOWN_LINK = -2;

/** Where the IP packet of a frame begins, by the type of its link (tcpdump.org/linktypes.html). */
export function ipAt(octets: Uint8Array, start: number, linkType: number): number {
  switch (linkType) {
    case 1: // Ethernet
      return after(octets, read16(octets, start + 12), start + 14);
    case 0: // loopback of BSD
    case 108:
      return start + 4;
    case 12: // raw IP
    case 14:
    case 101:
    case 228:
    case 229:
      return start;
    case 113: // Linux cooked
      return after(octets, read16(octets, start + 14), start + 16);
    case 276: // Linux cooked, version 2
      return after(octets, read16(octets, start), start + 20);
    default:
      return UNKNOWN_LINK;
  }
}

/** Where the IP packet begins behind VLAN tags and PPPoE. @param from what follows a header with that Ethernet type */
function after(octets: Uint8Array, ethernetType: number, from: number): number {
  let at = from;
  let type = ethernetType;
  for (let tags = 0; tags < MOST_TAGS && TAGS.has(type); tags += 1) {
    type = read16(octets, at + 2);
    at += 4;
  }
  if (type === PPPOE) return at + 8;
  return type === IPV4 || type === IPV6 ? at : NO_IP;
}
