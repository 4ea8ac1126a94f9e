import {
  type Answer,
  type Change,
  isCertain,
  type MarkOfAnother,
  type MiddleboxDeed,
  type ProxyTrait,
  type StraySegment,
} from '../verdict/middlebox-sign.ts';
import { type LadderLine, linesOfRecords } from './ladder.ts';
import type { Run, RunMiddlebox } from './run.ts';

const list = {
  and: new Intl.ListFormat('en-GB', { type: 'conjunction' }),
  or: new Intl.ListFormat('en-GB', { type: 'disjunction' }),
};
const listed = (words: readonly string[], last: keyof typeof list = 'and'): string =>
  list[last].format(words);

/** What reports begin with where something lies between tester and target; undefined where nothing shows. */
export function middleboxHeadline({ middleboxes = [] }: Pick<Run, 'middleboxes'>): string | undefined {
  if (middleboxes.length === 0) return undefined;
  return middleboxes.some(({ deed }) => isCertain(deed))
    ? 'Something between tester and target changes or drops segments: this run judges the path, not the stack alone'
    : 'Something between tester and target may answer, change or drop segments: then this run judges the path, not the stack alone';
}

/** A sign in one line. */
export const middleboxLine = ({ deed, family }: RunMiddlebox): string =>
  `over IPv${family}, ${deedText(deed)}`;

/** Its packets, a line each. */
export const middleboxLadder = ({ records }: RunMiddlebox): LadderLine[] => linesOfRecords(records);

const STRAYS: Readonly<Record<StraySegment, string>> = {
  'ACK without a connection': 'an ACK without a connection',
  'text outside the window': 'text outside the window',
};

const MARKS: Readonly<Record<MarkOfAnother, string>> = {
  "don't fragment": "in don't fragment",
  'IP identification': 'in the IP identification',
  sooner: 'in that it comes sooner than an ACK can',
};

const TRAITS: Readonly<Record<ProxyTrait, string>> = {
  distance: 'has crossed another number of routers than what the target sends by itself',
  'not accepted': 'leads to no connection that the user is given',
  'window 0': 'offers a window of 0',
  options: "has other options than the target's SYN",
  timestamps: 'has a timestamp of another clock',
};

const ANSWERS: Readonly<Record<Answer, string>> = {
  'reset to a SYN to a closed port': 'the reset to a SYN to a closed port',
  'reset to an ACK to a closed port': 'the reset to an ACK to a closed port',
  'reset to an ACK to a listener': 'the reset to an ACK to a listener',
  'ACK in a connection': 'an ACK in a connection',
  'reset in a connection': 'a reset in a connection',
};

function deedText(deed: MiddleboxDeed): string {
  switch (deed.kind) {
    case 'rewritten': {
      const where = deed.isTarget ? 'at the target' : `at the router ${deed.at}`;
      return `a segment arrives ${where} with ${listed(deed.changes.map(changeText))}`;
    }
    case 'peer rewritten': {
      const { own, seen } = deed;
      return `the target sees ${seen.address} port ${seen.port} where the tester has ${own.address} port ${own.port}: a NAT`;
    }
    case 'text changed':
      return "the target's user reads other text than the tester has sent: something rewrites it, or the stack garbles it";
    case 'text answered':
      return `${deed.octets} octets were acknowledged, and the target's user never got them: something answers in its place, or the stack keeps them`;
    case 'other sender': {
      const { of, ttl, routers, usual, marks } = deed;
      const also = marks.length > 0 ? `, and differs ${listed(marks.map((mark) => MARKS[mark]))}` : '';
      return `${ANSWERS[of]} has crossed ${routersText(routers)} (TTL ${ttl}), and what the target's user sends ${usual.routers} (TTL ${usual.ttl})${also}: a firewall or a load balancer answers, or the stack begins with an unusual TTL`;
    }
    case 'SYN proxy':
      return `the SYN,ACK ${listed(deed.by.map((trait) => TRAITS[trait]))}: a SYN proxy answers, or the stack is that way`;
    case 'numbers shifted':
      return `a SACK block names octets ${deed.by} beyond those that were sent: a firewall moves sequence numbers, or the stack's SACK is wrong`;
    case 'timestamps changed':
      return `the SYN,ACK echoes ${deed.echoed} where the SYN had the timestamp ${deed.sent}: something rewrites timestamps, or the stack does not echo them`;
    case 'options not taken':
      return `the target offers ${listed(deed.options)} in its own SYN, and does not take them in the tester's: something strips options, or the stack refuses them`;
    case 'MSS lowered':
      return `the target fills segments up to an MSS of ${deed.used}, where both SYNs said ${deed.agreed}: something clamps the MSS, a link on the way is small, or the stack chooses so`;
    case 'urgent pointer not told':
      return "the target's user is told of no urgent text: something clears the urgent pointer, or the stack does not tell";
    case 'not answered': {
      const what = listed(
        deed.segments.map((one) => STRAYS[one]),
        'or',
      );
      const ports = deed.segments.includes('ACK without a connection')
        ? `, on ${deed.ports} ${deed.ports === 1 ? 'port' : 'ports'}`
        : '';
      return deed.beyond === undefined
        ? `nothing answers ${what}${ports}: a stateful firewall on the way, or this stack`
        : `nothing answers ${what}${ports}, and such segments do not get to the router ${deed.beyond}, as SYNs do: a stateful firewall`;
    }
  }
}

const routersText = (count: number): string => `${count} ${count === 1 ? 'router' : 'routers'}`;

function changeText({ field, sent, arrived }: Change): string {
  if (field === 'text') return 'other text';
  if (arrived === undefined) return `no ${field}`;
  return sent === undefined ? `${field} that was not sent` : `${field} ${arrived} in place of ${sent}`;
}
