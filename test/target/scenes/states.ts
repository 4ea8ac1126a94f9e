/** Two cases for each state, with the same answer under any window, profile and limits of the kernel. */
export const CASES = {
  CLOSED: ['closed.ack.empty', 'closed.syn.empty'],
  'CLOSED by FINs': ['closed.after-fins.ack', 'closed.after-fins.syn'],
  'CLOSED by abort': ['closed.aborted.ack', 'closed.aborted.syn'],
  LISTEN: ['listen.syn.empty', 'listen.ack.empty'],
  'SYN-SENT': ['syn-sent.ack.iss', 'syn-sent.ack.beyond-snd-nxt'],
  'SYN-RECEIVED, passive': ['syn-received.passive.ack.beyond', 'syn-received.passive.ack.far-before'],
  'SYN-RECEIVED, active': ['syn-received.active.ack.beyond', 'syn-received.active.ack.far-before'],
  ESTABLISHED: ['established.text.beyond', 'established.text.old-duplicate'],
  'CLOSE-WAIT': ['close-wait.text.beyond', 'close-wait.text.old-duplicate'],
  'LAST-ACK': ['last-ack.text.beyond', 'last-ack.text.old-duplicate'],
  'FIN-WAIT-1': ['fin-wait-1.text.beyond', 'fin-wait-1.text.old-duplicate'],
  'FIN-WAIT-1, closed': ['fin-wait-1.orphan.old-text'],
  'FIN-WAIT-2': ['fin-wait-2.text.beyond', 'fin-wait-2.text.old-duplicate'],
  'FIN-WAIT-2, closed': ['fin-wait-2.orphan.old-text'],
  CLOSING: ['closing.text.beyond', 'closing.text.old-duplicate'],
  'TIME-WAIT': ['time-wait.text.beyond', 'time-wait.text.old-duplicate'],
} as const;

export type Reachable = keyof typeof CASES;
