import { type ReportCase, recordText } from './run.ts';

/** The path of a case's capture within the folder of the reports. */
export const captureName = ({ id, family }: Pick<ReportCase, 'id' | 'family'>): string =>
  `pcap/${id}-ipv${family}.pcapng`;

/** Packets that begin with their IP header, of either version. */
const LINKTYPE_RAW = 101;

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;

const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;

/** Whether the result has packets: results.json does not keep them. */
export const hasPackets = ({ records }: ReportCase): boolean => records.some(({ packet }) => packet);

/** The capture of a case as a pcapng file; each packet says in its comment what it was. */
export function encodePcapng(result: ReportCase): Uint8Array {
  const start = Date.parse(result.startedAt);
  const packets = result.records.filter((record) => record.packet);
  return Buffer.concat([
    sectionHeader(`${result.id} over IPv${result.family}: ${result.title}`),
    interfaceDescription(),
    ...packets.map((record) =>
      enhancedPacket(
        Buffer.from(record.packet ?? '', 'base64'),
        (start + record.at) * 1000,
        `${record.role} from the ${record.from}: ${recordText(record)}`,
      ),
    ),
  ]);
}

/** A block: type, length, body, and the length once more, so that a reader can walk backwards. */
function block(type: number, body: Buffer): Buffer {
  const length = body.length + 12;
  const frame = Buffer.alloc(length);
  frame.writeUInt32LE(type, 0);
  frame.writeUInt32LE(length, 4);
  body.copy(frame, 8);
  frame.writeUInt32LE(length, length - 4);
  return frame;
}

const padded = (octets: Uint8Array): Buffer =>
  Buffer.concat([octets, Buffer.alloc((4 - (octets.length % 4)) % 4)]);

function option(code: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

const options = (...list: Buffer[]): Buffer => Buffer.concat([...list, Buffer.alloc(4)]);

function sectionHeader(comment: string): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(0x1a2b3c4d, 0);
  fixed.writeUInt16LE(1, 4);
  // The length of the section is left open: all ones.
  fixed.fill(0xff, 8);
  const text = [
    option(OPT_COMMENT, Buffer.from(comment)),
    option(SHB_USERAPPL, Buffer.from('segment-arrives')),
  ];
  return block(SECTION_HEADER, Buffer.concat([fixed, options(...text)]));
}

function interfaceDescription(): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(LINKTYPE_RAW, 0);
  const described = options(
    option(IF_NAME, Buffer.from('tester')),
    // Time in units of 10^-6 s.
    option(IF_TSRESOL, Uint8Array.of(6)),
  );
  return block(INTERFACE_DESCRIPTION, Buffer.concat([fixed, described]));
}

function enhancedPacket(packet: Buffer, microseconds: number, comment: string): Buffer {
  const time = BigInt(Math.round(microseconds));
  const fixed = Buffer.alloc(20);
  fixed.writeUInt32LE(0, 0);
  fixed.writeUInt32LE(Number(time >> 32n), 4);
  fixed.writeUInt32LE(Number(time & 0xffff_ffffn), 8);
  fixed.writeUInt32LE(packet.length, 12);
  fixed.writeUInt32LE(packet.length, 16);
  return block(
    ENHANCED_PACKET,
    Buffer.concat([fixed, padded(packet), options(option(OPT_COMMENT, Buffer.from(comment)))]),
  );
}
