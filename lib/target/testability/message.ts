/** Messages of the Testability Protocol: a 16-octet header, then a request, response or event. Throws `TestabilityError` only. */
import { decodeValues, encodeValues, type Layout, TestabilityError, type Values } from './layout.ts';
import { DEFAULT_SERVICE_ID, PRIMITIVES, type PrimitiveName, RESULT } from './primitives.ts';

export * from './layout.ts';
export * from './primitives.ts';

export const TYPE = { REQUEST: 0x00, EVENT: 0x02, RESPONSE: 0x80 } as const;

export interface Message {
  serviceId: number;
  /** The EVB bit. */
  event: boolean;
  group: number;
  primitive: number;
  type: number;
  result: number;
  data: Uint8Array;
}

const HEADER_LENGTH = 16;
/** LEN counts the second half of the header and the data. */
const COUNTED_HEADER = 8;
const VERSION = 1;

export type Request<P extends PrimitiveName> = Values<(typeof PRIMITIVES)[P]['request']>;
export type Response<P extends PrimitiveName> = Values<(typeof PRIMITIVES)[P]['response']>;
export type EventName = 'LISTEN_AND_ACCEPT' | 'RECEIVE_AND_FORWARD';
export type Event<P extends EventName> = Values<(typeof PRIMITIVES)[P]['event']>;

export const encodeMessage = (message: Message): Buffer => {
  const octets = Buffer.alloc(HEADER_LENGTH + message.data.length);
  octets.writeUInt16BE(message.serviceId, 0);
  octets[2] = (message.event ? 0x80 : 0) | message.group;
  octets[3] = message.primitive;
  octets.writeUInt32BE(COUNTED_HEADER + message.data.length, 4);
  octets[12] = VERSION;
  octets[13] = VERSION;
  octets[14] = message.type;
  octets[15] = message.result;
  octets.set(message.data, HEADER_LENGTH);
  return octets;
};

export const decodeMessage = (octets: Uint8Array): Message => {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  if (view.length < HEADER_LENGTH) throw new TestabilityError(`${view.length} octets are less than a header`);
  const length = view.readUInt32BE(4) - COUNTED_HEADER;
  if (length !== view.length - HEADER_LENGTH) {
    throw new TestabilityError(`LEN says ${length} octets of data, there are ${view.length - HEADER_LENGTH}`);
  }
  if (view[12] !== VERSION || view[13] !== VERSION) {
    throw new TestabilityError(`protocol version ${view[12]}, interface version ${view[13]}`);
  }
  const group = view.readUInt8(2);
  return {
    serviceId: view.readUInt16BE(0),
    event: group >= 0x80,
    group: group & 0x7f,
    primitive: view.readUInt8(3),
    type: view.readUInt8(14),
    result: view.readUInt8(15),
    data: Uint8Array.from(view.subarray(HEADER_LENGTH)),
  };
};

const encode = (
  name: PrimitiveName,
  type: number,
  result: number,
  data: Uint8Array,
  serviceId: number,
): Buffer => {
  const { group, id } = PRIMITIVES[name];
  return encodeMessage({ serviceId, event: type === TYPE.EVENT, group, primitive: id, type, result, data });
};

const expect = (name: PrimitiveName, type: number, message: Message): void => {
  const { group, id } = PRIMITIVES[name];
  const right = message.group === group && message.primitive === id && message.type === type;
  if (!right || message.event !== (type === TYPE.EVENT)) {
    throw new TestabilityError(
      `not ${name}: group ${message.group}, primitive ${message.primitive}, type ${message.type}`,
    );
  }
};

export const encodeRequest = <P extends PrimitiveName>(
  name: P,
  values: Request<P>,
  serviceId: number = DEFAULT_SERVICE_ID,
): Buffer => {
  const layout: Layout = PRIMITIVES[name].request;
  return encode(name, TYPE.REQUEST, 0, encodeValues(layout, values as Values<Layout>), serviceId);
};

export const decodeRequest = <P extends PrimitiveName>(name: P, message: Message): Request<P> => {
  expect(name, TYPE.REQUEST, message);
  return decodeValues(PRIMITIVES[name].request as Layout, message.data) as Request<P>;
};

/** Only a response with E_OK has data; null: none. */
export const encodeResponse = <P extends PrimitiveName>(
  name: P,
  result: number,
  values: Response<P> | null,
  serviceId: number = DEFAULT_SERVICE_ID,
): Buffer => {
  const layout: Layout = PRIMITIVES[name].response;
  const data = values === null ? new Uint8Array() : encodeValues(layout, values as Values<Layout>);
  return encode(name, TYPE.RESPONSE, result, data, serviceId);
};

export const decodeResponse = <P extends PrimitiveName>(name: P, message: Message): Response<P> | null => {
  expect(name, TYPE.RESPONSE, message);
  if (message.result !== RESULT.E_OK) return null;
  return decodeValues(PRIMITIVES[name].response as Layout, message.data) as Response<P>;
};

export const encodeEvent = <P extends EventName>(
  name: P,
  values: Event<P>,
  serviceId: number = DEFAULT_SERVICE_ID,
): Buffer => {
  const layout: Layout = PRIMITIVES[name].event;
  return encode(name, TYPE.EVENT, 0, encodeValues(layout, values as Values<Layout>), serviceId);
};

export const decodeEvent = <P extends EventName>(name: P, message: Message): Event<P> => {
  expect(name, TYPE.EVENT, message);
  return decodeValues(PRIMITIVES[name].event as Layout, message.data) as Event<P>;
};
