export { DisturbedLink } from './disturbed-link.ts';
export type { Arrival, IcmpError, Link, Refusal } from './link.ts';
export { type Entry, type IcmpSent, Mailbox } from './mailbox.ts';
export { hasRightChecksum, type PacketOverrides, textAt } from './packet.ts';
export { PathQuality } from './path-quality.ts';
export { PortRange, type Ports } from './ports.ts';
export { RawLink } from './raw-link.ts';
export { silenceKernel, sourceTowards } from './routing.ts';
export { Tester } from './tester.ts';
