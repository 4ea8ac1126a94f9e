import type { Account, CapturePoint, Ending, Explanation, Oddities, Told } from '../../explain/account.ts';
import type { Damage } from '../../explain/capture/records.ts';
import type { Cause, Decider, Sign } from '../../explain/cause.ts';
import type { CaptureFacts } from '../../explain/explain.ts';
import { citationsOf, ruleOf } from '../../standard/rules.ts';
import { sub } from '../../wire/seq.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../wire/tcp.ts';

/*
 * The sentences of `explain`, each made of typed values. No code reads one back.
 */

export const endText = ({ ends, family }: Account, end: 0 | 1): string => {
  const { address, port } = ends[end];
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
};

const host = ({ ends }: Account, end: 0 | 1): string => {
  const { address, port } = ends[end];
  return ends[0].address === ends[1].address ? `port ${port}` : address;
};

/** The segment in the RFC's notation. Numbers count from the SYN of each end, where it is in the capture. */
export function segmentText(account: Account, segment: Told): string {
  const from = segment.from;
  const to = from === 0 ? 1 : 0;
  const { flags } = segment;
  const seq = relative(segment.seq, account.iss[from], !(flags & ACK) && segment.seq === 0);
  const ack = segment.ack === undefined ? '' : `<ACK=${relative(segment.ack, account.iss[to])}>`;
  const names = [
    [SYN, 'SYN'],
    [FIN, 'FIN'],
    [RST, 'RST'],
    [ACK, 'ACK'],
    [PSH, 'PSH'],
    [URG, 'URG'],
  ] as const;
  const ctl = names.flatMap(([bit, name]) => (flags & bit ? [name] : [])).join(',');
  // The answer to a segment without ACK begins at 0, whatever the ISS.
  const zero = (flags & (RST | ACK)) === (RST | ACK) && segment.seq === 0;
  return `<SEQ=${zero ? 0 : seq}>${ack}${ctl ? `<CTL=${ctl}>` : ''}${segment.data > 0 ? `<DATA=${segment.data}>` : ''}`;
}

const relative = (number: number, iss: number | undefined, absolute = false): number => {
  if (iss === undefined || absolute) return number;
  const off = sub(number, iss);
  // A number before the ISS is written as it is.
  return off < 2 ** 31 ? off : number;
};

interface Facts {
  /** Who sent the segment that is explained, and the other one. */
  readonly it: string;
  readonly peer: string;
  /** `18`, or `a segment that is not in the capture`. */
  readonly drew: string;
  readonly before: string;
  readonly text: boolean;
}

const signOf = <K extends Sign['kind']>({ signs }: Explanation, kind: K) =>
  signs.find((sign): sign is Extract<Sign, { kind: K }> => sign.kind === kind);

/** Who has told by ICMP what follows. */
const saidBy = (explanation: Explanation): string => {
  const icmp = signOf(explanation, 'ICMP');
  return icmp ? `${icmp.from} says in ${icmp.frame} (ICMP)` : 'an ICMP message says';
};

/** What each cause means, in one sentence. */
const WHY: Readonly<Record<Cause, (facts: Facts, explanation: Explanation) => string>> = {
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

const DECIDERS: Readonly<Record<Decider, string>> = {
  'capture at the sender': 'a capture at its sender would show it',
  'call of the user': 'a call of the application cannot be seen on the wire',
  'listeners of the host': 'what listens on the host would decide',
  'earlier capture': 'a capture that begins earlier would decide',
  'log of the host': 'the log of the host would decide',
  'packet filters on the way': 'a filter on the way can send the same',
  'loss on the way': 'a segment may have been lost on the way',
  'sender of the ICMP message': 'anybody can send such a message; its sender would decide',
};

function signText(sign: Sign): string | undefined {
  switch (sign.kind) {
    case 'other distance':
      return `its TTL is ${sign.ttl}, that of the host ${sign.usual}: it comes from another distance`;
    case 'other TTL, same distance':
      return `its TTL is ${sign.ttl}, that of the host ${sign.usual}: another stack at the same distance`;
    case 'goes on':
      return `the host goes on with the connection, in ${sign.frame}`;
    case 'both ways':
      return `the other end was reset at the same time, in ${sign.frame}`;
    case 'too soon':
      return `it comes ${milliseconds(sign.seconds)} after the segment that it answers, and the host never answered in less than ${milliseconds(sign.roundTrip)}`;
    case 'bare':
      return `it has no ${sign.lacks.join(' and no ')}, like a reset from a TCP that has no such connection`;
    case 'idle':
      return `nothing had come from it for ${seconds(sign.seconds)}`;
    case 'window not moved':
      return `its window had not opened again since the text in ${sign.text}`;
    case 'SYN like a scan':
      return 'its SYN has none of the options that a whole TCP sends';
    case 'listens':
      return `it listens on the port: see ${sign.frame}`;
    case 'carries text':
      return `it carries ${sign.octets} octets of text, which RFC 1122 4.2.2.12 allows`;
    case 'capture begins':
      return 'what went before is not in the capture';
    case 'lost reset':
      return `the reset for the text in ${sign.text} is not in the capture: this one answers what came after it`;
    case 'answers before':
      return 'it had answered segments of the connection before, so its TCP knew it';
    default:
      return undefined;
  }
}

export const milliseconds = (value: number): string =>
  `${(value * 1000).toFixed(value < 0.01 ? 2 : value < 0.1 ? 1 : 0)} ms`;

export const seconds = (value: number): string => (value < 1 ? milliseconds(value) : `${value.toFixed(1)} s`);

function formText(explanation: Explanation, account: Account): string | undefined {
  const { form, drawnBy, kind } = explanation;
  if (!form) return undefined;
  const wanted = (form.expected ?? []).join(' or ');
  if (!form.right) {
    const found = kind === 'silence' ? 'silence' : segmentText(account, explanation.segment);
    return `${found} is not what the standard asks for${wanted ? `: that is ${wanted}` : ''}`;
  }
  switch (form.kind) {
    case 'SEQ is the ACK field':
      return `SEQ is the ACK field of ${drawnBy}, no ACK: as RFC 9293 3.5.2 asks`;
    case 'ACK is SEQ plus length':
      return `SEQ is 0, ACK is what follows ${drawnBy}: as RFC 9293 3.5.2 asks for a segment without ACK`;
    case 'SEQ is SND.NXT':
      return 'SEQ is SND.NXT: as RFC 9293 3.10.5 asks';
    case 'SEQ is SND.NXT, ACK is RCV.NXT':
      return 'SEQ is SND.NXT, ACK is RCV.NXT: as RFC 9293 3.10.5 asks, with the ACK of an open connection';
    case 'SND.NXT and RCV.NXT':
      return 'SEQ is SND.NXT, ACK is RCV.NXT: an empty ACK, as RFC 9293 3.10.7.4 asks';
    case 'other':
      return undefined;
  }
}

function sureText(account: Account, { sure, decides, candidates }: Explanation): string {
  if (sure === 'certain') return 'certain';
  const others = candidates.slice(0, 3).map((cause) => CAUSE_NAMES[cause]);
  const alternatives =
    others.length > 0 ? `${sure === 'likely' ? 'else ' : 'or '}${others.join(', or ')}` : undefined;
  const point =
    account.point.at === 'end' ? `the capture was taken at ${host(account, account.point.end)}` : undefined;
  const why = [point, ...decides.map((one) => DECIDERS[one]), alternatives].filter(
    (part) => part !== undefined,
  );
  return `${sure}: ${why.join('; ')}`;
}

/** An explanation in labelled lines. */
export function explanationLines(
  account: Account,
  explanation: Explanation,
): [label: string, text: string][] {
  const { by, drawnBy, rules, states, cause, verdict } = explanation;
  const reset = signOf(explanation, 'reset before');
  const facts: Facts = {
    it: host(account, by),
    peer: host(account, by === 0 ? 1 : 0),
    drew: drawnBy === undefined ? 'a segment' : `${drawnBy}`,
    before: reset ? `the reset in ${reset.frame}` : 'a reset',
    text: explanation.segment.data > 0,
  };
  const lines: [string, string][] = [['why', WHY[cause](facts, explanation)]];
  if (states.length > 0) lines.push(['state', states.join(' or ')]);
  const [first] = rules;
  if (first) lines.push(['rule', `${citationsOf(rules).join(', ')}: ${lowered(ruleOf(first).asks)}`]);
  const form = formText(explanation, account);
  if (form) lines.push(['form', form]);
  for (const sign of explanation.signs) {
    const text = signText(sign);
    if (text) lines.push(['sign', text]);
  }
  if (explanation.comment) lines.push(['comment', explanation.comment]);
  lines.push(['sure', sureText(account, explanation)]);
  if (verdict === 'deviates') lines.push(['verdict', 'deviates: no profile allows it']);
  return lines;
}

const lowered = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text[0]?.toLowerCase()}${text.slice(1)}` : text;

/** What an end did. */
export function eventText(account: Account, { kind, by, segment }: Explanation): string {
  const text = segmentText(account, segment);
  switch (kind) {
    case 'silence':
      return `${host(account, by)} does not answer ${text}`;
    case 'SYN unanswered':
      return `${host(account, by)} does not answer ${text}`;
    case 'unacknowledged':
      return `${host(account, by)} does not acknowledge ${text}`;
    default:
      return `${host(account, by)} sends ${text}`;
  }
}

export function endingText(account: Account, ending: Ending): string {
  switch (ending.kind) {
    case 'open':
      return 'still open';
    case 'closed': {
      const first = ending.first === undefined ? 'both at once' : `${host(account, ending.first)} first`;
      return `closed by FINs, ${first}${ending.acknowledged ? '' : ', not all acknowledged'}`;
    }
    case 'half closed':
      return `half closed by ${host(account, ending.by)}`;
    case 'reset':
      return 'ended by a reset';
    case 'refused':
      return 'refused';
    case 'unanswered':
      return 'never answered';
    case 'never opened':
      return 'never opened';
  }
}

function pointTexts(account: Account, point: CapturePoint): string[] {
  if (point.at === 'unknown') return [];
  const [a, b] = point.roundTrips;
  const trips =
    Number.isFinite(a) && Number.isFinite(b)
      ? ` (${milliseconds(a)} and ${milliseconds(b)} there and back)`
      : '';
  if (point.at === 'end') return [`captured at ${host(account, point.end)}${trips}`];
  if (point.at === 'both') return [`captured where both ends are near${trips}`];
  return [`captured between the ends${trips}`];
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;
const frames = (count: number): string => `${counted(count, 'frame')} ${count === 1 ? 'is' : 'are'}`;

/** How much a capture has. */
export const extentText = ({ frames, segments, connections, seconds }: CaptureFacts): string =>
  `${counted(frames, 'frame')}, ${counted(segments, 'segment')}, ${counted(connections, 'connection')} in ${seconds.toFixed(1)} s`;

/** How long a connection was, and how it ended. */
export const outcomeText = (account: Account): string =>
  `${counted(account.segments, 'segment')}, ${endingText(account, account.ending)}`;

/** Where a connection was captured, and what is odd about the capture. */
export const aboutTexts = (account: Account): string[] => [
  ...pointTexts(account, account.point),
  ...(account.begunInTheMiddle ? ['the capture begins in the middle of it'] : []),
  ...(account.incarnations > 1 ? [`opened ${account.incarnations} times on the same ports`] : []),
  ...oddityTexts(account.oddities),
];

function oddityTexts({ doubled, damaged, fragments, cutHeaders, missed }: Oddities): string[] {
  return [
    ...(doubled > 0 ? [`${frames(doubled)} in the capture twice`] : []),
    ...(damaged > 0 ? [`${frames(damaged)} damaged on the way: a receiver drops them`] : []),
    ...(fragments > 0 ? [`${frames(fragments)} the first part of a fragmented packet`] : []),
    ...(cutHeaders > 0 ? [`${frames(cutHeaders)} cut within the options`] : []),
    ...(missed > 0 ? ['segments that were acknowledged are not in the capture'] : []),
  ];
}

export function damageText(damage: Damage): string {
  switch (damage.kind) {
    case 'cut':
      return 'the capture ends in the middle of a frame; what comes before is explained';
    case 'impossible length':
      return `the capture is damaged: a length of ${damage.length}; what comes before is explained`;
    case 'no section header':
      return 'the capture is damaged: a section without its byte order; what comes before is explained';
    case 'gzip':
      return `the compressed capture is damaged (${damage.told}); what comes before is explained`;
  }
}

/** What could not be read of a capture. */
export function factTexts({ unread, unknownLinks, damage }: CaptureFacts): string[] {
  return [
    ...(damage ? [damageText(damage)] : []),
    ...(unread.fragment > 0 ? [`${frames(unread.fragment)} left out: later fragments`] : []),
    ...(unread['too short'] > 0 ? [`${frames(unread['too short'])} too short to hold a TCP header`] : []),
    ...(unknownLinks.length > 0
      ? [`${frames(unread['unknown link'])} of link types that are not known (${unknownLinks.join(', ')})`]
      : []),
  ];
}
