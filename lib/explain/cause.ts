import type { RuleId } from '../standard/rules.ts';

/** The rules by which a conformant TCP sends this segment for this cause. */
export const CAUSES = {
  /* Resets: nobody is there. */
  'refused port': ['3.10.7.1', 'RFC 793 3.4 group 1'],
  'never was': ['3.10.7.1', 'RFC 793 3.4 group 1'],
  'ACK in LISTEN': ['3.10.7.2 second'],
  'unknown to the kernel': ['3.10.7.1', 'RFC 793 3.4 group 1'],
  'given up in SYN-SENT': ['3.10.7.1', '3.10.4 CLOSE'],
  'closed by FINs': ['3.10.7.1', '3.6 close'],
  'closed by its own reset': ['3.10.7.1', 'RFC 793 3.4 group 1'],
  "closed by the peer's reset": ['3.10.7.1', '3.10.7.4 second'],
  forgotten: ['3.10.7.1', '3.5.1 half-open'],
  'listener gone': ['3.10.7.1'],
  /* Resets: not synchronized. */
  'unacceptable ACK in SYN-SENT': ['3.10.7.3 first', 'RFC 793 3.4 group 2'],
  'half-open peer': ['3.10.7.3 first', 'RFC 9293 figure 9'],
  'unacceptable ACK in SYN-RECEIVED': ['3.10.7.4 fifth', 'RFC 793 3.4 group 2'],
  'full queue': ['3.10.7.1'],
  /* Resets: synchronized. */
  'text for a closed user': ['SHLD-3', 'RFC 1122 4.2.2.13 half-duplex'],
  'close with unread text': ['SHLD-3', 'RFC 1122 4.2.2.13 half-duplex'],
  abort: ['3.10.5 ABORT'],
  'end of retransmissions': ['MUST-20'],
  'end of keep-alives': ['3.8.4 no answer'],
  'user timeout': ['3.10.8 user timeout'],
  'SYN in the window': ['3.10.7.4 fourth'],
  'answer to a challenge ACK': ['3.10.7.1', 'RFC 5961 3.2'],
  security: ['3.10.7.4 third', 'RFC 793 3.4 security'],
  'third party': ['3.5.3 RST validity'],
  'sent again': ['3.5.3 RST processing'],
  unexplained: [],
  /* Empty ACKs. */
  'challenge to a SYN': ['RFC 5961 4.2', '3.10.7.4 fourth'],
  'challenge to a reset': ['RFC 5961 3.2', '3.10.7.4 second'],
  'ACK of octets never sent': ['3.10.7.4 fifth'],
  'ACK too old': ['RFC 5961 5.2'],
  'outside the window': ['3.10.7.4 first'],
  'old timestamp': ['RFC 7323 5.3 R1'],
  'keep-alive': ['3.8.4 no answer', '3.10.7.4 first'],
  'old text': ['3.10.7.4 first'],
  'closed window': ['RFC 9293 3.8.6.1'],
  'beyond a gap': ['3.10.7.4 first', 'RFC 1122 4.2.2.21'],
  'FIN again': ['3.10.7.4 eighth'],
  'after the FIN': ['3.10.7.4 seventh'],
  'no ACK in it': ['RFC 1122 4.2.2.21'],
  /* Nothing comes back, or ICMP alone. */
  'SYN unanswered': ['MUST-22'],
  'port unreachable': ['SHLD-26', 'MUST-54'],
  'protocol unreachable': ['SHLD-26', 'MUST-54'],
  'host unreachable': ['MUST-56', 'MUST-54'],
  'administratively prohibited': ['MUST-54'],
  'time exceeded': ['MUST-56', 'MUST-54'],
  'fragmentation needed': ['3.7.2 path MTU', 'MUST-54'],
  'black hole': ['3.7.2 path MTU'],
  'no acknowledgment': ['MUST-20'],
  'no reply': [],
} as const satisfies Record<string, readonly RuleId[]>;

export type Cause = keyof typeof CAUSES;

/** Resets that refuse a segment: the connection of their sender stays as it was. */
export const LEAVES_ITS_SENDER: ReadonlySet<Cause> = new Set<Cause>([
  'unacceptable ACK in SYN-SENT',
  'half-open peer',
  'unacceptable ACK in SYN-RECEIVED',
  'ACK in LISTEN',
]);

/** `certain`: nothing else is possible. `likely`: what would decide is named. `cannot tell`: the other candidates are named. */
export type Sureness = 'certain' | 'likely' | 'cannot tell';

/** Evidence for or against a cause, besides the fields of the segment. Frames are given by number. */
export type Sign =
  | { readonly kind: 'FIN'; readonly frame: number }
  | { readonly kind: 'both FINs'; readonly own: number; readonly peer: number }
  | { readonly kind: 'reset before'; readonly frame: number }
  | { readonly kind: 'connection of the peer'; readonly frame: number }
  | { readonly kind: 'other distance'; readonly ttl: number; readonly usual: number }
  | { readonly kind: 'other TTL, same distance'; readonly ttl: number; readonly usual: number }
  | { readonly kind: 'goes on'; readonly frame: number }
  | { readonly kind: 'both ways'; readonly frame: number }
  | { readonly kind: 'too soon'; readonly seconds: number; readonly roundTrip: number }
  | { readonly kind: 'bare'; readonly lacks: readonly ('window' | 'timestamps' | 'identification')[] }
  | { readonly kind: 'idle'; readonly seconds: number }
  | { readonly kind: 'window not moved'; readonly text: number }
  | { readonly kind: 'repeats'; readonly times: number; readonly since: number }
  | { readonly kind: 'probes'; readonly times: number; readonly since: number }
  | { readonly kind: 'SYN like a scan' }
  | { readonly kind: 'listens'; readonly frame: number }
  | { readonly kind: 'carries text'; readonly octets: number }
  | { readonly kind: 'capture begins' }
  | { readonly kind: 'answers before' }
  | { readonly kind: 'lost reset'; readonly text: number }
  | { readonly kind: 'ICMP'; readonly frame: number; readonly from: string; readonly mtu?: number }
  | { readonly kind: 'size'; readonly octets: number; readonly arrived: number };

/** What would decide where a cause is only likely. */
export type Decider =
  | 'capture at the sender'
  | 'call of the user'
  | 'listeners of the host'
  | 'earlier capture'
  | 'log of the host'
  | 'packet filters on the way'
  | 'loss on the way'
  | 'sender of the ICMP message';

/** Silence, or a segment without text; numbers as they are on the wire. */
export type Expected = 'silence' | { readonly seq: number; readonly ack?: number; readonly flags: number };

/** How the fields of a reset or an ACK relate to the segment that drew it, or to the TCB. */
export type FormKind =
  /** `<SEQ=SEG.ACK><CTL=RST>`: the answer of RFC 9293 3.5.2 to a segment with ACK. */
  | 'SEQ is the ACK field'
  /** `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>`: that to a segment without. */
  | 'ACK is SEQ plus length'
  /** `<SEQ=SND.NXT><CTL=RST>`, and with ACK=RCV.NXT. */
  | 'SEQ is SND.NXT'
  | 'SEQ is SND.NXT, ACK is RCV.NXT'
  /** `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>` */
  | 'SND.NXT and RCV.NXT'
  | 'other';

export interface Form {
  readonly kind: FormKind;
  readonly right: boolean;
  /** What was expected; only where the form is not right. */
  readonly expected?: readonly Expected[];
}
