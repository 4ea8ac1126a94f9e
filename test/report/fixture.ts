import { sentencesByProfile } from '../../lib/catalogue/left-open.ts';
import { readReply } from '../../lib/catalogue/resolve.ts';
import type { Case, Reply } from '../../lib/catalogue/scenario.ts';
import {
  type ConcreteSegment,
  evaluateSegment,
  parseSegment,
  relativeNotation,
  toWire,
  type Variables,
} from '../../lib/notation/index.ts';
import type { Run } from '../../lib/report/run.ts';
import type { ShownOutcome, Subject } from '../../lib/report/subject.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import { type Origin, STATES, type State } from '../../lib/standard/state.ts';
import type { Fault } from '../../lib/verdict/fault.ts';
import { fieldFaults } from '../../lib/verdict/judge.ts';
import type { Kind, Role, WireRecord } from '../../lib/verdict/observed.ts';
import type { Reason } from '../../lib/verdict/reason.ts';
import { type Answered, relativeReply } from '../../lib/verdict/relative-reply.ts';
import type { CaseResult, ProfileVerdict } from '../../lib/verdict/result.ts';
import type { TargetFacts } from '../../lib/verdict/target-facts.ts';
import { encodeIpv4, encodeIpv6, encodeTcp, PROTOCOL_TCP, seq } from '../../lib/wire/index.ts';

const ADDRESSES = { 4: ['192.0.2.1', '192.0.2.2'], 6: ['2001:db8::1', '2001:db8::2'] } as const;

/** Numbers that look random and never change (a linear congruential generator). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const outcome = (reply: string, then: State): ShownOutcome => ({
  reply: readReply(reply),
  then,
  level: 'required',
});

const CHALLENGE = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

function expectation(state: State, send: string): Record<Profile, ShownOutcome[]> {
  const rst = send.includes('RST');
  const always = (one: ShownOutcome) => ({
    rfc793: [one],
    rfc1122: [one],
    rfc5961: [one],
    rfc9293: [one],
  });
  if (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN-SENT') {
    if (rst) return always(outcome('silence', state));
    const reset = send.includes('ACK=')
      ? '<SEQ=SEG.ACK><CTL=RST>'
      : '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>';
    return always(outcome(reset, state));
  }
  const challenge = outcome(CHALLENGE, state);
  if (send.includes('SYN')) {
    const letter = [outcome('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', 'CLOSED')];
    return {
      rfc793: letter,
      rfc1122: letter,
      rfc5961: [challenge],
      rfc9293: [
        { ...challenge, when: { check: 'syn', adopted: true } },
        { ...challenge, reply: [], level: 'permitted' },
      ],
    };
  }
  if (rst) {
    const gone = [outcome('silence', 'CLOSED')];
    return { rfc793: gone, rfc1122: gone, rfc5961: [challenge], rfc9293: [challenge] };
  }
  return always(challenge);
}

function expecting(expect: Record<Profile, ShownOutcome[]>): Pick<SyntheticCase, 'expect' | 'leftOpen'> {
  const leftOpen = sentencesByProfile(expect);
  return { expect, ...(leftOpen ? { leftOpen } : {}) };
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** A made-up case, as reports know it. */
export type SyntheticCase = Subject &
  Pick<Case, 'title' | 'state' | 'origin' | 'conditions' | 'families'> & {
    readonly send: string;
    readonly expect: Readonly<Record<Profile, readonly ShownOutcome[]>>;
  };

/** Twelve recipes with some seventy stimuli each: the size of the real catalogue. */
export function syntheticCases(perRecipe = 73): SyntheticCase[] {
  const recipes = STATES.flatMap((state): [State, Origin | undefined][] =>
    state === 'SYN-RECEIVED'
      ? [
          [state, 'passive'],
          [state, 'active'],
        ]
      : [[state, undefined]],
  );
  const flags = [
    'ACK',
    'SYN',
    'FIN,ACK',
    'RST',
    'RST,ACK',
    'ACK,PSH',
    'SYN,ACK',
    'ACK,URG',
    'FIN,ACK,PSH,URG',
  ];
  const edges = ['RCV.NXT-1', 'RCV.NXT', 'RCV.NXT+RCV.WND-1', 'RCV.NXT+RCV.WND', 'RCV.NXT+RCV.WND+2^30'];
  const acks = ['SND.UNA-1', 'SND.NXT', 'SND.NXT+1', 'SND.NXT+2^30'];
  return recipes.flatMap(([state, origin]) =>
    Array.from({ length: perRecipe }, (_, index): SyntheticCase => {
      const ctl = flags[index % flags.length] as string;
      const synchronized = STATES.indexOf(state) > 2;
      const at = synchronized ? (edges[Math.floor(index / flags.length) % edges.length] as string) : 'ANY';
      const ack = synchronized ? (acks[Math.floor(index / 45) % acks.length] as string) : 'ANY';
      const text = ctl.includes('PSH') ? '<DATA=10>' : '';
      const send = `<SEQ=${at}>${ctl.includes('ACK') ? `<ACK=${ack}>` : ''}<CTL=${ctl}>${text}`;
      const prefix = [slug(state), ...(origin ? [origin] : [])].join('.');
      return {
        id: `${prefix}.${slug(ctl)}.${slug(at)}.${index}`,
        title: `${ctl.replaceAll(',', ' and ')} at ${at}${text ? ', with text' : ''}`,
        state,
        ...(origin ? { origin } : {}),
        conditions: index % 24 === 23 ? ['zero-window'] : [],
        send,
        ...expecting(expectation(state, send)),
        cite: ['RFC 793 3.9, first: the sequence number is checked', 'RFC 9293 3.10.7.4 first'],
        requirements: [],
        families: [4, 6],
      };
    }),
  );
}

/** What a stack made of a case; of a hundred results some six are not conformant. */
export function syntheticResult(testCase: SyntheticCase, family: 4 | 6, seed: number): CaseResult {
  const random = generator(seed * 7919 + family + hash(testCase.id));
  random(2);
  const fate = random(100);
  const variables: Variables = tcb(random);
  const stimulus = evaluateSegment(parseSegment(testCase.send), variables, () => random(2 ** 32));
  const length = stimulus.data + (stimulus.ctl.has('SYN') ? 1 : 0) + (stimulus.ctl.has('FIN') ? 1 : 0);
  const known = { ...variables, 'SEG.SEQ': stimulus.seq, 'SEG.ACK': stimulus.ack, 'SEG.LEN': length };
  const right = testCase.expect.rfc9293[0] as ShownOutcome;
  const wrongReply = readReply(
    right.reply.length === 0 ? CHALLENGE : fate % 2 ? 'silence' : '<SEQ=SND.NXT+1><ACK=RCV.NXT><CTL=ACK>',
  );
  const reply = fate < 4 ? wrongReply : right.reply;
  const answer = reply[0] && evaluateSegment(reply[0], known);
  const about = {
    id: testCase.id,
    title: testCase.title,
    state: testCase.state,
    ...(testCase.origin ? { origin: testCase.origin } : {}),
    ...(testCase.conditions.length > 0 ? { conditions: testCase.conditions } : {}),
    family,
    send: testCase.send,
    notes: fate === 50 ? [{ kind: 'confirmed' as const, alike: 2, connections: 3 }] : [],
    startedAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, random(1000))).toISOString(),
  };
  if (fate === 99) {
    const told = 'no SYN,ACK within 1000 ms';
    const why: Reason =
      seed % 2 === 0
        ? { kind: 'not capable', lack: { what: 'as told', told } }
        : { kind: 'not reached', obstacle: { what: 'as told', told } };
    return { ...about, outcome: 'not run', why, records: [], durationMs: 1000.4 };
  }
  const records = conversation({ family, known, stimulus, answer, random });
  return {
    ...about,
    outcome: 'judged',
    stimulus: [stimulus],
    variables: known,
    observed: answer ? [answer] : [],
    kind: kindOf(answer),
    stateAfter: right.then,
    proof: ['old text acknowledged'],
    judgements: judged(fate, right, reply, answer, {
      ...{ state: testCase.state, variables: known, acknowledges: stimulus.ctl.has('ACK') },
    }),
    records,
    durationMs: (records.at(-1)?.at ?? 1000) + 0.4,
  };
}

/** What is known of a made-up stack: every fact that there can be. */
export const syntheticFacts: TargetFacts = {
  driver: { name: 'upper tester', address: '192.0.2.2:10793' },
  roundTrip: { median: 0.2, worst: 1.5, spread: 1.4 },
  path: { lost: 0, doubled: 0, reordered: 0 },
  resetsAtOnce: { asked: 100, answered: 100 },
  ackLimits: {
    of: 'challenge ACKs',
    perConnection: { asked: 10, answered: 1 },
    hostWide: { asked: 60, answered: 60 },
  },
  synAckAgain: 1034,
  halfOpen: { asked: 60, held: 8, cookies: 52 },
  acceptTime: 'when established',
  avoided: { rcvNxt: [0, 1], why: 'it crashes' },
  described: { connections: 3, halfClose: false },
};

/** A run of a made-up stack over both families. */
export function syntheticRun(name = 'Linux 6.1', seed = 1, cases = syntheticCases()): Run {
  return {
    version: '0.1.0',
    seed,
    target: {
      name,
      address: '192.0.2.2',
      families: [4, 6],
      adoption: { rst: true, syn: true },
      facts: syntheticFacts,
    },
    profile: 'rfc9293',
    strict: false,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 41_234,
    complete: true,
    cases: ([4, 6] as const).flatMap((family) => cases.map((one) => syntheticResult(one, family, seed))),
  };
}

function judged(
  fate: number,
  right: ShownOutcome,
  reply: Reply,
  answer: ConcreteSegment | undefined,
  answered: Answered,
): Record<Profile, ProfileVerdict> {
  const verdict = fate < 3 ? 'deviates' : fate === 3 ? 'permitted' : 'conformant';
  const letter = verdict === 'conformant' && right.when ? 'deviates' : verdict;
  const due = { reply: right.reply, then: right.then };
  const fields = answer && right.reply[0] ? fieldFaults(right.reply[0], answer, answered) : [];
  const whole: Fault = {
    kind: 'replies',
    expected: [right.reply],
    observed: answer ? [relativeReply(answer, answered)] : [],
  };
  const of = (one: typeof verdict): ProfileVerdict => {
    if (one === 'conformant') return { verdict: one, outcome: due };
    if (one === 'permitted')
      return { verdict: one, taken: [{ outcome: { reply, then: right.then }, better: [due] }] };
    return { verdict: one, outcome: due, others: 1, faults: fields.length > 0 ? fields : [whole] };
  };
  return { rfc793: of(letter), rfc1122: of(letter), rfc5961: of(verdict), rfc9293: of(verdict) };
}

function kindOf(answer: ConcreteSegment | undefined): Kind {
  if (!answer) return 'silence';
  if (answer.ctl.has('RST')) return 'rst';
  return answer.ctl.has('SYN') ? 'syn-ack' : 'empty-ack';
}

function tcb(random: (below: number) => number): Variables {
  const [iss, irs] = [random(2 ** 32), random(2 ** 32)];
  const next = { 'SND.NXT': seq.add(iss, 1), 'RCV.NXT': seq.add(irs, 1) };
  const windows = { 'SND.WND': 65_535, 'MAX.SND.WND': 65_535, 'RCV.WND': 64_240 };
  return { ISS: iss, IRS: irs, 'SND.UNA': next['SND.NXT'], ...next, ...windows };
}

interface Conversation {
  readonly family: 4 | 6;
  readonly known: Variables;
  readonly stimulus: ConcreteSegment;
  readonly answer: ConcreteSegment | undefined;
  readonly random: (below: number) => number;
}

function conversation({ family, known, stimulus, answer, random }: Conversation): WireRecord[] {
  const [ports, records]: [number, WireRecord[]] = [20_000 + random(10_000), []];
  let at = 0;
  const say = (from: 'tester' | 'target', role: Role, segment: ConcreteSegment | string, wait = 0.12) => {
    const concrete = typeof segment === 'string' ? evaluateSegment(parseSegment(segment), known) : segment;
    at = Math.round((at + wait + random(90) / 1000) * 1000) / 1000;
    const relative = relativeNotation(concrete, known, from);
    records.push({
      from,
      at,
      role,
      segment: concrete,
      relative,
      packet: packet(family, from, concrete, ports),
    });
  };
  say('tester', 'setup', '<SEQ=IRS><CTL=SYN><WND=65535><MSS=1460>');
  say('target', 'setup', '<SEQ=ISS><ACK=IRS+1><CTL=SYN,ACK><WND=64240><MSS=1460>');
  say('tester', 'setup', '<SEQ=IRS+1><ACK=ISS+1><CTL=ACK><WND=65535>');
  say('tester', 'stimulus', stimulus, 0.4);
  if (answer) say('target', 'reply', answer);
  else if (random(6) === 0)
    say('target', 'retransmission', '<SEQ=ISS><ACK=IRS+1><CTL=SYN,ACK><WND=64240><MSS=1460>', 201);
  say('tester', 'proof', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=1>', answer ? 0.3 : 50);
  say('target', 'proof', '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK><WND=64239>');
  return records;
}

function packet(family: 4 | 6, from: 'tester' | 'target', segment: ConcreteSegment, port: number): string {
  const [tester, target] = ADDRESSES[family];
  const [src, dst] = from === 'tester' ? [tester, target] : [target, tester];
  const [srcPort, dstPort] = from === 'tester' ? [port, 40_000] : [40_000, port];
  const tcp = encodeTcp(toWire(segment, { srcPort, dstPort, defaultWindow: 65_535 }), { family, src, dst });
  const ip = {
    tos: 0,
    id: 1,
    flags: 2,
    fragmentOffset: 0,
    ttl: 64,
    protocol: PROTOCOL_TCP,
    src,
    dst,
    options: new Uint8Array(),
  };
  const octets =
    family === 4
      ? encodeIpv4(ip, tcp)
      : encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader: PROTOCOL_TCP, hopLimit: 64, src, dst }, tcp);
  return Buffer.from(octets).toString('base64');
}

const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
