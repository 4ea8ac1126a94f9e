import { expect } from 'chai';
import fc from 'fast-check';
import {
  type ConcreteSegment,
  controlBitsOf,
  evaluateSegment,
  flagsOf,
  fromWire,
  parseSegment,
  toWire,
} from '../../lib/notation/index.ts';
import { decodeTcp, encodeTcp, WireError } from '../../lib/wire/index.ts';
import { addressPairs, octet, tcpHeaders } from '../wire/arbitraries.ts';
import { concreteSegments } from './arbitraries.ts';

const CONTEXT = { srcPort: 40000, dstPort: 7, defaultWindow: 8192 };
const segment = (text: string): ConcreteSegment => evaluateSegment(parseSegment(text), {});
const layout = (text: string) => toWire(segment(text), CONTEXT).options.map(({ kind }) => kind);

describe('wire: segments', () => {
  it('puts a segment on the wire', () => {
    expect(toWire(segment('<SEQ=1><ACK=2><CTL=ACK,PSH><DATA=3>'), CONTEXT)).to.deep.equal({
      srcPort: 40000,
      dstPort: 7,
      seq: 1,
      ack: 2,
      flags: 24,
      reserved: 0,
      window: 8192,
      urgent: 0,
      options: [],
      data: new Uint8Array(Buffer.from('abc')),
    });
  });

  it('aligns the options as stacks do', () => {
    expect(layout('<MSS=1><WSCALE=2><SACKOK><TSVAL=3><TSECR=4>')).to.deep.equal([
      ...['mss', 'sackPermitted', 'timestamps', 'nop', 'wscale'],
    ]);
    expect(layout('<MSS=1><SACKOK>')).to.deep.equal(['mss', 'nop', 'nop', 'sackPermitted']);
    expect(layout('<TSVAL=1>')).to.deep.equal(['nop', 'nop', 'timestamps']);
    expect(layout('<WSCALE=1>')).to.deep.equal(['nop', 'wscale']);
  });

  it('writes <WND> and the payload that it is given', () => {
    const payload = (length: number) => new Uint8Array(length).fill(7);
    const tcp = toWire(segment('<WND=0><DATA=2>'), { ...CONTEXT, payload });
    expect([tcp.window, ...tcp.data]).to.deep.equal([0, 7, 7]);
  });

  it('refuses more text than a datagram can carry', () => {
    expect(() => toWire(segment('<DATA=65516>'), CONTEXT)).to.throw(WireError, '65516');
    expect(toWire(segment('<DATA=65515>'), CONTEXT).data).to.have.length(65515);
  });

  it('reads back every segment that it puts on the wire', () => {
    fc.assert(
      fc.property(concreteSegments, addressPairs, (concrete, addresses) => {
        const octets = encodeTcp(toWire(concrete, CONTEXT), addresses);
        expect(fromWire(decodeTcp(octets, addresses))).to.deep.equal(concrete);
      }),
    );
  });

  it('reads any header', () => {
    fc.assert(
      fc.property(tcpHeaders, addressPairs, (tcp, addresses) => {
        const { seq, ack, wnd, urg, data, ctl } = fromWire(decodeTcp(encodeTcp(tcp, addresses)));
        expect([seq, ack, wnd, urg, data]).to.deep.equal([
          ...[tcp.seq, tcp.ack, tcp.window, tcp.urgent, tcp.data.length],
        ]);
        expect(flagsOf(ctl)).to.equal(tcp.flags);
      }),
    );
  });

  it('keeps every set of control bits', () => {
    fc.assert(
      fc.property(octet, (flags) => {
        expect(flagsOf(controlBitsOf(flags))).to.equal(flags);
      }),
    );
  });
});
