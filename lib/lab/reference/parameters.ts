import { PARAMETER, RESULT } from '../../target/testability/message.ts';
import { precedence } from '../../wire/index.ts';
import type { Patience } from './behaviour.ts';
import type { UserSocket } from './user-sockets.ts';

const WIDTHS: Readonly<Record<number, number>> = {
  [PARAMETER.TTL]: 1,
  [PARAMETER.TOS]: 1,
  [PARAMETER.NAGLE]: 1,
  [PARAMETER.ERROR_REPORTS]: 1,
  [PARAMETER.USER_TIMEOUT]: 2,
  [PARAMETER.KEEP_ALIVE]: 2,
  [PARAMETER.RAISING_PRECEDENCE]: 1,
  [PARAMETER.RECEIVE_BUFFER]: 4,
  [PARAMETER.READING]: 1,
};

/** CONFIGURE_SOCKET: what the user wishes of connections yet to be opened; reading can be changed at any time. */
export function configure(socket: UserSocket, parameter: number, octets: Uint8Array): number {
  const width = WIDTHS[parameter];
  if (width === undefined) return RESULT.E_NTF;
  if (octets.length !== width) return RESULT.E_INV;
  const value = octets.reduce((word, octet) => word * 256 + octet, 0);
  if (parameter === PARAMETER.READING) {
    socket.wishes = { ...socket.wishes, reading: value !== 0 };
    socket.connection?.read(value !== 0);
    return RESULT.E_OK;
  }
  const { connection } = socket;
  const patience = patienceOf(parameter, value);
  if (patience) {
    socket.wishes = { ...socket.wishes, patience: { ...socket.wishes.patience, ...patience } };
    connection?.asks(patience);
    return RESULT.E_OK;
  }
  if (connection && (parameter === PARAMETER.TTL || parameter === PARAMETER.TOS)) {
    const chosen = parameter === PARAMETER.TTL ? { ttl: value } : { diffserv: value >>> 2 };
    connection.header = { ...connection.header, ...chosen };
    return RESULT.E_OK;
  }
  if (connection && parameter === PARAMETER.NAGLE) {
    connection.combines(value !== 0);
    return RESULT.E_OK;
  }
  // A connection begins without it.
  if (parameter === PARAMETER.NAGLE) return value === 0 ? RESULT.E_OK : RESULT.E_NTF;
  if (connection) return RESULT.E_TCP_CAE;
  const { header = {} } = socket.wishes;
  if (parameter === PARAMETER.TTL) socket.wishes = { ...socket.wishes, header: { ...header, ttl: value } };
  if (parameter === PARAMETER.TOS) {
    // Precedence alone may be raised later.
    const diffserv = (value & 0x1f) === 0 ? {} : { header: { ...header, diffserv: value >>> 2 } };
    socket.wishes = { ...socket.wishes, precedence: precedence(value), ...diffserv };
  }
  if (parameter === PARAMETER.RECEIVE_BUFFER)
    socket.wishes = { ...socket.wishes, buffer: Math.min(value, 0xffff) };
  if (parameter === PARAMETER.RAISING_PRECEDENCE)
    socket.wishes = { ...socket.wishes, mayRaisePrecedence: value !== 0 };
  return RESULT.E_OK;
}

function patienceOf(parameter: number, value: number): Patience | undefined {
  const milliseconds = value > 0 ? 1000 * value : undefined;
  if (parameter === PARAMETER.ERROR_REPORTS) return { reports: value !== 0 };
  if (parameter === PARAMETER.USER_TIMEOUT) return { r2: milliseconds };
  return parameter === PARAMETER.KEEP_ALIVE ? { keepAlive: milliseconds } : undefined;
}
