import { expect } from 'chai';
import { changesOnTheWay } from '../../../../lib/runner/preflight/path-evidence/quoted.ts';
import { encodeTcp, SYN, type TcpHeader } from '../../../../lib/wire/index.ts';

const ENDS = { family: 4, src: '192.0.2.1', dst: '192.0.2.2' } as const;
const SEGMENT: TcpHeader = {
  ...{ srcPort: 10_001, dstPort: 80, seq: 793, ack: 9293, flags: SYN, reserved: 1, window: 4380, urgent: 7 },
  options: [
    { kind: 'mss', value: 1460 },
    { kind: 'sackPermitted' },
    { kind: 'timestamps', tsval: 5, tsecr: 0 },
    { kind: 'raw', type: 253, bytes: Uint8Array.of(4, 7, 93) },
  ],
  data: Uint8Array.of(1, 2, 3),
};

const octets = (changes: Partial<TcpHeader> = {}): Uint8Array => encodeTcp({ ...SEGMENT, ...changes }, ENDS);
const changesOf = (changes: Partial<TcpHeader>, ecn = 2) =>
  changesOnTheWay(octets(), 2, { segment: octets(changes), ecn });

describe('what has become of a quoted segment', () => {
  it('is nothing where it arrived as it was sent, also where a router has marked congestion', () => {
    expect(changesOf({})).to.deep.equal([]);
    expect(changesOf({}, 3)).to.deep.equal([]);
  });

  it('is each field of the header that was rewritten', () => {
    expect(changesOf({ seq: 1793, ack: 0, srcPort: 40_000, reserved: 0, urgent: 0, flags: 0 })).to.deep.equal(
      [
        { field: 'source port', sent: 10_001, arrived: 40_000 },
        { field: 'SEQ', sent: 793, arrived: 1793 },
        { field: 'ACK', sent: 9293, arrived: 0 },
        { field: 'reserved bits', sent: 1, arrived: 0 },
        { field: 'control bits', sent: 2, arrived: 0 },
        { field: 'urgent pointer', sent: 7, arrived: 0 },
      ],
    );
    expect(changesOf({}, 0)).to.deep.equal([{ field: 'ECN of the IP header', sent: 2, arrived: 0 }]);
  });

  it('is each option that was taken, changed or put in, and text that is another', () => {
    const options = [{ kind: 'mss', value: 1000 } as const, { kind: 'wscale', shift: 7 } as const];
    expect(changesOf({ options })).to.deep.equal([
      { field: 'MSS', sent: 1460, arrived: 1000 },
      { field: 'SACK permitted', sent: 1 },
      { field: 'timestamps', sent: 5 },
      { field: 'unknown option', sent: 253 },
      { field: 'window scale', arrived: 7 },
    ]);
    expect(changesOf({ data: Uint8Array.of(1, 9, 3) })).to.deep.equal([{ field: 'text' }]);
  });

  it('is known only of what is quoted: of 8 octets, ports and SEQ; padding behind the text is none of it', () => {
    const short = octets({ seq: 1, ack: 1, options: [] }).subarray(0, 8);
    expect(changesOnTheWay(octets(), 2, { segment: short, ecn: 2 })).to.deep.equal([
      { field: 'SEQ', sent: 793, arrived: 1 },
    ]);
    const padded = Uint8Array.from([...octets(), ...new Array(60).fill(0)]);
    expect(changesOnTheWay(octets(), 2, { segment: padded, ecn: 2 })).to.deep.equal([]);
    const cut = octets({ data: Uint8Array.of(1, 2, 9) }).subarray(0, -1);
    expect(changesOnTheWay(octets(), 2, { segment: cut, ecn: 2 })).to.deep.equal([]);
  });
});
