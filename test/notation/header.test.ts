import { expect } from 'chai';
import fc from 'fast-check';
import { controlBitsOf, flagsOf } from '../../lib/notation/header.ts';
import {
  type ConcreteSegment,
  evaluateSegment,
  fromWire,
  parseSegment,
  printConcrete,
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

  it('puts the fields of a header that is not right on the wire as they are written', () => {
    const addresses = { family: 4, src: '192.0.2.1', dst: '192.0.2.2' } as const;
    const octets = (text: string) => encodeTcp(toWire(segment(text), CONTEXT), addresses);
    const hex = (text: string, from: number, to: number) =>
      Buffer.from(octets(text).subarray(from, to)).toString('hex');
    expect(hex('<OFFSET=4><CTL=SYN>', 12, 14)).to.equal('4002');
    expect(hex('<OFFSET=15><RESERVED=14><CTL=SYN>', 12, 14)).to.equal('fe02');
    expect(hex('<CHECKSUM=0>', 16, 18)).to.equal('0000');
    expect(hex('<CHECKSUM=65535>', 16, 18)).to.equal('ffff');
    expect(hex('<OPT=fe00><DATA=2>', 12, 13)).to.equal('60');
    expect(hex('<OPT=fe00><DATA=2>', 20, 26)).to.equal('fe0000006162');
  });

  it('adds no timestamps to octets of options that are written', () => {
    const { options } = toWire({ ...segment('<OPT=01010101>'), tsval: 1, tsecr: 2 }, CONTEXT);
    expect(options).to.deep.equal(Array(4).fill({ kind: 'nop' }));
  });

  it('reads any octets, and puts what it has read on the wire again so that it reads the same', () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ minLength: 20, maxLength: 80 }).map((some) => {
        // Usually a right data offset, so that the options are read.
        some[12] = (((some[12] ?? 0) & 0x0f) | ((5 + ((some[13] ?? 0) % 11)) << 4)) & 0xff;
        return some;
      }),
    );
    fc.assert(
      fc.property(octets, addressPairs, (some, addresses) => {
        let read: ConcreteSegment;
        try {
          read = fromWire(decodeTcp(some, addresses));
        } catch (error) {
          expect(error).to.be.instanceOf(WireError);
          return;
        }
        const again = encodeTcp(toWire(read, CONTEXT), addresses);
        expect(fromWire(decodeTcp(again, addresses))).to.deep.equal(read);
        expect(evaluateSegment(parseSegment(printConcrete(read)), {}).opt).to.equal(read.opt);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the octets of options that it has no field for, and reads the others among them', () => {
    const addresses = { family: 4, src: '192.0.2.1', dst: '192.0.2.2' } as const;
    const read = (text: string) =>
      fromWire(decodeTcp(encodeTcp(toWire(segment(text), CONTEXT), addresses), addresses));
    expect(read('<OPT=020405b4fe04abcd>')).to.include({ mss: 1460, opt: '020405b4fe04abcd' });
    expect(read('<OPT=fe>')).to.include({ opt: 'fe000000' });
    expect(read('<OPT=01010101>')).to.include({ opt: '01010101' });
    expect(read('<OPT=020405b4>')).not.to.have.property('opt');
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
