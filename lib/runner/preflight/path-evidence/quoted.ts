import type { Carried, Change } from '../../../verdict/middlebox-sign.ts';
import { decodeOptions, type Quote, type TcpOption } from '../../../wire/index.ts';
import { read16, read32 } from '../../../wire/octets.ts';

/** The numbers of the fixed header, each with the octet behind it. */
const FIELDS: readonly (readonly [Carried, end: number, read: (tcp: Uint8Array) => number])[] = [
  ['source port', 2, (tcp) => read16(tcp, 0)],
  ['destination port', 4, (tcp) => read16(tcp, 2)],
  ['SEQ', 8, (tcp) => read32(tcp, 4)],
  ['ACK', 12, (tcp) => read32(tcp, 8)],
  ['reserved bits', 13, (tcp) => (tcp[12] ?? 0) & 0x0f],
  ['control bits', 14, (tcp) => tcp[13] ?? 0],
  ['window', 16, (tcp) => read16(tcp, 14)],
  ['urgent pointer', 20, (tcp) => read16(tcp, 18)],
];

/** An option as a name and a number. */
function named(option: TcpOption): readonly [Carried, number] | undefined {
  if (option.kind === 'mss') return ['MSS', option.value];
  if (option.kind === 'wscale') return ['window scale', option.shift];
  if (option.kind === 'sackPermitted') return ['SACK permitted', 1];
  if (option.kind === 'timestamps') return ['timestamps', option.tsval];
  return option.kind === 'raw' ? ['unknown option', option.type] : undefined;
}

const CONGESTION_EXPERIENCED = 3;

const headerOf = (tcp: Uint8Array): number => ((tcp[12] ?? 0) >>> 4) * 4;

function optionsIn(tcp: Uint8Array): ReadonlyMap<Carried, number> {
  const found = new Map<Carried, number>();
  for (const option of decodeOptions(tcp.subarray(20, headerOf(tcp)))) {
    const [field, value] = named(option) ?? [];
    if (field) found.set(field, value as number);
  }
  return found;
}

/**
 * What has become of a segment on the way to the place where an ICMP error quotes it. Fields that the message does not quote are
 * not compared, nor is the checksum, which follows from the others.
 *
 * @param ecn the bits of the IP header with which it was sent
 */
export function changesOnTheWay(sent: Uint8Array, ecn: number, quote: Quote): Change[] {
  const { segment: arrived } = quote;
  const changes: Change[] = [];
  const compare = (field: Carried, before: number | undefined, after: number | undefined): void => {
    if (before === after) return;
    changes.push({
      field,
      ...(before === undefined ? {} : { sent: before }),
      ...(after === undefined ? {} : { arrived: after }),
    });
  };
  for (const [field, end, read] of FIELDS)
    if (arrived.length >= end) compare(field, read(sent), read(arrived));
  const header = headerOf(arrived);
  if (arrived.length >= 20 && arrived.length >= header) {
    const [before, after] = [optionsIn(sent), optionsIn(arrived)];
    for (const field of new Set([...before.keys(), ...after.keys()]))
      compare(field, before.get(field), after.get(field));
    const text = sent.subarray(headerOf(sent));
    const seen = arrived.subarray(header);
    // The quote may end before the text does, or have padding behind it (RFC 4884 section 4).
    if (text.some((octet, index) => index < seen.length && octet !== seen[index]))
      changes.push({ field: 'text' });
  }
  // Routers mark packets by ECN = 3, and may change nothing else (RFC 3168 section 5).
  if (quote.ecn !== CONGESTION_EXPERIENCED) compare('ECN of the IP header', ecn, quote.ecn);
  return changes;
}
