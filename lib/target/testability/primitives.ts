/** The primitives of the Testability Protocol 1.2.0. */
import type { Layout } from './layout.ts';

export const DEFAULT_SERVICE_ID = 0x0105;

export const GROUP = { GENERAL: 0x00, UDP: 0x01, TCP: 0x02, VENDOR: 0x7f } as const;

export const RESULT = {
  E_OK: 0x00,
  E_NOK: 0x01,
  E_TCP_COR: 0xe2,
  E_TCP_CAT: 0xe3,
  E_TCP_CRE: 0xe4,
  E_TCP_CNE: 0xe5,
  E_TCP_COC: 0xe6,
  E_TCP_CAE: 0xe7,
  E_TCP_INR: 0xe8,
  E_TCP_ILP: 0xe9,
  E_TCP_FSU: 0xea,
  E_TCP_PNA: 0xeb,
  E_IIF: 0xec,
  E_UBS: 0xed,
  E_UCS: 0xee,
  E_ISD: 0xef,
  E_INV: 0xfc,
  E_ISB: 0xfd,
  E_PEN: 0xfe,
  E_NTF: 0xff,
} as const;

export type ResultName = keyof typeof RESULT;

export const resultName = (result: number): string =>
  Object.entries(RESULT).find(([, value]) => value === result)?.[0] ?? `0x${result.toString(16)}`;

/** paramId of CONFIGURE_SOCKET. Ours count down from 0xFFFF. */
export const PARAMETER = {
  TTL: 0,
  PRIORITY: 1,
  DONT_FRAGMENT: 2,
  IP_TIMESTAMP: 3,
  TOS: 4,
  MSS: 5,
  NAGLE: 6,
  UDP_CHECKSUM: 7,
  ERROR_REPORTS: 0xfff9,
  USER_TIMEOUT: 0xfffa,
  KEEP_ALIVE: 0xfffb,
  RAISING_PRECEDENCE: 0xfffc,
  RECEIVE_BUFFER: 0xfffe,
  READING: 0xffff,
} as const;

/** Flags of SEND_DATA, as in the TCP header. */
export const SEND_FLAG = { PSH: 0x08, URG: 0x20 } as const;

/** typeId of SHUTDOWN. */
export const SHUTDOWN = { rx: 0, tx: 1, both: 2 } as const;

/** Bits of CAPABILITIES. */
export const CAPABILITY = { STOP_READING: 1, RECEIVE_BUFFER: 2, ZERO_WINDOW: 4, STATE: 8 } as const;

/** localPort of CREATE_AND_BIND: any port. */
export const ANY_PORT = 0xffff;

/** maxCon of LISTEN_AND_ACCEPT and maxLen of RECEIVE_AND_FORWARD: no limit. */
export const UNLIMITED = 0xffff;

interface Primitive {
  readonly group: number;
  readonly id: number;
  readonly request: Layout;
  readonly response: Layout;
  readonly event?: Layout;
}

const CREATE: Layout & { doBind: 'bool'; localPort: 'u16'; localAddress: 'address' } = {
  doBind: 'bool',
  localPort: 'u16',
  localAddress: 'address',
};

export const PRIMITIVES = {
  GET_VERSION: {
    group: GROUP.GENERAL,
    id: 0x01,
    request: {},
    response: { major: 'u16', minor: 'u16', patch: 'u16' },
  },
  START_TEST: { group: GROUP.GENERAL, id: 0x02, request: {}, response: {} },
  END_TEST: { group: GROUP.GENERAL, id: 0x03, request: { testCaseId: 'u16', name: 'text' }, response: {} },
  CLOSE_SOCKET: { group: GROUP.TCP, id: 0x00, request: { socketId: 'u16', abort: 'bool' }, response: {} },
  CREATE_AND_BIND: { group: GROUP.TCP, id: 0x01, request: CREATE, response: { socketId: 'u16' } },
  SEND_DATA: {
    group: GROUP.TCP,
    id: 0x02,
    request: { socketId: 'u16', totalLength: 'u16', flags: 'u8', data: 'octets' },
    response: {},
  },
  RECEIVE_AND_FORWARD: {
    group: GROUP.TCP,
    id: 0x03,
    request: { socketId: 'u16', maxForward: 'u16', maxLength: 'u16' },
    response: { dropped: 'u16' },
    event: { fullLength: 'u16', payload: 'octets' },
  },
  LISTEN_AND_ACCEPT: {
    group: GROUP.TCP,
    id: 0x04,
    request: { listenSocketId: 'u16', maxConnections: 'u16' },
    response: {},
    event: { listenSocketId: 'u16', socketId: 'u16', port: 'u16', address: 'address' },
  },
  CONNECT: {
    group: GROUP.TCP,
    id: 0x05,
    request: { socketId: 'u16', port: 'u16', address: 'address' },
    response: {},
  },
  CONFIGURE_SOCKET: {
    group: GROUP.TCP,
    id: 0x06,
    request: { socketId: 'u16', parameter: 'u16', value: 'octets' },
    response: {},
  },
  SHUTDOWN: { group: GROUP.TCP, id: 0x07, request: { socketId: 'u16', type: 'u8' }, response: {} },
  CREATE_AND_BIND_ZERO_WINDOW: {
    group: GROUP.VENDOR,
    id: 0x01,
    request: CREATE,
    response: { socketId: 'u16' },
  },
  CAPABILITIES: {
    group: GROUP.VENDOR,
    id: 0x02,
    request: {},
    response: { bits: 'u32', maxSockets: 'u16' },
  },
  GET_STATE: { group: GROUP.VENDOR, id: 0x03, request: { socketId: 'u16' }, response: { state: 'u8' } },
  GET_TOLD: {
    group: GROUP.VENDOR,
    id: 0x04,
    request: { socketId: 'u16' },
    response: { known: 'u16', told: 'u16' },
  },
} as const satisfies Record<string, Primitive>;

export type PrimitiveName = keyof typeof PRIMITIVES;

export const primitiveName = (group: number, id: number): PrimitiveName | undefined =>
  (Object.keys(PRIMITIVES) as PrimitiveName[]).find(
    (name) => PRIMITIVES[name].group === group && PRIMITIVES[name].id === id,
  );
