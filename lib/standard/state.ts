/** The eleven states of a connection, in the order of RFC 9293 section 3.3.2, with CLOSED first. */
export const STATES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const;

export type State = (typeof STATES)[number];

/** The states of group 3 of "Reset Generation" (RFC 793 section 3.4): both sides know each other's numbers. */
export const SYNCHRONIZED: readonly State[] = [
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];

/** The synchronized states in which the TCP has received the peer's FIN. */
export const FIN_RECEIVED: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];

/** How SYN-RECEIVED was entered: from LISTEN (passive) or from SYN-SENT (active; RFC 1122 section 4.2.2.11). */
export type Origin = 'passive' | 'active';
