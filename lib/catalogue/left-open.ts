import type { SegmentNotation } from '../notation/index.ts';
import type { Choice } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';

/**
 * Why a case allows replies of different kinds: one sentence for each text that leaves it open. An outcome of another kind
 * than the other outcomes names its sentence.
 */
export const LEFT_OPEN = {
  'RFC 5961 by choice': 'RFC 9293 3.10.7.4 leaves each check of RFC 5961 to the implementer.',
  'ACK check': 'RFC 5961 5.2 makes its check of the ACK field a MAY.',
  'RST check before a connection':
    'RFC 5961 3.2 first mentions synchronized states, and then words the outcome for all states but SYN-SENT.',
  'RST in TIME-WAIT': 'RFC 1337 3 lets a TCP ignore every reset in TIME-WAIT.',
  'begins further on':
    'RFC 793 does not say whether to acknowledge a segment beyond the left edge of the window; RFC 1122 4.2.2.21 says that a TCP MAY.',
  'held for later':
    'RFC 793 3.9 first lets a TCP hold a segment that does not begin at RCV.NXT until the missing octets have arrived.',
  'SYN trimmed off':
    'RFC 5961 4.2 answers a SYN with any number; RFC 793 3.9 first lets a TCP trim off an old SYN before that.',
  'text behind the FIN':
    "RFC 793 3.9 seventh ignores text after the peer's FIN, and does not say whether it gets an ACK.",
  'FIN in CLOSING':
    "RFC 793 3.9 eighth acknowledges a FIN in CLOSING; by the letter of the fifth step, a segment that does not acknowledge the target's FIN is ignored before.",
  'ACK lost by the sequence check':
    'RFC 9293 A.2 says that the sequence check loses an acknowledgment here, and leaves the remedy to the implementer.',
  'simultaneous open':
    "By the sequence check of RFC 793 3.9 the SYN,ACK gets an ACK; by RFC 793 figure 8 it establishes the connection; RFC 1122 4.2.2.10 corrects the figure's answer to it.",
  'ends of the segment':
    'RFC 793 3.9 first refuses a segment when both ends are outside the window, but also lets a TCP trim it to the part inside.',
  'ACK in TIME-WAIT':
    "RFC 793 3.9 fifth acknowledges any segment that comes that far in TIME-WAIT, because it expects only the peer's FIN there.",
  'closed window':
    'RFC 793 3.7 (RFC 9293 3.8.6.1) acknowledges any segment at a closed window; the steps of 3.9 have no answer to this one.',
  'ACK of SND.UNA':
    'RFC 793 3.9 fifth prints SND.UNA =< SEG.ACK, by which this ACK establishes the connection; its erratum 3301 corrects that to <.',
  PAWS: 'RFC 7323 5.3 checks the timestamp where PAWS is used; its appendix D checks it whenever timestamps were negotiated.',
  'timestamp missing':
    'RFC 7323 3.2 says only that a segment without the negotiated timestamp SHOULD be dropped.',
  'list of states':
    'RFC 793 3.4 resets in every synchronized state; the third step of 3.9 names only ESTABLISHED.',
  'levels of security': 'RFC 9293 A.1.2 lets a TCP that has no levels of security ignore the option.',
  'reopening by choice':
    'RFC 1122 4.2.2.13 says that a SYN MAY reopen a connection in TIME-WAIT; otherwise a TCP treats it as in other states.',
  'RFC 6191 by choice':
    'RFC 9293 3.6.1 says that a TCP SHOULD use RFC 6191 for a SYN in TIME-WAIT; a TCP without it treats the SYN as in other states.',
  'probe of a closed window':
    'RFC 793 3.7 (RFC 9293 3.8.6.1) has a sender probe a closed window regularly, and does not say when the first probe comes.',
  'FIN beyond the window':
    'RFC 793 3.9 CLOSE sends the FIN when all text is in segments; by its glossary nothing is sent beyond the window, and a FIN takes a place in it.',
  'congestion window':
    'RFC 5681 3.1 has a TCP send no more than its congestion window takes, which is one segment after text was sent again.',
  'shrunk window':
    'RFC 1122 4.2.2.16 (RFC 9293 SHLD-15) says that a sender SHOULD NOT send new text into a window that has shrunk.',
  Nagle:
    'RFC 793 3.8 lets a TCP combine text; RFC 1122 4.2.3.4 (RFC 9293 SHLD-7) says that a small segment SHOULD wait while text is in flight.',
  'window update': 'No document says whether a TCP tells at once of a window that its user has opened.',
  'rate of challenge ACKs':
    'RFC 5961 7 says that the rate of challenge ACKs SHOULD be limited, and leaves the limit to the implementer.',
  'abort by ICMP':
    'RFC 1122 4.2.3.9 (RFC 9293 3.9.2.2) says that hard errors SHOULD abort the connection, and not whether the peer is told.',
  'not unicast': 'RFC 793 does not mention segments to a broadcast or multicast address.',
  'source address': 'RFC 793 does not mention source addresses that no packet may come from.',
  'listener closed':
    'RFC 793 3.8 has one TCB for a LISTEN and what becomes of it; no document says what a LISTEN leaves behind that has many.',
  'illegal option length':
    'RFC 793 does not mention illegal option lengths; RFC 1122 4.2.2.5 (RFC 9293 3.1) says that a TCP must be prepared for them, and only suggests a reset.',
  'data offset':
    'No document mentions an impossible data offset; RFC 793 3.4 group 3 acknowledges an unacceptable segment, but names only wrong numbers as reasons.',
  'data offset in CLOSED':
    'RFC 793 3.4 group 1 resets any segment except a reset; no document says whether something with an impossible data offset is a segment.',
} as const satisfies Readonly<Record<string, string>>;

export type LeftOpen = keyof typeof LEFT_OPEN;

type Outcomes = readonly {
  readonly reply: readonly SegmentNotation[];
  readonly leftOpen?: LeftOpen;
  readonly when?: Choice;
}[];

export const REPLY_KINDS = ['silence', 'RST', 'SYN', 'ACK'] as const;

type ReplyKind = (typeof REPLY_KINDS)[number];

function kindOf({ reply }: Outcomes[number]): ReplyKind {
  const [segment] = reply;
  if (!segment) return 'silence';
  const { ctl } = segment;
  return ctl.includes('RST') ? 'RST' : ctl.includes('SYN') ? 'SYN' : 'ACK';
}

/** The kinds of reply that the outcomes allow. Every other kind is a deviation, whatever its fields and the state after. */
export const replyKinds = (outcomes: Outcomes): ReadonlySet<ReplyKind> => new Set(outcomes.map(kindOf));

/** Whether the outcomes allow so much that they must name a text: replies of three kinds, or silence besides a reply. */
export function isOpen(outcomes: Outcomes): boolean {
  const kinds = replyKinds(outcomes);
  return kinds.size >= 3 || (kinds.size === 2 && kinds.has('silence'));
}

const textsOf = ({ leftOpen, when }: Outcomes[number]): readonly LeftOpen[] => [
  ...(leftOpen === undefined ? [] : [leftOpen]),
  ...(when === undefined ? [] : (['RFC 5961 by choice'] as const)),
];

/** The sentences that say why the outcomes of a case under one profile are as open as they are; none where they are not. */
export const sentences = (outcomes: Outcomes): readonly string[] =>
  isOpen(outcomes) ? [...new Set(outcomes.flatMap(textsOf))].map((name) => LEFT_OPEN[name]) : [];

/** The sentences of a case by profile; undefined where it is open under none. */
export function sentencesByProfile(
  expect: Readonly<Record<Profile, Outcomes>>,
): Partial<Record<Profile, readonly string[]>> | undefined {
  const said = new Map([...new Set(Object.values(expect))].map((one) => [one, sentences(one)]));
  const open = Object.entries(expect).flatMap(([profile, outcomes]) => {
    const own = said.get(outcomes) ?? [];
    return own.length > 0 ? [[profile, own] as const] : [];
  });
  return open.length > 0 ? Object.fromEntries(open) : undefined;
}
