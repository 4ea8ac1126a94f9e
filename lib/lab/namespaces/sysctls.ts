export interface Sysctl {
  readonly name: string;
  readonly value: number;
  readonly why: string;
  /** Not there, or not to be set, on some kernels; then its default serves. */
  readonly optional?: true;
}

/**
 * What is changed on the target, and all that is: its TCP is what is tested, so whatever decides on a single
 * connection's behaviour stays as the kernel has it.
 */
export const TARGET_SYSCTLS: readonly Sysctl[] = [
  {
    name: 'net.ipv4.tcp_syncookies',
    value: 0,
    why: 'With cookies a connection in SYN-RECEIVED has no TCB, and answers like one in LISTEN.',
  },
  {
    name: 'net.ipv4.tcp_max_syn_backlog',
    value: 8192,
    why: 'Without cookies, SYNs are dropped when three quarters of this many connections are half open.',
  },
  {
    name: 'net.core.somaxconn',
    value: 8192,
    why: 'It bounds the accept queue; a final ACK that finds it full is dropped.',
    optional: true, // kernels before 5.19 hide it in a user namespace; their default of 4096 will do
  },
  {
    name: 'net.ipv4.tcp_challenge_ack_limit',
    value: 2 ** 31 - 1,
    why: 'The limit is the whole host’s: cases that run side by side would silence one another. No limit is the default since 6.0.',
    optional: true, // older kernels have one for the whole machine, not to be set from a namespace
  },
  {
    name: 'net.ipv4.tcp_no_metrics_save',
    value: 1,
    why: 'A connection begins with the round-trip time that earlier ones measured: timers would depend on the order of the cases.',
  },
];

/** What is changed at both ends, before there is a link. */
export const LINK_SYSCTLS: readonly Sysctl[] = [
  {
    name: 'net.ipv4.conf.all.rp_filter',
    value: 0,
    why: 'It comes from the machine’s own settings, and drops segments with a strange source before TCP sees them.',
  },
  { name: 'net.ipv4.conf.default.rp_filter', value: 0, why: 'As above; the greater of the two applies.' },
  {
    name: 'net.ipv6.conf.default.disable_ipv6',
    value: 0,
    why: 'Machines that switch IPv6 off pass that on to new namespaces.',
    optional: true, // there is no such file without IPv6
  },
  {
    name: 'net.ipv6.conf.all.disable_ipv6',
    value: 0,
    why: 'As above.',
    optional: true,
  },
  {
    name: 'net.ipv6.conf.default.accept_ra',
    value: 0,
    why: 'There is no router: nobody is to be solicited for an advertisement.',
    optional: true,
  },
  {
    name: 'net.ipv6.conf.default.autoconf',
    value: 0,
    why: 'The addresses are those that we give.',
    optional: true,
  },
];
