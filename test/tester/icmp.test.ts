import { expect } from 'chai';
import { readIcmpError } from '../../lib/tester/icmp.ts';

/** An ICMP message about a packet of the tester from port 0x2711. */
const about = (type: number, code: number, original: number[]): Uint8Array =>
  Uint8Array.from([type, code, 0, 0, 0, 0, 0, 0, ...original]);

const ipv4 = (protocol: number): number[] => [
  ...[0x45, 0, 0, 40, 0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2],
  ...[0x27, 0x11, 0, 80],
];
const ipv6 = (nextHeader: number): number[] => [
  ...[0x60, 0, 0, 0, 0, 20, nextHeader, 64, ...new Array(32).fill(0)],
  ...[0x27, 0x11, 0, 80],
];

describe('refusals by ICMP', () => {
  it('tells who refuses what of which port, on IPv4 and IPv6', () => {
    expect(readIcmpError(4, about(3, 13, ipv4(6)), '192.0.2.9')).to.deep.equal({
      ...{ type: 3, code: 13, srcPort: 10_001, dstPort: 80, source: '192.0.2.9' },
      refusal: 'ICMP from 192.0.2.9: communication administratively prohibited',
    });
    expect(readIcmpError(6, about(1, 4, ipv6(6)), '2001:db8::9')).to.deep.equal({
      ...{ type: 1, code: 4, name: 'port unreachable', srcPort: 10_001, dstPort: 80, source: '2001:db8::9' },
      refusal: 'ICMP from 2001:db8::9: port unreachable',
    });
  });

  it('names a code that it does not know by its number', () => {
    expect(readIcmpError(4, about(3, 15, ipv4(6)), '192.0.2.9')?.refusal).to.match(/unreachable, code 15$/);
  });

  it('is about TCP, and a refusal is one that says so', () => {
    const source = '192.0.2.9';
    const refusalIn = (family: 4 | 6, octets: Uint8Array) => readIcmpError(family, octets, source)?.refusal;
    expect(refusalIn(4, about(3, 4, ipv4(6))), 'fragmentation needed').to.equal(undefined);
    expect(refusalIn(6, about(2, 0, ipv6(6))), 'packet too big').to.equal(undefined);
    expect(refusalIn(4, about(11, 0, ipv4(6))), 'time exceeded').to.equal(undefined);
    expect(readIcmpError(4, about(3, 3, ipv4(17)), source)).to.equal(undefined);
    expect(readIcmpError(4, about(3, 3, ipv4(6).slice(0, 20)), source), 'cut short').to.equal(undefined);
    expect(readIcmpError(4, new Uint8Array(), source)).to.equal(undefined);
  });
});
