import { read16, read32, unsigned, write16, write32 } from './octets.ts';

/** The kinds of TCP option that are decoded. */
export const OPTION_KIND = {
  eol: 0,
  nop: 1,
  mss: 2,
  wscale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
} as const;

/** One block of a SACK option (RFC 2018 section 3): left edge, and the number after the right edge. */
export interface SackBlock {
  readonly left: number;
  readonly right: number;
}

/** An option of the TCP header (RFC 9293 section 3.1, RFC 7323, RFC 2018). */
export type TcpOption =
  | { readonly kind: 'eol' }
  | { readonly kind: 'nop' }
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly shift: number }
  | { readonly kind: 'sackPermitted' }
  | { readonly kind: 'sack'; readonly blocks: readonly SackBlock[] }
  | { readonly kind: 'timestamps'; readonly tsval: number; readonly tsecr: number }
  /** Any other option, or octets that are no option: the first octet, and all that follow, the length octet included. */
  | { readonly kind: 'raw'; readonly type: number; readonly bytes: Uint8Array };

const NONE = new Uint8Array();

function lengthOf(option: TcpOption): number {
  switch (option.kind) {
    case 'eol':
    case 'nop':
      return 1;
    case 'mss':
      return 4;
    case 'wscale':
      return 3;
    case 'sackPermitted':
      return 2;
    case 'sack':
      return 2 + 8 * option.blocks.length;
    case 'timestamps':
      return 10;
    case 'raw':
      return 1 + option.bytes.length;
  }
}

function write(octets: Uint8Array, at: number, option: TcpOption): void {
  if (option.kind === 'raw') {
    octets[at] = unsigned('option type', option.type, 8);
    octets.set(option.bytes, at + 1);
    return;
  }
  octets[at] = OPTION_KIND[option.kind];
  if (option.kind === 'eol' || option.kind === 'nop') return;
  octets[at + 1] = unsigned('option length', lengthOf(option), 8);
  if (option.kind === 'mss') write16(octets, at + 2, unsigned('MSS', option.value, 16));
  if (option.kind === 'wscale') octets[at + 2] = unsigned('window scale', option.shift, 8);
  if (option.kind === 'timestamps') {
    write32(octets, at + 2, unsigned('TSval', option.tsval, 32));
    write32(octets, at + 6, unsigned('TSecr', option.tsecr, 32));
  }
  if (option.kind === 'sack') {
    option.blocks.forEach(({ left, right }, index) => {
      write32(octets, at + 2 + 8 * index, unsigned('SACK left edge', left, 32));
      write32(octets, at + 6 + 8 * index, unsigned('SACK right edge', right, 32));
    });
  }
}

/** Encodes without padding. The result may be longer than a header can hold. @throws WireError when a value does not fit */
export function encodeOptions(options: readonly TcpOption[]): Uint8Array {
  if (options.length === 0) return NONE;
  const octets = new Uint8Array(options.reduce((length, option) => length + lengthOf(option), 0));
  let at = 0;
  for (const option of options) {
    write(octets, at, option);
    at += lengthOf(option);
  }
  return octets;
}

function read(octets: Uint8Array, at: number, length: number): TcpOption {
  const type = octets[at] ?? 0;
  if (type === OPTION_KIND.mss && length === 4) return { kind: 'mss', value: read16(octets, at + 2) };
  if (type === OPTION_KIND.wscale && length === 3) return { kind: 'wscale', shift: octets[at + 2] ?? 0 };
  if (type === OPTION_KIND.sackPermitted && length === 2) return { kind: 'sackPermitted' };
  if (type === OPTION_KIND.timestamps && length === 10) {
    return { kind: 'timestamps', tsval: read32(octets, at + 2), tsecr: read32(octets, at + 6) };
  }
  if (type === OPTION_KIND.sack && length % 8 === 2) {
    const blocks: SackBlock[] = [];
    for (let edge = at + 2; edge < at + length; edge += 8) {
      blocks.push({ left: read32(octets, edge), right: read32(octets, edge + 4) });
    }
    return { kind: 'sack', blocks };
  }
  return { kind: 'raw', type, bytes: octets.slice(at + 1, at + length) };
}

/**
 * Decodes so that encoding gives the same octets. Each zero of the padding is an `eol`. An unknown kind and an unexpected
 * length become `raw`; so does everything after an impossible length, or after an `eol` when it is not zero. Never throws.
 */
export function decodeOptions(octets: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  let at = 0;
  let ended = false;
  while (at < octets.length) {
    const type = octets[at] ?? 0;
    const length = octets[at + 1] ?? 0;
    if (type === OPTION_KIND.eol) {
      options.push({ kind: 'eol' });
      ended = true;
      at += 1;
    } else if (type === OPTION_KIND.nop && !ended) {
      options.push({ kind: 'nop' });
      at += 1;
    } else if (ended || length < 2 || at + length > octets.length) {
      options.push({ kind: 'raw', type, bytes: octets.slice(at + 1) });
      break;
    } else {
      options.push(read(octets, at, length));
      at += length;
    }
  }
  return options;
}
