import { writeFileSync } from 'node:fs';
import { LabUnavailable } from './enter.ts';

interface Sysctl {
  readonly name: string;
  readonly value: number;
  /** Some kernels lack it, or refuse to set it. Their default will do. */
  readonly optional?: true;
}

/** All that is changed on the target. What decides on the behaviour of a single connection keeps the kernel's default. */
export const TARGET_SYSCTLS: readonly Sysctl[] = [
  // With cookies, SYN-RECEIVED has no TCB and answers like LISTEN.
  { name: 'net.ipv4.tcp_syncookies', value: 0 },
  // Without cookies, SYNs are dropped when three quarters of this many connections are half open.
  { name: 'net.ipv4.tcp_max_syn_backlog', value: 8192 },
  // The accept queue: the final ACK of a handshake is dropped when it is full. Before Linux 5.19, user namespaces lack it
  // and have 4096.
  { name: 'net.core.somaxconn', value: 8192, optional: true },
  // The limit is for the whole host, so cases that run at once would silence each other. Older kernels have one for the
  // whole machine, which a namespace cannot set; since 6.0 there is none by default.
  { name: 'net.ipv4.tcp_challenge_ack_limit', value: 2 ** 31 - 1, optional: true },
  // Otherwise a connection starts with the round-trip time of earlier ones, and timers depend on the order of cases.
  { name: 'net.ipv4.tcp_no_metrics_save', value: 1 },
];

/** What is changed at both ends, before there is a link. */
export const LINK_SYSCTLS: readonly Sysctl[] = [
  // The machine's setting is inherited, and drops segments with a strange source before TCP sees them. The greater applies.
  { name: 'net.ipv4.conf.all.rp_filter', value: 0 },
  { name: 'net.ipv4.conf.default.rp_filter', value: 0 },
  // New namespaces inherit that IPv6 is off. A kernel without IPv6 has no such files.
  { name: 'net.ipv6.conf.default.disable_ipv6', value: 0, optional: true },
  { name: 'net.ipv6.conf.all.disable_ipv6', value: 0, optional: true },
  // No router solicitation, no addresses but ours.
  { name: 'net.ipv6.conf.default.accept_ra', value: 0, optional: true },
  { name: 'net.ipv6.conf.default.autoconf', value: 0, optional: true },
];

export const fileOfSysctl = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

/** Sets the sysctls of a link in our own namespace. @throws LabUnavailable */
export function setLinkSysctls(): void {
  for (const { name, value, optional } of LINK_SYSCTLS) {
    try {
      writeFileSync(fileOfSysctl(name), String(value));
    } catch (error) {
      if (!optional)
        throw new LabUnavailable(`The sysctl ${name} could not be set: ${(error as Error).message}.`);
    }
  }
}
