import type { Step } from '../catalogue/steps.ts';
import type { Evidence } from '../verdict/evidence.ts';
import type { LACKS, OBSTACLES } from '../verdict/lack.ts';
import type { OptionFault } from '../verdict/reply-options.ts';

/** What a proof has seen, in its order. */
export const EVIDENCE_SENTENCES: Readonly<Record<Evidence, string>> = {
  'stray ACK reset': 'a stray ACK was reset',
  'stray ACK acknowledged': 'a stray ACK was answered as if there were a connection',
  'stray ACK not reset': 'a stray ACK was not reset',
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
  'unsent ACK answered': 'an ACK of octets never sent was answered',
  'unsent ACK reset': 'an ACK of octets never sent was reset',
  'new text acknowledged': 'but new text was acknowledged',
  'new text reset': 'new text was reset',
  'new text unanswered': 'new text was not answered',
  'new text taken': 'but it takes new text',
  'new text not taken': 'but it takes no text',
  'new text taken without an ACK of its SYN': 'it takes new text that does not acknowledge its SYN',
  'new text not taken without an ACK of its SYN': 'it takes no text that does not acknowledge its SYN',
  'user accepted': 'its user has accepted the connection',
  'user has no connection': 'but its user was not given the connection',
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
  'ACK of its SYN opens it': 'an ACK of its SYN opens it',
  'ACK of its FIN ends it': 'but an ACK of its FIN ends it',
  'ACK of nothing new ends it': 'but an ACK that acknowledges nothing new ends it',
  'ACK of its FIN does not end it': 'but an ACK of its FIN does not end it',
  'ACK of its FIN does not lead to TIME-WAIT': 'but an ACK of its FIN does not lead it to TIME-WAIT',
  'closed ports are silent, and it calls again': 'as on its closed ports, and the target connects again',
  'closed ports are silent, and a listener answers': 'as on its closed ports, while an open port answers',
  'left out: it ends the target': 'not tried: the proof kills the target',
};

/** The rule that an option breaks, and where it is written. */
export const OPTION_SENTENCES: Readonly<Record<OptionFault, string>> = {
  'MSS without SYN': 'only a SYN carries a maximum segment size (RFC 793 3.1, RFC 9293 MUST-65)',
  'window scale without SYN': 'only a SYN carries a window scale (RFC 7323 2.2)',
  'window scale not offered': 'a SYN,ACK has a window scale only if the SYN had one (RFC 7323 2.2)',
  'SACK-permitted without SYN': 'only a SYN carries SACK-permitted (RFC 2018 2)',
  'SACK not permitted': 'SACK blocks are sent only to a peer that has permitted them (RFC 2018 4)',
  'timestamps not offered': 'a SYN,ACK has timestamps only if the SYN had them (RFC 7323 3.2)',
  'timestamps not negotiated': 'timestamps are sent only if both SYNs had them (RFC 1323 3.2, RFC 7323 3.2)',
  'timestamps missing': 'negotiated timestamps are in every segment but a RST (RFC 7323 3.2)',
  'option length': 'an option has the length that its document gives it (RFC 793 3.1, RFC 9293 MUST-68)',
  'padding not zero': 'the octets after the end of the options are zero (RFC 793 3.1, RFC 9293 MUST-69)',
  'reserved bits': 'reserved bits are sent as zero (RFC 793 3.1, RFC 9293 3.1)',
};

/** What was sent or called, and what must come back. */
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

const COMMANDED = 'this needs an upper tester';

/** What a target, or what moves its user, cannot do. */
export const LACK_SENTENCES: Readonly<Record<(typeof LACKS)[number], string>> = {
  'simultaneous open': 'the target file says that the target has no simultaneous open',
  timestamps: 'the target file says that the target has no timestamps',
  'half close': 'the target file says that the target has no half close',
  'several segments in flight':
    'the target file says that the target has one segment of text in flight at most',
  'ABORT at any time': "the target's user cannot abort a connection when all that it sent is acknowledged",
  commands: `the application on the target takes no commands: ${COMMANDED}`,
  'passive OPEN': 'the target only opens connections: this needs a service',
  'active OPEN': 'a service never opens a connection: this needs a command or an upper tester',
  'SEND on command': `no application of the target sends on command: ${COMMANDED}`,
  'stopping to read': `no application of the target stops reading: ${COMMANDED}`,
  precedence: `no application of the target asks for precedence: ${COMMANDED}`,
  'small window': `no application of the target asks for a small window: ${COMMANDED}`,
  'staying open': 'no application leaves a connection open by itself',
  'staying open after a FIN': "no application keeps its end open after the tester's FIN",
  'closing after a FIN': "no application closes its end after the tester's FIN",
  'closing first': 'no application closes first',
  'closing first by a half close': 'no application closes first by a half close',
  'closing first both ways': 'no application closes first by closing both ways',
  'waiting for the peer to speak first':
    'the service sends text at once, which looks like a reply to the ACK that establishes the connection',
  'being given a crowd of connections':
    'its application is given each connection at the SYN, and may have no room for so many',
  'being spoken to first': "the target's application closes when text arrives before it has sent its own",
  'own listener': "the tester cannot tell the target's user to listen",
  'closing its listener': "the target's user cannot close its listener",
  'control of RECEIVE': "the tester cannot tell the target's user when to receive",
  'count of delivered text': "the target's user cannot tell how much text it received",
  'marked text': "the target's user cannot send pushed or urgent text",
  'settings of a connection': "the target's user cannot change the settings of a connection",
  'what its user was told': "the target's user cannot say what it was told",
  'OPEN to another address':
    "the tester cannot tell the target's user to open to an address that is not the tester's",
  'leave to forge sources':
    'outside the lab, the tester sends from addresses of its own alone, unless --forge-sources lets it do more',
};

/** Why a state was not reached. */
export const OBSTACLE_SENTENCES: Readonly<Record<(typeof OBSTACLES)[number], string>> = {
  'connection not accepted': 'the target did not report that it accepted the connection',
  'timestamps not negotiated': 'the target does not negotiate timestamps',
  'no greeting': 'the application did not send the text that it begins with',
  'text missing': 'the target did not send all the text that the tester asked for',
  'other text': 'the target sent other text than the tester asked for',
  'old text unanswered': 'the target does not answer old text',
};
