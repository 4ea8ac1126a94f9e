import type { RuleId } from '../standard/rules.ts';
import { parseReply } from './resolve.ts';
import type { Reply } from './scenario.ts';

/**
 * The exchanges that find a TCP and open and close a connection: a segment that the target must answer, or a user call (RFC 9293
 * section 3.9.1) that must make it send one. A recipe that fails names the step.
 */
export const STEPS = [
  'SYN to any port',
  'SYN to a closed port',
  'ACK to a closed port',
  'RST to a closed port',
  'SYN to LISTEN',
  'ACK to SYN-RECEIVED',
  'OPEN',
  'SYN,ACK to SYN-SENT',
  'SYN to SYN-SENT',
  'CLOSE',
  'FIN',
] as const;
export type Step = (typeof STEPS)[number];

/**
 * The reply that each step must have, in terms of the segment that was sent; undefined
 * where any will do, or where the target's user is to be told instead.
 */
export const REPLIES: Readonly<Record<Step, Reply | undefined>> = {
  'SYN to any port': undefined,
  'SYN to a closed port': parseReply('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>'),
  'ACK to a closed port': parseReply('<SEQ=SEG.ACK><CTL=RST>'),
  'RST to a closed port': parseReply('silence'),
  'SYN to LISTEN': parseReply('<SEQ=ANY><ACK=SEG.SEQ+1><CTL=SYN,ACK>'),
  'ACK to SYN-RECEIVED': undefined,
  OPEN: parseReply('<SEQ=ANY><CTL=SYN>'),
  'SYN,ACK to SYN-SENT': parseReply('<SEQ=SEG.ACK><ACK=SEG.SEQ+1><CTL=ACK>'),
  'SYN to SYN-SENT': parseReply('<SEQ=ANY><ACK=SEG.SEQ+1><CTL=SYN,ACK>'),
  CLOSE: parseReply('<SEQ=ANY><ACK=ANY><CTL=FIN,ACK>'),
  FIN: parseReply('<SEQ=ANY><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>'),
};

/** The rules behind each step. */
export const STEP_RULES: Readonly<Record<Step, readonly RuleId[]>> = {
  'SYN to any port': ['3.10.7 any state'],
  'SYN to a closed port': ['3.5.2 group 1', '3.10.7.1'],
  'ACK to a closed port': ['3.5.2 group 1', '3.10.7.1'],
  'RST to a closed port': ['3.10.7.1'],
  'SYN to LISTEN': ['3.10.7.2 third'],
  'ACK to SYN-RECEIVED': ['3.10.7.4 fifth'],
  OPEN: ['3.10.1 active OPEN'],
  'SYN,ACK to SYN-SENT': ['3.10.7.3 fourth'],
  'SYN to SYN-SENT': ['3.10.7.3 fourth'],
  CLOSE: ['3.10.4 CLOSE'],
  FIN: ['3.10.7.4 eighth'],
};

/** The case of the same step. A baseline that accepts the case accepts a finding of the step, too. None for user calls. */
export const STEP_CASES: Readonly<Partial<Record<Step, string>>> = {
  'SYN to a closed port': 'closed.syn.empty',
  'ACK to a closed port': 'closed.ack.empty',
  'RST to a closed port': 'closed.rst.empty',
  'SYN to LISTEN': 'listen.syn.empty',
  'SYN,ACK to SYN-SENT': 'syn-sent.syn-ack.good',
  'SYN to SYN-SENT': 'syn-sent.syn.empty',
  FIN: 'established.fin.in-order',
};
