import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeEvent,
  decodeMessage,
  decodeRequest,
  decodeResponse,
  decodeValues,
  encodeEvent,
  encodeMessage,
  encodeRequest,
  encodeResponse,
  encodeValues,
  PRIMITIVES,
  type PrimitiveName,
  RESULT,
  resultName,
  TestabilityError,
  TYPE,
} from '../../lib/target/testability/message.ts';
import { formatAddress } from '../../lib/wire/index.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const octets = (...groups: string[]): Buffer => Buffer.from(groups.join('').replaceAll(' ', ''), 'hex');
const names = Object.keys(PRIMITIVES) as PrimitiveName[];

const arbitraryAddress = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(formatAddress);

const ARBITRARY = {
  bool: fc.boolean(),
  u8: fc.nat(0xff),
  u16: fc.nat(0xffff),
  u32: fc.nat(0xffffffff),
  octets: fc.uint8Array({ maxLength: 300 }),
  text: fc.string({ unit: 'grapheme' }),
  address: arbitraryAddress,
};

const valuesOf = (layout: object): fc.Arbitrary<never> =>
  fc.record(
    Object.fromEntries(
      Object.entries(layout).map(([name, type]) => [name, ARBITRARY[type as keyof typeof ARBITRARY]]),
    ),
    { noNullPrototype: true },
  ) as fc.Arbitrary<never>;

/** Runs a decoder. Fails unless it returns a result or throws its own error. */
const onlyTestabilityErrors = (decode: () => unknown): void => {
  try {
    decode();
  } catch (error) {
    expect(error).to.be.instanceOf(TestabilityError);
  }
};

describe('messages of the Testability Protocol', () => {
  describe('octet by octet', () => {
    it('CREATE_AND_BIND of port 5000, any address', () => {
      const message = encodeRequest('CREATE_AND_BIND', {
        doBind: true,
        localPort: 5000,
        localAddress: '0.0.0.0',
      });
      expect(hex(message)).to.equal('01050201000000110000000001010000' + '011388000400000000');
    });

    it('CLOSE_SOCKET of socket 2, abort', () => {
      const message = encodeRequest('CLOSE_SOCKET', { socketId: 2, abort: true });
      expect(hex(message)).to.equal(hex(octets('01050200 0000000b 00000000 01010000 0002 01')));
    });

    it('the event of LISTEN_AND_ACCEPT', () => {
      const message = octets('01058204 00000014 00000000 01010200 0001 0002 9c40 0004 c0000201');
      const event = { listenSocketId: 1, socketId: 2, port: 40000, address: '192.0.2.1' };
      expect(decodeEvent('LISTEN_AND_ACCEPT', decodeMessage(message))).to.deep.equal(event);
      expect(hex(encodeEvent('LISTEN_AND_ACCEPT', event))).to.equal(hex(message));
    });

    it('SEND_DATA of "ab", repeated to 65535 octets, urgent', () => {
      const message = encodeRequest('SEND_DATA', {
        socketId: 0x0102,
        totalLength: 0xffff,
        flags: 0x20,
        data: Buffer.from('ab'),
      });
      expect(hex(message)).to.equal(
        hex(octets('01050202 00000011 00000000 01010000 0102 ffff 20 0002 6162')),
      );
    });

    it('CONNECT to an IPv6 address', () => {
      const message = encodeRequest('CONNECT', { socketId: 3, port: 80, address: '2001:db8::1' });
      const data = '0003 0050 0010 20010db8000000000000000000000001';
      expect(hex(message)).to.equal(hex(octets('01050205 0000001e 00000000 01010000', data)));
    });

    it('another service id', () => {
      expect(decodeMessage(encodeRequest('GET_VERSION', {}, 0xbeef)).serviceId).to.equal(0xbeef);
    });

    it('a response without E_OK has no data', () => {
      const message = decodeMessage(octets('01050201 00000008 00000000 010180ee'));
      expect(decodeResponse('CREATE_AND_BIND', message)).to.equal(null);
      expect(resultName(message.result)).to.equal('E_UCS');
      expect(resultName(0x42)).to.equal('0x42');
    });
  });

  describe('read back', () => {
    for (const name of names) {
      const primitive: { request: object; response: object; event?: object } = PRIMITIVES[name];
      it(name, () => {
        fc.assert(
          fc.property(valuesOf(primitive.request), fc.nat(0xffff), (values, serviceId) => {
            const message = decodeMessage(encodeRequest(name, values, serviceId));
            expect(message.serviceId).to.equal(serviceId);
            expect(decodeRequest(name, message)).to.deep.equal(values);
          }),
        );
        fc.assert(
          fc.property(valuesOf(primitive.response), (values) => {
            const message = decodeMessage(encodeResponse(name, RESULT.E_OK, values));
            expect(decodeResponse(name, message)).to.deep.equal(values);
          }),
        );
        if (name !== 'LISTEN_AND_ACCEPT' && name !== 'RECEIVE_AND_FORWARD') return;
        fc.assert(
          fc.property(valuesOf(PRIMITIVES[name].event), (values) => {
            expect(decodeEvent(name, decodeMessage(encodeEvent(name, values)))).to.deep.equal(values);
          }),
        );
      });
    }

    it('any header', () => {
      const arbitrary = fc.record({
        serviceId: ARBITRARY.u16,
        event: ARBITRARY.bool,
        group: fc.nat(0x7f),
        primitive: ARBITRARY.u8,
        type: ARBITRARY.u8,
        result: ARBITRARY.u8,
        data: ARBITRARY.octets,
      });
      fc.assert(
        fc.property(arbitrary, (message) => {
          expect(decodeMessage(encodeMessage(message))).to.deep.equal({ ...message });
        }),
      );
    });

    it('any address, in its canonical form', () => {
      const layout = { address: 'address' } as const;
      const through = (address: string) => decodeValues(layout, encodeValues(layout, { address })).address;
      fc.assert(fc.property(arbitraryAddress, (address) => through(address) === address));
      expect(through('2001:DB8:0:0:1:0:0:1')).to.equal('2001:db8::1:0:0:1');
      expect(through('::ffff:192.0.2.1')).to.equal('::ffff:c000:201');
      expect(through('fe80::1%eth0')).to.equal('fe80::1');
    });
  });

  describe('what is none', () => {
    it('throws nothing but TestabilityError on any octets', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...names), (data, name) => {
          onlyTestabilityErrors(() => decodeMessage(data));
          const { group, id } = PRIMITIVES[name];
          const message = { serviceId: 0x0105, group, primitive: id, result: 0, data };
          onlyTestabilityErrors(() => decodeRequest(name, { ...message, event: false, type: TYPE.REQUEST }));
          onlyTestabilityErrors(() =>
            decodeResponse(name, { ...message, event: false, type: TYPE.RESPONSE }),
          );
          if (name !== 'LISTEN_AND_ACCEPT' && name !== 'RECEIVE_AND_FORWARD') return;
          onlyTestabilityErrors(() => decodeEvent(name, { ...message, event: true, type: TYPE.EVENT }));
        }),
      );
    });

    const good = encodeRequest('SHUTDOWN', { socketId: 1, type: 1 });
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(good);
      copy[at] = value;
      return copy;
    };

    it('refuses half a header, a wrong LEN, other versions', () => {
      expect(() => decodeMessage(good.subarray(0, 15))).to.throw(TestabilityError, '15 octets');
      expect(() => decodeMessage(changed(7, 12))).to.throw(TestabilityError, 'LEN says 4');
      expect(() => decodeMessage(changed(4, 0xff))).to.throw(TestabilityError, 'LEN says');
      expect(() => decodeMessage(changed(12, 2))).to.throw(TestabilityError, 'protocol version 2');
      expect(() => decodeMessage(changed(13, 0))).to.throw(TestabilityError, 'interface version 0');
    });

    it('refuses another primitive, type or event bit', () => {
      const message = decodeMessage(good);
      expect(() => decodeRequest('CONNECT', message)).to.throw(TestabilityError, 'not CONNECT');
      expect(() => decodeResponse('SHUTDOWN', message)).to.throw(TestabilityError, 'not SHUTDOWN');
      expect(() => decodeRequest('SHUTDOWN', { ...message, event: true })).to.throw(TestabilityError);
    });

    it('refuses missing and further data', () => {
      const message = decodeMessage(good);
      const short = { ...message, data: message.data.subarray(0, 2) };
      expect(() => decodeRequest('SHUTDOWN', short)).to.throw(TestabilityError, 'end within type');
      const long = { ...message, data: Buffer.from([0, 1, 1, 9]) };
      expect(() => decodeRequest('SHUTDOWN', long)).to.throw(TestabilityError, '1 octets after');
    });

    it('refuses to encode what does not fit', () => {
      expect(() => encodeRequest('SHUTDOWN', { socketId: 65536, type: 1 })).to.throw(TestabilityError);
      expect(() => encodeRequest('SHUTDOWN', { socketId: 1, type: 0.5 })).to.throw(TestabilityError);
      expect(() => encodeRequest('CONNECT', { socketId: 1, port: -1, address: '::1' })).to.throw(
        TestabilityError,
        'port must be',
      );
      expect(() => encodeRequest('CONNECT', { socketId: 1, port: 1, address: 'localhost' })).to.throw(
        TestabilityError,
        'not an IP address: localhost',
      );
      const data = new Uint8Array(65536);
      expect(() => encodeRequest('SEND_DATA', { socketId: 1, totalLength: 1, flags: 0, data })).to.throw(
        TestabilityError,
        'longer than 65535',
      );
    });
  });
});
