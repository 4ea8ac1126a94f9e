import type { Explanation } from '../../explain/account.ts';
import type { Cause, Sign } from '../../explain/cause.ts';

/* What each cause is called, and what it means. */

/** What a cause is called in a list. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  'refused port': 'a port on which nobody listens',
  'never was': 'a connection that never was',
  'ACK in LISTEN': 'an ACK for a port that listens',
  'unknown to the kernel': 'a SYN that the kernel did not send',
  'given up in SYN-SENT': 'an open that was given up',
  'closed by FINs': 'a connection that was closed by FINs',
  'closed by its own reset': 'a connection that it had reset before',
  "closed by the peer's reset": 'a connection that the other end had reset before',
  forgotten: 'a connection that was forgotten',
  'listener gone': 'a listener that is gone',
  'unacceptable ACK in SYN-SENT': 'a wrong ACK in SYN-SENT',
  'half-open peer': 'an older connection of the other end',
  'unacceptable ACK in SYN-RECEIVED': 'a wrong ACK in SYN-RECEIVED',
  'full queue': 'a full queue of pending connections',
  'text for a closed user': 'text for an application that has closed',
  'close with unread text': 'a close with unread text',
  abort: 'an ABORT of the application',
  'end of retransmissions': 'the end of retransmissions',
  'end of keep-alives': 'the end of keep-alives',
  'user timeout': 'a user timeout',
  'SYN in the window': 'a SYN in the middle of a connection',
  'answer to a challenge ACK': 'the answer to a challenge ACK',
  security: 'another security option',
  'third party': 'a third party',
  'sent again': 'the same reset again',
  unexplained: 'no cause that is known',
  'challenge to a SYN': 'a challenge to a SYN',
  'challenge to a reset': 'a challenge to a reset',
  'ACK of octets never sent': 'an ACK of octets never sent',
  'ACK too old': 'an ACK that is too old',
  'outside the window': 'a segment outside the window',
  'old timestamp': 'an old timestamp',
  'keep-alive': 'a keep-alive',
  'old text': 'old text',
  'closed window': 'text at a closed window',
  'beyond a gap': 'a segment behind a gap',
  'FIN again': 'a FIN that came again',
  'after the FIN': 'text or a FIN after the FIN',
  'no ACK in it': 'a segment without ACK',
  'SYN unanswered': 'a SYN without an answer',
  'port unreachable': 'a port that cannot be reached, by ICMP',
  'protocol unreachable': 'a host that takes no TCP, by ICMP',
  'host unreachable': 'a host that cannot be reached, by ICMP',
  'administratively prohibited': 'a filter that prohibits, by ICMP',
  'time exceeded': 'too many routers on the way, by ICMP',
  'fragmentation needed': 'a segment that is too large, by ICMP',
  'black hole': 'a link that swallows large segments',
  'no acknowledgment': 'no acknowledgment any more',
  'no reply': 'a missing answer',
};

/** Who and what a sentence is about. */
export interface Facts {
  /** Who sent the segment that is explained, and the other one. */
  readonly it: string;
  readonly peer: string;
  /** `18`, or `a segment that is not in the capture`. */
  readonly drew: string;
  readonly before: string;
  readonly text: boolean;
}

export const signOf = <K extends Sign['kind']>({ signs }: Explanation, kind: K) =>
  signs.find((sign): sign is Extract<Sign, { kind: K }> => sign.kind === kind);

/** Who has told by ICMP what follows. */
const saidBy = (explanation: Explanation): string => {
  const icmp = signOf(explanation, 'ICMP');
  return icmp ? `${icmp.from} says in ${icmp.frame} (ICMP)` : 'an ICMP message says';
};

/** What each cause means, in one sentence. */
export const WHY: Readonly<Record<Cause, (facts: Facts, explanation: Explanation) => string>> = {
  'refused port': ({ drew }) => `nobody listens on the port to which the SYN in ${drew} went`,
  'never was': ({ drew, it }) => `${drew} belongs to no connection that ${it} has`,
  'ACK in LISTEN': ({ drew, it }) =>
    `${it} listens on the port, and ${drew} has an ACK though no connection is open`,
  'unknown to the kernel': ({ drew, it }) =>
    `the TCP of ${it} does not know of the SYN that ${drew} answers: something else has sent it, as a scanner with raw sockets does`,
  'given up in SYN-SENT': ({ drew, it }) =>
    `${it} had given up the connection before ${drew} answered its SYN`,
  'closed by FINs': ({ drew }, explanation) => {
    const fins = signOf(explanation, 'both FINs');
    return `the connection was closed by FINs${fins ? ` (in ${fins.own} and ${fins.peer})` : ''}, and ${drew} arrived for it afterwards`;
  },
  'closed by its own reset': ({ drew, before }) =>
    `${before} had ended the connection, and ${drew} arrived for it afterwards`,
  "closed by the peer's reset": ({ drew, before }) =>
    `${before} had ended the connection, and ${drew} arrived for it afterwards`,
  forgotten: ({ drew, it }) =>
    `${it} knows nothing of the connection any more, though no FIN and no reset had ended it: a restart, a timeout, or a reset that was lost; ${drew} found that out`,
  'listener gone': ({ drew, it }) =>
    `${it} had answered the SYN, but nobody listens any more when ${drew} arrives`,
  'unacceptable ACK in SYN-SENT': ({ drew }) => `${drew} does not acknowledge the SYN that ${it} sent`,
  'half-open peer': ({ drew, it, peer }) =>
    `${peer} still has an older connection on these ports, and ${drew} acknowledges that one; ${it} resets it, and will try again`,
  'unacceptable ACK in SYN-RECEIVED': ({ drew }) => `${drew} does not acknowledge the SYN,ACK`,
  'full queue': ({ drew, it }, { kind }) =>
    kind === 'SYN unanswered'
      ? `${it} listens on the port, and does not answer this SYN: its queue of pending connections may be full`
      : `${it} has no room for one more connection: its queue is full when ${drew} arrives`,
  'text for a closed user': ({ drew }, explanation) => {
    const fin = signOf(explanation, 'FIN');
    const text = signOf(explanation, 'lost reset')?.text ?? drew;
    return `its application had closed the connection${fin ? ` (FIN in ${fin.frame})` : ' (its FIN is not in the capture)'}, and text arrived in ${text} that nobody can read any more`;
  },
  'close with unread text': ({ it }, explanation) => {
    const text = signOf(explanation, 'window not moved');
    return `the application of ${it} closed the connection, and had not read all text${text ? ` (of ${text.text})` : ''}: a reset says that it is lost`;
  },
  abort: ({ it }) => `the application of ${it} aborted the connection`,
  'end of retransmissions': ({ it, peer }, explanation) => {
    const repeats = signOf(explanation, 'repeats');
    return `${it} had sent the same ${repeats ? `${repeats.times} times again, since ${repeats.since},` : 'again and again'} without an answer of ${peer}, and gave up`;
  },
  'end of keep-alives': ({ it, peer }, explanation) => {
    const probes = signOf(explanation, 'probes');
    return `${it} had asked ${probes ? `${probes.times} times, since ${probes.since},` : 'again and again'} whether ${peer} is still there, and got no answer`;
  },
  'user timeout': ({ it, peer }) =>
    `what ${it} had sent was not acknowledged by ${peer} within the time that its application allows`,
  'SYN in the window': ({ drew }) => `${drew} is a SYN in the middle of the connection`,
  'answer to a challenge ACK': ({ drew, it }) =>
    `${drew} asks whether the connection is still there, and ${it} says that it is not`,
  security: ({ drew }) => `${drew} has another security option than the connection`,
  'third party': ({ it }) => `this was not sent by ${it}, but by something on the way`,
  'sent again': ({ before }) => `the same as ${before}, sent once more`,
  unexplained: () => 'no segment in the capture causes it, and its numbers do not fit the connection',
  'challenge to a SYN': ({ drew }) =>
    `${drew} is a SYN in the middle of the connection: a challenge ACK asks its sender to confirm`,
  'challenge to a reset': ({ drew }) =>
    `the reset in ${drew} is not exactly at RCV.NXT: a challenge ACK asks its sender to confirm`,
  'ACK of octets never sent': ({ drew }) => `${drew} acknowledges octets that were never sent`,
  'ACK too old': ({ drew }) => `${drew} acknowledges what was acknowledged long ago`,
  'outside the window': ({ drew }) => `${drew} lies outside the window`,
  'old timestamp': ({ drew }) => `the timestamp of ${drew} is older than the newest one`,
  'keep-alive': ({ drew }) => `${drew} asks whether the connection is still there`,
  'old text': ({ drew }) => `${drew} brings text that had arrived before`,
  'closed window': ({ drew }) => `${drew} brings text for which there is no room`,
  'beyond a gap': ({ drew }) => `${drew} lies behind a gap: something before it has not arrived`,
  'FIN again': ({ drew }) => `the FIN in ${drew} had arrived before`,
  'after the FIN': ({ drew }) => `${drew} goes on after the FIN of its own sender`,
  'no ACK in it': ({ drew }) => `${drew} has no ACK`,
  'SYN unanswered': ({ it }) =>
    `${it} does not answer: it is away, a filter drops the SYN, or the answer was lost`,
  'port unreachable': (_, explanation) =>
    `${saidBy(explanation)} that the port cannot be reached: a filter refuses the segment, for a TCP would reset it`,
  'protocol unreachable': (_, explanation) => `${saidBy(explanation)} that the host takes no TCP`,
  'host unreachable': (_, explanation) => `${saidBy(explanation)} that the host cannot be reached`,
  'administratively prohibited': (_, explanation) =>
    `${saidBy(explanation)} that a filter does not let the segment pass`,
  'time exceeded': (_, explanation) =>
    `${saidBy(explanation)} that the segment has passed too many routers, as it does in a loop`,
  'fragmentation needed': (_, explanation) => {
    const mtu = signOf(explanation, 'ICMP')?.mtu;
    return `${saidBy(explanation)} that the segment is too large for a link on the way${mtu ? `, which takes ${mtu} octets` : ''}; its sender did not make it smaller`;
  },
  'black hole': (_, explanation) => {
    const size = signOf(explanation, 'size');
    return `text of ${size?.octets} octets is lost each time, and no more than ${size?.arrived} octets at once have arrived: a link on the way takes no larger packets, and nobody says so`;
  },
  'no acknowledgment': ({ it }, explanation) =>
    `the same was sent ${signOf(explanation, 'repeats')?.times} times again, and nothing comes back: ${it} is away, or the way is cut`,
  'no reply': ({ it }) => `${it} should have answered this segment, and was silent`,
};
