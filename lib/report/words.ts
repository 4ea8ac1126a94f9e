import type { Step } from '../catalogue/steps.ts';
import type { Evidence } from '../verdict/evidence.ts';
import type { OptionFault } from '../verdict/reply-options.ts';

/** What a proof has seen; what it came to last stands last. */
export const EVIDENCE_SENTENCES: Readonly<Record<Evidence, string>> = {
  'stray ACK reset': 'an ACK of no connection was reset',
  'stray ACK acknowledged': 'an ACK of no connection was answered as if there were a connection',
  'stray ACK not reset': 'an ACK of no connection was not reset',
  'SYN,ACK acknowledged': 'a right SYN,ACK was acknowledged',
  'SYN,ACK challenged': 'a right SYN,ACK was answered as if there were a connection',
  'SYN,ACK reset': 'a right SYN,ACK was reset',
  'SYN,ACK unanswered': 'a right SYN,ACK was not answered',
  'SYN acknowledged': 'a new SYN was answered by its SYN,ACK',
  'SYN answered by a wrong SYN': 'a new SYN was answered by a SYN with a wrong acknowledgment',
  'SYN answered as by a connection': 'a new SYN was answered as if there were a connection',
  'SYN begins another connection': 'a new SYN begins another connection',
  'SYN crosses its own': 'a new SYN crosses its own SYN',
  'SYN reset': 'a new SYN was reset',
  'SYN unanswered': 'a new SYN was not answered',
  'only a SYN answered': 'only a new SYN was answered',
  'SYN answered as in CLOSING': 'but a SYN was answered as in CLOSING',
  'old text acknowledged': 'old text was acknowledged',
  'old text reset': 'old text was reset',
  'old text unanswered': 'old text was not answered',
  'unsent ACK answered': 'an ACK of what it has not sent was answered',
  'unsent ACK reset': 'an ACK of what it has not sent was reset',
  'new text acknowledged': 'but new text was acknowledged',
  'new text reset': 'new text was reset',
  'new text unanswered': 'new text was not answered',
  'new text taken': 'but it takes new text',
  'new text not taken': 'but it takes no text',
  'new text taken without an ACK of its SYN': 'it takes new text that does not acknowledge its SYN',
  'new text not taken without an ACK of its SYN': 'it takes no text that does not acknowledge its SYN',
  'user accepted': 'its user has accepted the connection',
  'user has no connection': 'but its user has not got the connection',
  'user sends': 'its user can send',
  'user does not send': 'but its user cannot send',
  'application sends': 'its application can send',
  'new incarnation': 'a new connection was begun',
  'SYN with another ISS': 'it sent a SYN with another ISS',
  'SYN again': 'but its SYN is sent again',
  'SYN again without ACK': 'its SYN is sent again, without ACK',
  'SYN,ACK again': 'its SYN,ACK is sent again',
  'SYN,ACK again before its user could send': 'its SYN,ACK was sent again before its user could send',
  'SYN,ACK not again': 'its SYN,ACK is not sent again',
  'SYN,ACK never again': 'but this target never sends a SYN,ACK again',
  'FIN again': 'its FIN is sent again',
  'FIN not again': 'its FIN is not sent again',
  'FIN never again': 'but this target never sends a FIN again',
  'FIN does not lead to TIME-WAIT': 'but a FIN does not lead it to TIME-WAIT',
  'ACK of its SYN opens it': 'but an ACK of its SYN opens it',
  'ACK of its FIN ends it': 'but an ACK of its FIN ends it',
  'ACK of its FIN does not end it': 'but an ACK of its FIN does not end it',
  'ACK of its FIN does not lead to TIME-WAIT': 'but an ACK of its FIN does not lead it to TIME-WAIT',
  'closed ports are silent, and it calls again': 'as on each of its closed ports, and it calls again',
  'closed ports are silent, and a listener answers':
    'as on each of its closed ports, while an open port answers',
  'left out: it ends the target': 'not tried, since the proof ends the target',
};

/** The rule that an option breaks, and who says so. */
export const OPTION_SENTENCES: Readonly<Record<OptionFault, string>> = {
  'MSS without SYN': 'a maximum segment size is sent in SYNs alone (RFC 793 3.1, RFC 9293 MUST-65)',
  'window scale without SYN': 'a window scale is sent in SYNs alone (RFC 7323 2.2)',
  'window scale not offered':
    'a window scale in a SYN,ACK answers one in the SYN, and that had none (RFC 7323 2.2)',
  'SACK-permitted without SYN': 'SACK-permitted is sent in SYNs alone (RFC 2018 2)',
  'SACK not permitted': 'SACK blocks are sent to a peer that has permitted them, and it had not (RFC 2018 4)',
  'timestamps not offered':
    'timestamps in a SYN,ACK answer those in the SYN, and that had none (RFC 7323 3.2)',
  'timestamps not negotiated': 'timestamps are sent where both SYNs had them (RFC 1323 3.2, RFC 7323 3.2)',
  'timestamps missing': 'timestamps that were negotiated are in every segment but a RST (RFC 7323 3.2)',
  'option length': 'an option has its own length (RFC 793 3.1, RFC 9293 MUST-68)',
  'padding not zero': 'what follows the end of the options is zero (RFC 793 3.1, RFC 9293 MUST-69)',
  'reserved bits': 'reserved bits are zero in what is sent (RFC 793 3.1, RFC 9293 3.1)',
};

/** What was sent, or who was told, and what must come back. */
export const STEP_WORDS: Readonly<Record<Step, { readonly what: string; readonly reply: string }>> = {
  'SYN to any port': { what: 'a SYN to any port', reply: 'answer to a SYN' },
  'SYN to a closed port': { what: 'a SYN to a closed port', reply: 'reset of a SYN to a closed port' },
  'ACK to a closed port': { what: 'an ACK to a closed port', reply: 'reset of an ACK to a closed port' },
  'RST to a closed port': { what: 'a RST to a closed port', reply: 'answer to a RST' },
  'SYN to LISTEN': { what: 'a SYN to a port that listens', reply: 'SYN,ACK' },
  'ACK to SYN-RECEIVED': {
    what: 'the acknowledgment of its SYN,ACK',
    reply: 'answer to the acknowledgment of its SYN,ACK',
  },
  OPEN: { what: 'the call to open a connection', reply: 'SYN' },
  'SYN,ACK to SYN-SENT': { what: 'the SYN,ACK to its SYN', reply: 'ACK of a SYN,ACK' },
  'SYN to SYN-SENT': { what: 'a SYN that crosses its own', reply: 'SYN,ACK to a SYN that crosses its own' },
  CLOSE: { what: 'the call to close', reply: 'FIN' },
  FIN: { what: 'a FIN', reply: 'ACK of a FIN' },
};
