/** What goes over the wire: addresses, IPv4, IPv6 and TCP headers, options, checksums and sequence numbers. */
export * from './address.ts';
export * from './checksum.ts';
export { WireError } from './errors.ts';
export * from './ipv4.ts';
export * from './ipv6.ts';
export * from './options.ts';
export * from './security.ts';
export * as seq from './seq.ts';
export * from './tcp.ts';
