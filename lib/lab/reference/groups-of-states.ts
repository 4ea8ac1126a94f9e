import type { State } from '../../standard/state.ts';

/** There is no connection yet, or none any more. */
export const UNOPENED: readonly State[] = ['CLOSED', 'LISTEN'];

/** Our SYN waits for its acknowledgment. */
export const OPENING: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED'];

/** Text goes out. */
export const SENDING: readonly State[] = ['ESTABLISHED', 'CLOSE-WAIT'];

/** Our FIN waits for its acknowledgment. */
export const CLOSING: readonly State[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

/** The peer has sent its FIN. */
export const FIN_TAKEN: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];

/** ABORT tells the peer (RFC 793 page 62). */
export const RESET_BY_ABORT: readonly State[] = [
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
];
