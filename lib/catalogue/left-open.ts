import { parseSegment } from '../notation/index.ts';
import type { ResolvedOutcome } from './case.ts';
import type { Profile } from '../standard/profile.ts';

/**
 * Why a case allows replies of different kinds: which text leaves it open, one sentence each. An outcome that stands beside
 * one of another kind names its sentence.
 */
export const LEFT_OPEN = {
  'RFC 5961 by choice': 'RFC 9293 3.10.7.4 leaves each check of RFC 5961 to the implementer.',
  'ACK check': 'RFC 5961 5.2 makes its check of the ACK field a MAY.',
  'RST check before a connection':
    'RFC 5961 3.2 speaks of synchronized states first, and then words the outcome for all states but SYN-SENT.',
  'RST in TIME-WAIT': 'RFC 1337 3 lets a TCP ignore every reset in TIME-WAIT.',
  'begins further on':
    'RFC 1122 4.2.2.21 says that a TCP MAY acknowledge what is in the window but not at its left edge, which RFC 793 left open.',
  'held for later':
    'RFC 793 3.9 first lets a TCP hold back what does not begin at RCV.NXT, until what is missing has come.',
  'SYN trimmed off':
    'RFC 5961 4.2 answers a SYN whatever its number; RFC 793 3.9 first lets a TCP trim it off before that, where it is old.',
  'text behind the FIN':
    "RFC 793 3.9 seventh has text behind the peer's FIN ignored, and does not say whether an ACK answers it.",
  'FIN in CLOSING':
    'RFC 793 3.9 eighth acknowledges a FIN in CLOSING; by the letter of the fifth step, a segment that does not acknowledge our FIN was ignored before.',
  'ACK lost by the sequence check':
    'RFC 9293 A.2 knows that the sequence check loses an acknowledgment here, and leaves the remedy to the implementer.',
  'simultaneous open':
    "The sequence check of RFC 793 3.9 answers the SYN,ACK with an ACK, RFC 793 figure 8 establishes the connection by it, and RFC 1122 4.2.2.10 corrects the figure's answer to it.",
  'ends of the segment':
    'RFC 793 3.9 first refuses a segment both ends of which lie outside the window, and lets it be trimmed to what lies inside.',
  'ACK in TIME-WAIT':
    "RFC 793 3.9 fifth acknowledges whatever comes that far in TIME-WAIT, since it expects nothing but the peer's FIN there.",
  'closed window':
    'RFC 793 3.7 (RFC 9293 3.8.6.1) acknowledges whatever arrives at a closed window; the steps of 3.9 have no answer to this segment.',
  'ACK of SND.UNA':
    'RFC 793 3.9 fifth prints SND.UNA =< SEG.ACK, by which this establishes the connection; its erratum 3301 corrects that to <.',
  PAWS: 'RFC 7323 5.3 checks the timestamp where PAWS is used; its appendix D does so wherever timestamps were negotiated.',
  'timestamp missing':
    'RFC 7323 3.2 says that a segment without the negotiated timestamp SHOULD be dropped, and not that it must be.',
  'list of states':
    'RFC 793 3.4 resets in every synchronized state; the third step of 3.9 names none of them but ESTABLISHED.',
  'levels of security': 'RFC 9293 A.1.2 lets a TCP that has no levels of security ignore the option.',
  'reopening by choice':
    'RFC 1122 4.2.2.13 says that a SYN MAY reopen a connection in TIME-WAIT; a TCP that does not do so treats it as in other states.',
  'RFC 6191 by choice':
    'RFC 9293 3.6.1 says that RFC 6191 SHOULD decide of a SYN in TIME-WAIT; a TCP without it treats the SYN as in other states.',
  'not unicast': 'RFC 793 does not speak of segments sent to a broadcast or multicast address.',
  'illegal option length':
    'RFC 793 does not speak of illegal option lengths; RFC 1122 4.2.2.5 (RFC 9293 3.1) has a TCP prepared for them, and only suggests to reset the connection.',
  'data offset':
    'No document speaks of a data offset that cannot be; RFC 793 3.4 group 3 acknowledges an unacceptable segment, and names only wrong numbers as reasons.',
  'data offset in CLOSED':
    'RFC 793 3.4 group 1 resets any segment but a reset; no document says whether one whose data offset cannot be is a segment at all.',
} as const satisfies Readonly<Record<string, string>>;

export type LeftOpen = keyof typeof LEFT_OPEN;

type Outcomes = readonly Pick<ResolvedOutcome, 'reply' | 'leftOpen' | 'when'>[];

export const REPLY_KINDS = ['silence', 'RST', 'SYN', 'ACK'] as const;

type ReplyKind = (typeof REPLY_KINDS)[number];

function kindOf({ reply }: Outcomes[number]): ReplyKind {
  if (reply === 'silence') return reply;
  const { ctl } = parseSegment(reply);
  return ctl.includes('RST') ? 'RST' : ctl.includes('SYN') ? 'SYN' : 'ACK';
}

/** The kinds of reply that the outcomes allow. Every other kind is a deviation, whatever its fields and the state after. */
export const replyKinds = (outcomes: Outcomes): ReadonlySet<ReplyKind> => new Set(outcomes.map(kindOf));

/** Whether so much is allowed that a text must be named: replies of three kinds, or silence beside a reply. */
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

/** Whether the outcomes are open beyond what the texts that they name leave open. */
export const isOpenWithoutReason = (outcomes: Outcomes): boolean =>
  isOpen(outcomes) && isOpen(outcomes.filter((outcome) => textsOf(outcome).length === 0));

/** The sentences of a case by profile; undefined where it is open under none. */
export function sentencesByProfile(
  expect: Readonly<Record<Profile, Outcomes>>,
): Partial<Record<Profile, readonly string[]>> | undefined {
  const open = Object.entries(expect).flatMap(([profile, outcomes]) => {
    const said = sentences(outcomes);
    return said.length > 0 ? [[profile, said] as const] : [];
  });
  return open.length > 0 ? Object.fromEntries(open) : undefined;
}
