import { readFileSync } from 'node:fs';
import type { Socket } from 'raw-socket';
import { parseAddressOf } from '../wire/index.ts';

// Of Linux, which raw-socket has no names for.
const IPPROTO_IP = 0;
const IP_MULTICAST_IF = 32;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;

/**
 * What goes to a group of hosts leaves by the interface that has our address, which is the target's link. Of several the
 * kernel would take the one that it came to first, and the target would be silent since it was sent nothing.
 */
export function sendToGroupsBeside(local: string, family: 4 | 6, socket: Socket): void {
  const address = Buffer.from(parseAddressOf(family, local));
  if (family === 4) {
    try {
      socket.setOption(IPPROTO_IP, IP_MULTICAST_IF, address, address.length);
    } catch {
      // An address that is not ours: nothing comes back to it, and that is told.
    }
    return;
  }
  // Of each IPv6 address of this namespace: itself, and the number of its interface, both in hexadecimal.
  for (const line of readFileSync('/proc/self/net/if_inet6', 'utf8').split('\n')) {
    const [own, index = ''] = line.split(' ');
    if (own !== address.toString('hex')) continue;
    socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_IF, Number.parseInt(index, 16));
  }
}
