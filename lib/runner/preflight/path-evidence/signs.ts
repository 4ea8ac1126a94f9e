import { type ConcreteSegment, octetsOf } from '../../../notation/index.ts';
import type { Entry } from '../../../tester/index.ts';
import {
  type Answer,
  type MarkOfAnother,
  type MiddleboxDeed,
  type MiddleboxSign,
  OPTIONS_OF_SYNS,
  type OptionOfSyns,
  type ProxyTrait,
} from '../../../verdict/middlebox-sign.ts';
import { decodeOptions, formatAddress, parseAddressOf, type SackBlock } from '../../../wire/index.ts';
import { read16 } from '../../../wire/octets.ts';
import { add, lt } from '../../../wire/seq.ts';
import { wireRecords } from '../../trial/wire-records.ts';
import { type Exchange, type Opened, type PathEvidence, type Reset, routersBy, ttlOf } from './evidence.ts';
import { changesOnTheWay } from './quoted.ts';

// Milliseconds by which an answer must come sooner than others: a busy stack may take as long for one and not for the other.
const SOONER_BY = 5;
// In a millisecond. RFC 7323 section 5.4 allows one; some stacks have a thousand.
const TICKS = 2000;
const LEAST_JUMP = 100_000;
const TIMESTAMPS_LENGTH = 12;

/**
 * What something between tester and target seems to have done, the surest first. An answer's place in the network is told by the
 * routers that it has crossed, not by its TTL alone: a stack may begin with different ones.
 */
export function middleboxSigns(evidence: PathEvidence): MiddleboxSign[] {
  const { family, opened, routers } = evidence;
  const sign = (deed: MiddleboxDeed, log: readonly Entry[]): MiddleboxSign => ({
    ...{ family, deed },
    records: wireRecords({ entries: log, startedAt: log[0]?.at ?? 0, roleOf: () => 'setup' }),
  });
  const proxied = opened && proxyIn(opened, evidence.called);
  // What many a stack does by itself says nothing of a path that has no router.
  const isFar = routers > 0;
  return [
    ...rewritten(evidence).map(({ deed, log }) => sign(deed, log)),
    ...(opened
      ? [
          ...peerRewritten(opened),
          ...textOf(opened),
          ...shifted(opened),
          ...(proxied ? [proxied] : []),
          ...timestampsChanged(opened),
          ...(isFar ? habitsOrPath(opened, proxied ? undefined : evidence.called) : []),
        ].map((deed) => sign(deed, showing(deed, opened, evidence.called)))
      : []),
    ...otherSenders(evidence, proxied !== undefined).map(({ deed, log }) => sign(deed, log)),
    ...(isFar ? notAnswered(evidence) : []).map((deed) => sign(deed, evidence.unanswered.log)),
  ];
}

/** The segments of a connection that show it. */
function showing(deed: MiddleboxDeed, opened: Opened, called: Entry | undefined): readonly Entry[] {
  const { syn, beyondGap, texts, log } = opened;
  const handshake = [syn.sent, syn.answer];
  switch (deed.kind) {
    case 'SYN proxy':
    case 'options not taken':
      return [...(called ? [called] : []), ...handshake, ...texts.slice(0, 1)];
    case 'MSS lowered':
      return [...handshake, ...texts];
    case 'numbers shifted':
      return beyondGap ? [beyondGap.sent, beyondGap.answer] : [];
    case 'text changed':
    case 'text answered':
      return log.filter(({ at }) => !texts[0] || at < texts[0].at);
    case 'urgent pointer not told':
      return log.filter(({ segment: { ctl, urg } }) => ctl.has('URG') && urg > 0);
    default:
      return handshake;
  }
}

interface Seen {
  readonly deed: MiddleboxDeed;
  readonly log: readonly Entry[];
}

/** What each quote shows, told once: of the first router that saw the change. */
function rewritten({ quoted, family, target }: PathEvidence): Seen[] {
  const told = new Set<string>();
  return quoted.flatMap(({ sent, ecn, errors }) =>
    errors.flatMap(({ quote, source }): Seen[] => {
      if (!quote) return [];
      const tcp = sent.packet.subarray(family === 4 ? IPV4 : IPV6_AND_OPTION);
      const changes = changesOnTheWay(tcp, ecn, quote).filter(({ field }) => !told.has(field));
      if (changes.length === 0) return [];
      for (const { field } of changes) told.add(field);
      const octets = Buffer.from(quote.segment).toString('hex');
      const place = { at: source, isTarget: source === target };
      return [{ deed: { kind: 'rewritten', ...place, changes, quote: octets }, log: [sent] }];
    }),
  );
}

/** The IP headers of the tester's segments: over IPv6, one destination option follows. */
const IPV4 = 20;
const IPV6_AND_OPTION = 48;

function peerRewritten({ own, peer }: Opened): MiddleboxDeed[] {
  if (!peer || (peer.port === own.port && plain(peer.address) === plain(own.address))) return [];
  return [{ kind: 'peer rewritten', own, seen: peer }];
}

/** One way to write an address, without its zone. */
function plain(address: string): string {
  const [bare = ''] = address.split('%');
  return formatAddress(parseAddressOf(bare.includes(':') ? 6 : 4, bare));
}

function textOf({ read }: Opened): MiddleboxDeed[] {
  if (!read) return [];
  if (read.count === 0) return [{ kind: 'text answered', octets: read.sent.length }];
  const [sent, own] = [Buffer.from(read.sent).toString('hex'), Buffer.from(read.octets).toString('hex')];
  // Of text that was read before anybody asked, only the number is known.
  if (read.octets.length !== read.sent.length || sent === own) return [];
  return [{ kind: 'text changed', sent, read: own }];
}

/** A SACK block of text beyond a gap names exactly that text (RFC 2018 section 4). */
function shifted({ beyondGap }: Opened): MiddleboxDeed[] {
  if (!beyondGap) return [];
  const { sent, answer } = beyondGap;
  const [block, ...others] = sackBlocksIn(answer.segment);
  const { seq, data } = sent.segment;
  if (!block || others.length > 0 || block.left === seq) return [];
  // Blocks of another length are a fault of the stack's.
  if (add(block.right, -block.left) !== data) return [];
  return [{ kind: 'numbers shifted', by: add(block.left, -seq) }];
}

const sackBlocksIn = ({ opt }: ConcreteSegment): readonly SackBlock[] =>
  (opt === undefined ? [] : decodeOptions(octetsOf(opt))).flatMap((one) =>
    one.kind === 'sack' ? one.blocks : [],
  );

const hasOption = (segment: ConcreteSegment, option: OptionOfSyns): boolean =>
  option === 'timestamps'
    ? segment.tsval !== undefined
    : option === 'window scale'
      ? segment.wscale !== undefined
      : segment.sackPermitted === true;

/** The traits that make a SYN,ACK another's: that it comes from elsewhere is enough; of the others, it takes two. */
function proxyIn(opened: Opened, called: Entry | undefined): MiddleboxDeed | undefined {
  const { syn, texts, isAccepted } = opened;
  const { answer } = syn;
  const next = opened.log.find(
    ({ from, segment }) => from === 'target' && !segment.ctl.has('SYN') && segment.tsval !== undefined,
  );
  const traits: ProxyTrait[] = [];
  if (placesDiffer([answer], called ? [...texts, called] : texts)) traits.push('distance');
  if (isAccepted === false) traits.push('not accepted');
  if (answer.segment.wnd === 0) traits.push('window 0');
  if (
    called &&
    OPTIONS_OF_SYNS.some((one) => hasOption(answer.segment, one) && !hasOption(called.segment, one))
  )
    traits.push('options');
  else if (called && called.segment.mss !== answer.segment.mss) traits.push('options');
  if (next && jumps(answer, next)) traits.push('timestamps');
  return traits.includes('distance') || traits.length > 1 ? { kind: 'SYN proxy', by: traits } : undefined;
}

/** Whether the timestamps of two segments of the target cannot come from one clock. */
function jumps(earlier: Entry, later: Entry): boolean {
  const { tsval: from } = earlier.segment;
  const { tsval: to } = later.segment;
  if (from === undefined || to === undefined) return false;
  return lt(to, from) || add(to, -from) > LEAST_JUMP + TICKS * (later.at - earlier.at);
}

const habitsOrPath = (opened: Opened, called: Entry | undefined): MiddleboxDeed[] => [
  ...optionsNotTaken(opened, called),
  ...mssLowered(opened, called),
  ...(opened.toldUrgent === false ? [{ kind: 'urgent pointer not told' } as const] : []),
];

function optionsNotTaken({ syn }: Opened, called: Entry | undefined): MiddleboxDeed[] {
  const options = OPTIONS_OF_SYNS.filter(
    (one) => called && hasOption(called.segment, one) && !hasOption(syn.answer.segment, one),
  );
  return options.length > 0 ? [{ kind: 'options not taken', options }] : [];
}

/** RFC 7323 section 3.2: TSecr of a SYN,ACK is TSval of the SYN. */
function timestampsChanged({ syn: { sent, answer } }: Opened): MiddleboxDeed[] {
  const { tsval = 0 } = sent.segment;
  const { tsecr } = answer.segment;
  return tsecr === undefined || tsecr === tsval
    ? []
    : [{ kind: 'timestamps changed', sent: tsval, echoed: tsecr }];
}

/** Two segments of one length, with more behind them, are full (RFC 6691: MSS does not count options, and segments must). */
function mssLowered({ syn, texts }: Opened, called: Entry | undefined): MiddleboxDeed[] {
  const offered = syn.sent.segment.mss;
  const own = called?.segment.mss ?? syn.answer.segment.mss;
  const [first, second, third] = texts.map(({ segment }) => segment.data);
  if (offered === undefined || own === undefined || first === undefined || first !== second || !third)
    return [];
  const hasTimestamps = texts[0]?.segment.tsval !== undefined;
  const [agreed, used] = [Math.min(offered, own), first + (hasTimestamps ? TIMESTAMPS_LENGTH : 0)];
  return used < agreed ? [{ kind: 'MSS lowered', agreed, used }] : [];
}

const ANSWER_OF: Readonly<Record<Reset['of'], Answer>> = {
  'SYN to CLOSED': 'reset to a SYN to a closed port',
  'ACK to CLOSED': 'reset to an ACK to a closed port',
  'ACK to LISTEN': 'reset to an ACK to a listener',
};

const ttlsOf = (entries: readonly Entry[]): number[] => entries.flatMap((entry) => ttlOf(entry) ?? []);

/** No packet of the one has crossed as many routers as one of the other. */
function placesDiffer(some: readonly Entry[], others: readonly Entry[]): boolean {
  const [these = [], those = []] = [some, others].map((entries) => ttlsOf(entries).map(routersBy));
  return these.length > 0 && those.length > 0 && !these.some((one) => those.includes(one));
}

function otherSenders({ resets, opened, called }: PathEvidence, isProxied: boolean): Seen[] {
  const own = [...(opened?.texts ?? []), ...(called ? [called] : [])];
  // Without a user that sends, SYN,ACKs are taken for the target's, unless they are known to be another's.
  const usual = own.length > 0 || !opened || isProxied ? own : [opened.syn.answer];
  const [ttl] = ttlsOf(usual);
  if (ttl === undefined) return [];
  const answers: { readonly of: Answer; readonly exchange: Partial<Exchange> & Pick<Exchange, 'answer'> }[] =
    [
      ...resets.map((exchange) => ({ of: ANSWER_OF[exchange.of], exchange })),
      ...(opened?.acks ?? []).map((exchange) => ({ of: 'ACK in a connection' as const, exchange })),
      ...(opened?.log ?? [])
        .filter(({ from, segment }) => from === 'target' && segment.ctl.has('RST'))
        .map((answer) => ({ of: 'reset in a connection' as const, exchange: { answer } })),
    ];
  const told = new Set<Answer>();
  return answers.flatMap(({ of, exchange }) => {
    if (told.has(of) || !placesDiffer([exchange.answer], usual)) return [];
    told.add(of);
    const own = ttlOf(exchange.answer) as number;
    const deed: MiddleboxDeed = {
      ...{ kind: 'other sender', of, ttl: own, routers: routersBy(own) },
      usual: { ttl, routers: routersBy(ttl) },
      marks: marksOf(exchange, usual, opened?.acks ?? []),
    };
    return [
      { deed, log: [...(exchange.sent ? [exchange.sent] : []), exchange.answer, ...usual.slice(0, 1)] },
    ];
  });
}

function marksOf(
  { sent, answer }: Partial<Exchange> & Pick<Exchange, 'answer'>,
  usual: readonly Entry[],
  acks: readonly Exchange[],
): MarkOfAnother[] {
  const differs = (of: (entry: Entry) => boolean): boolean => usual.every((one) => of(one) !== of(answer));
  const least = Math.min(...acks.map(({ sent, answer }) => answer.at - sent.at));
  const took = sent ? answer.at - sent.at : Number.POSITIVE_INFINITY;
  return [
    ...(differs(({ packet }) => ((packet[6] ?? 0) & 0x40) !== 0) ? (["don't fragment"] as const) : []),
    ...(differs(({ packet }) => read16(packet, 4) === 0) ? (['IP identification'] as const) : []),
    ...(Number.isFinite(least) && took < least / 2 && least - took > SOONER_BY ? (['sooner'] as const) : []),
  ];
}

function notAnswered({ unanswered: { segments, ports, beyond } }: PathEvidence): MiddleboxDeed[] {
  if (segments.length === 0) return [];
  return [{ kind: 'not answered', segments, ports, ...(beyond === undefined ? {} : { beyond }) }];
}
