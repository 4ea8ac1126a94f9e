import type { Account, Explanation } from '../../explain/account.ts';
import type { Decider, Sign } from '../../explain/cause.ts';
import { citationsOf, ruleOf } from '../../standard/rules.ts';
import { milliseconds, seconds } from './about.ts';
import { CAUSE_NAMES, type Facts, signOf, WHY } from './causes.ts';
import { host, segmentText } from './segments.ts';

/*
 * The sentences of an explanation, each made of typed values. No code reads one back.
 */

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

function formText(explanation: Explanation, account: Account): string | undefined {
  const { form, drawnBy, kind } = explanation;
  if (!form) return undefined;
  const wanted = (form.expected ?? [])
    .map((one) => (one === 'silence' ? one : segmentText(account, one, explanation.by)))
    .join(' or ');
  if (!form.right) {
    const found =
      kind === 'silence' ? 'silence' : segmentText(account, explanation.segment, explanation.segment.from);
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
  const text = segmentText(account, segment, segment.from);
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
