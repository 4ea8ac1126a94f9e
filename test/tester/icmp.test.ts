import { expect } from 'chai';
import { readRefusal } from '../../lib/tester/icmp.ts';

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
    expect(readRefusal(4, about(3, 13, ipv4(6)), '192.0.2.9')).to.deep.equal({
      port: 10_001,
      source: '192.0.2.9',
      text: 'ICMP from 192.0.2.9: communication administratively prohibited',
    });
    expect(readRefusal(6, about(1, 4, ipv6(6)), '2001:db8::9')).to.deep.equal({
      port: 10_001,
      source: '2001:db8::9',
      text: 'ICMP from 2001:db8::9: port unreachable',
    });
  });

  it('names a code that it does not know by its number', () => {
    expect(readRefusal(4, about(3, 15, ipv4(6)), '192.0.2.9')?.text).to.match(/unreachable, code 15$/);
  });

  it('is about TCP, and about refusals alone', () => {
    expect(readRefusal(4, about(3, 3, ipv4(17)), '192.0.2.9')).to.equal(undefined);
    expect(readRefusal(4, about(3, 4, ipv4(6)), '192.0.2.9'), 'fragmentation needed').to.equal(undefined);
    expect(readRefusal(4, about(8, 0, ipv4(6)), '192.0.2.9'), 'echo').to.equal(undefined);
    expect(readRefusal(6, about(2, 0, ipv6(6)), '2001:db8::9'), 'packet too big').to.equal(undefined);
    expect(readRefusal(4, about(3, 3, ipv4(6).slice(0, 20)), '192.0.2.9'), 'cut short').to.equal(undefined);
    expect(readRefusal(4, new Uint8Array(), '192.0.2.9')).to.equal(undefined);
  });
});
