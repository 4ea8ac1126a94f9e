export * from './address.ts';
export * from './checksum.ts';
export * from './icmp.ts';
export * from './ipv4.ts';
export * from './ipv6.ts';
export { WireError } from './octets.ts';
export * from './options.ts';
export * as seq from './seq.ts';
export * from './tcp.ts';
