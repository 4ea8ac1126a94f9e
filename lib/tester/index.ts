export { DisturbedLink, type Noise, parseNoise } from './disturbed-link.ts';
export type { Arrival, IcmpError, Link, Refusal } from './link.ts';
export { type Entry, type IcmpSent, Mailbox } from './mailbox.ts';
export { buildPacket, hasRightChecksum, type PacketOverrides, textAt } from './packet.ts';
export { PathQuality } from './path-quality.ts';
export { PortRange, type Ports, parsePorts } from './ports.ts';
export { RawLink, RawSocketRefused } from './raw-link.ts';
export { KernelNotSilenced, removeLeftovers, silenceKernel, sourceTowards } from './routing.ts';
export { Tester } from './tester.ts';
