export { KernelNotSilenced, removeLeftovers, silenceKernel } from './kernel-silence.ts';
export type { Arrival, Link } from './link.ts';
export { type Entry, Mailbox } from './mailbox.ts';
export { buildPacket, type Dressing } from './packet.ts';
export { PortRange } from './ports.ts';
export { RawLink, RawSocketRefused } from './raw-link.ts';
export { sourceTowards } from './source-address.ts';
export { Tester } from './tester.ts';
