import { demandsOf } from '../catalogue/conditions.ts';
import { SCENARIOS } from '../catalogue/catalogue.ts';
import type { Place, UserCall } from '../catalogue/scenario.ts';
import { evaluateSegment, parseSegment, type SegmentNotation } from '../notation/index.ts';
import { Random } from '../runner/trial/random.ts';
import { STRENGTH } from '../standard/profile.ts';
import { segmentArrives } from '../standard/segment-arrives.ts';
import { type State, STATES, SYNCHRONIZED } from '../standard/state.ts';
import type { Tcb } from '../standard/tcb.ts';
import { type Call, userCalls } from '../standard/user-calls.ts';
import { tcbVariables } from '../standard/variables.ts';
import { TESTER_WINDOW } from '../states/index.ts';
import { codesOf, ICMP_ERROR_NAMES, type IcmpErrorName } from '../wire/icmp.ts';
import { Coverage, type Pair, pairOfCall, pairOfIcmp, pairOfSegment } from './coverage.ts';
import { arriving, type Known, tcbIn } from './model.ts';
import type { Sequence, SequenceStep } from './sequence.ts';

const MOST_STEPS = 10;
/** So many of a hundred sequences have several connections. */
const SIDE_BY_SIDE = 8;
const MOST_SIDE_BY_SIDE = 6;
/** Of so many steps the one is taken that leads where the fewest have led. */
const CANDIDATES = 3;

/** Where the recipes lead to, without what would make every segment of the sequence the same. */
const PLACES: readonly Place[] = [
  ...new Map(
    SCENARIOS.filter(({ conditions }) => demandsOf(conditions).packet.source === undefined).map(
      ({ state, origin, closedBy, conditions }) => {
        const place: Place = {
          state,
          ...(origin ? { origin } : {}),
          ...(closedBy ? { closedBy } : {}),
          conditions,
        };
        return [JSON.stringify(place), place];
      },
    ),
  ).values(),
];

/** Chooses by whole weights. */
class Choice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  below(count: number): number {
    return this.#random.next() % count;
  }

  /** True so many times of a hundred. */
  percent(of: number): boolean {
    return this.below(100) < of;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  weighted<T>(all: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(all.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of all) {
      left -= weight;
      if (left < 0) return value;
    }
    return (all[0] as readonly [number, T])[1];
  }
}

const SMALL = [1, 2, 10, 100] as const;

function sequenceNumber(choice: Choice): string {
  return choice.weighted([
    [50, 'RCV.NXT'],
    [8, 'RCV.NXT-1'],
    [6, `RCV.NXT-${choice.of(SMALL)}`],
    [10, `RCV.NXT+${choice.of(SMALL)}`],
    [4, 'RCV.NXT+RCV.WND-1'],
    [3, 'RCV.NXT+RCV.WND'],
    [2, 'RCV.NXT+RCV.WND+1'],
    [3, 'RCV.NXT+RCV.WND/2'],
    [3, 'IRS'],
    [3, 'IRS+1'],
    [3, 'RCV.NXT+2^30'],
    [2, 'RCV.NXT-2^30'],
    [1, 'RCV.NXT+2^31-1'],
    [2, 'ANY'],
  ]);
}

function acknowledgment(choice: Choice): string {
  return choice.weighted([
    [50, 'SND.NXT'],
    [12, 'SND.UNA'],
    [6, 'SND.NXT+1'],
    [4, 'SND.UNA+1'],
    [5, 'SND.UNA-1'],
    [5, `SND.NXT-${choice.of(SMALL)}`],
    [3, `SND.NXT+${choice.of(SMALL)}`],
    [3, 'ISS'],
    [3, 'ISS+1'],
    [2, 'SND.UNA-MAX.SND.WND'],
    [2, 'SND.UNA-MAX.SND.WND-1'],
    [3, 'SND.NXT+2^30'],
    [3, 'SND.UNA-2^30'],
    [1, 'SND.NXT+2^31-1'],
    [1, 'ANY'],
  ]);
}

const CONTROLS = ['SYN', 'FIN', 'RST', 'ACK', 'PSH', 'URG'] as const;

function controls(choice: Choice): string {
  return choice.weighted([
    [38, 'ACK'],
    [8, 'ACK,PSH'],
    [12, 'FIN,ACK'],
    [7, 'SYN'],
    [6, 'SYN,ACK'],
    [6, 'RST'],
    [4, 'RST,ACK'],
    [4, 'FIN'],
    [4, ''],
    [3, 'ACK,URG'],
    [2, 'SYN,FIN'],
    [1, 'SYN,RST'],
    [1, 'PSH'],
    [1, 'ACK,ECE'],
    [1, 'SYN,ECE,CWR'],
    [1, 'SYN,PSH'],
    [4, CONTROLS.filter(() => choice.percent(40)).join(',')],
  ]);
}

const text = (choice: Choice): number =>
  choice.weighted([
    [60, 0],
    [15, 1],
    [10, 10],
    [6, 100],
    [4, 536],
    [3, 1000],
    // With all options that a place may have, no packet is too large.
    [2, 1404],
  ]);

/**
 * Lists of options that a TCP passes over: of an unknown kind, which need not begin with a word, nothing but No-Operation, and an empty
 * list (RFC 9293 section 3.1, MUST-4 to MUST-6). And lists with a length that cannot be (MUST-7).
 */
const OPTIONS = [
  ...['fe040000', '01fe05abcdef0000', '01010101', '00000000'],
  ...['02030000', 'fe000000', 'fe010000', 'feff0000'],
] as const;

/** @param isStamped the connection has timestamps */
function segment(choice: Choice, isStamped: boolean): SegmentNotation {
  const bits = controls(choice);
  const ctl = new Set(bits.split(','));
  const fields = [`<SEQ=${sequenceNumber(choice)}>`];
  if (ctl.has('ACK') || choice.percent(5)) fields.push(`<ACK=${acknowledgment(choice)}>`);
  if (bits !== '') fields.push(`<CTL=${bits}>`);
  const octets = ctl.has('SYN') && !choice.percent(20) ? 0 : text(choice);
  if (octets > 0) fields.push(`<DATA=${octets}>`);
  if (choice.percent(18)) fields.push(`<WND=${choice.of([0, 0, 1, 10, 100, 1000, 1460, 4380, 65_535])}>`);
  if (ctl.has('URG')) fields.push(`<URG=${choice.of([0, 1, 10, 100])}>`);
  const oddity = choice.weighted([
    [ctl.has('SYN') ? 90 : 89, ''],
    [1, '<RESERVED=15>'],
    [1, '<OFFSET=4>'],
    [4, `<OPT=${choice.of(OPTIONS)}>`],
    [1, '<CHECKSUM=0>'],
    [1, '<TSVAL=1><TSECR=0>'],
    [ctl.has('URG') ? 0 : 1, '<URG=10>'],
    [ctl.has('SYN') ? 0 : 1, '<MSS=1460>'],
    [ctl.has('SYN') ? 0 : 1, '<WSCALE=2>'],
    [isStamped ? 15 : 0, '<TSVAL=TS.RECENT-1><TSECR=0>'],
    [isStamped ? 5 : 0, '<TSVAL=TS.RECENT-2^30><TSECR=0>'],
    [isStamped ? 10 : 0, '<TSVAL=TS.RECENT+1><TSECR=0>'],
  ]);
  if (ctl.has('SYN') && oddity === '' && choice.percent(60))
    fields.push(`<MSS=${choice.of([536, 1460, 1460])}>`);
  fields.push(oddity);
  return parseSegment(fields.join(''));
}

/** The segments that a peer would send: with these, sequences go on where others would only be refused. */
const ORDINARY: readonly (readonly [number, string])[] = [
  [8, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'],
  [8, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [4, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'],
  [3, '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK><DATA=10>'],
  [3, '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT+10><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>'],
];
/** Those that open a connection, in the states before it. */
const OPENING: readonly (readonly [number, string])[] = [
  [3, '<SEQ=ANY><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=ANY><CTL=SYN><MSS=536>'],
  [1, '<SEQ=ANY><CTL=SYN>'],
  [2, '<SEQ=RCV.NXT><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=ANY><CTL=SYN,ECE,CWR><MSS=1460>'],
];
/** What may open a connection in TIME-WAIT anew (RFC 1122 section 4.2.2.13), and what shows that it was a duplicate. */
const REOPENING: readonly (readonly [number, string])[] = [
  [2, '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=RCV.NXT+1><CTL=SYN><MSS=1460>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>'],
];
/** A peer of SYN-SENT has no number yet. */
const ANSWERING: readonly (readonly [number, string])[] = [
  [5, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=536>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>'],
  [3, '<SEQ=RCV.NXT><CTL=SYN><MSS=1460>'],
];

/** Where text beyond a gap is held: more of it, and what fills the gap. */
const GAPS: readonly (readonly [number, string])[] = [
  ...([10, 20, 30, 40] as const).map(
    (at) => [2, `<SEQ=RCV.NXT+${at}><ACK=SND.NXT><CTL=ACK><DATA=10>`] as const,
  ),
  [1, '<SEQ=RCV.NXT+15><ACK=SND.NXT><CTL=ACK><DATA=20>'],
  [2, '<SEQ=RCV.NXT+20><ACK=SND.NXT><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=15>'],
];
/** Where a connection has timestamps: text from the past, and newer text. */
const STAMPED: readonly (readonly [number, string])[] = [
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10><TSVAL=TS.RECENT-1><TSECR=0>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10><TSVAL=TS.RECENT+5><TSECR=0>'],
];

const ordinary = (choice: Choice, { state, ahead, timestamps }: Tcb): SegmentNotation =>
  parseSegment(
    choice.weighted(
      ahead.length > 0 && choice.percent(50)
        ? GAPS
        : timestamps && SYNCHRONIZED.includes(state) && choice.percent(20)
          ? STAMPED
          : state === 'LISTEN' || state === 'CLOSED'
            ? OPENING
            : state === 'SYN-SENT'
              ? ANSWERING
              : state === 'TIME-WAIT' && choice.percent(40)
                ? REOPENING
                : ORDINARY,
    ),
  );

/** So many of a hundred sequences end with text that is pushed to the user, and read. */
const READ = 8;
const PUSHED = parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>');
const RECEIVING: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

/** What shows whether the connection is still there, and what it has received and sent. */
const LAST: readonly SegmentNotation[] = [
  '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>',
  '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>',
].map(parseSegment);

function call(choice: Choice): UserCall {
  const name = choice.weighted([
    [30, 'SEND'],
    [14, 'CLOSE'],
    [3, 'CLOSE BOTH WAYS'],
    [3, 'ABORT'],
    [5, 'STOP RECEIVING'],
    [5, 'RECEIVE'],
    [3, 'TTL'],
    [3, 'DIFFSERV'],
    [2, 'NAGLE OFF'],
  ] as const);
  if (name === 'TTL') return { call: name, value: choice.of([33, 77, 200]) };
  if (name === 'DIFFSERV') return { call: name, value: choice.of([9, 32, 46]) };
  if (name !== 'SEND') return { call: name };
  return {
    call: 'SEND',
    octets: choice.of([1, 10, 10, 100, 1000, 3000]),
    ...(choice.percent(8) ? { mark: 'URGENT' as const } : {}),
  };
}

const ICMP = { 4: icmpErrorsOver(4), 6: icmpErrorsOver(6) } as const;

function icmpErrorsOver(family: 4 | 6): readonly IcmpErrorName[] {
  return ICMP_ERROR_NAMES.filter((name) => codesOf(name)[family] !== undefined);
}

/** Segments of the target's: the last one, one that was never sent, and an old one. */
const ABOUT: readonly SegmentNotation[] = [
  '<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=SND.UNA-1000><ACK=RCV.NXT><CTL=ACK>',
].map(parseSegment);

/** One of so many sequences waits for timers. */
const BETWEEN_PATIENT = 80;
const PATIENT_IN: readonly (readonly [number, State])[] = [
  ...[[2, 'SYN-SENT'] as const, [2, 'SYN-RECEIVED'] as const, [5, 'ESTABLISHED'] as const],
  ...[[3, 'CLOSE-WAIT'] as const, [1, 'FIN-WAIT-1'] as const, [1, 'FIN-WAIT-2'] as const],
  ...[[1, 'CLOSING'] as const, [1, 'LAST-ACK'] as const],
];
/** In milliseconds. */
const LONG = [1300, 2300, 3500, 3500, 5700, 7600] as const;
/** What completes a handshake. */
const HANDSHAKE: { readonly [state in State]?: SegmentNotation } = {
  'SYN-SENT': parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>'),
  'SYN-RECEIVED': parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'),
};
const CLOSED_WINDOW = parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>');

/** Generates sequences. The same seed gives the same ones, in the same order. */
export class Generator {
  readonly #seed: number;
  readonly #family: 4 | 6;
  readonly #places: readonly Place[];
  /** Of what the sequences lead to where the TCP does what is asked for most. */
  readonly #coverage = new Coverage();
  #count = 0;

  constructor(seed: number, family: 4 | 6, isAble: (place: Place) => boolean = () => true) {
    this.#seed = seed;
    this.#family = family;
    this.#places = PLACES.filter(
      (place) =>
        isAble(place) &&
        (family === 4 || !/security|precedence|ip-record|ip-time/.test(place.conditions.join())),
    );
  }

  next(): Sequence {
    this.#count += 1;
    const choice = new Choice(new Random(this.#seed, `sequence ${this.#count}`));
    return this.#count % BETWEEN_PATIENT === 0 ? this.#patient(choice) : this.#quick(choice);
  }

  /** One in which timers expire: what is sent stays unacknowledged, a window stays closed, or the connection idle. */
  #patient(choice: Choice): Sequence {
    const state = choice.weighted(PATIENT_IN);
    const place = choice.of(this.#places.filter((one) => one.state === state && one.conditions.length === 0));
    const steps: SequenceStep[] = [];
    let tcb = tcbIn(place, modelOf(place));
    const act = (): void => {
      const { step, after } = this.#step(choice, place, tcb);
      steps.push(step);
      tcb = after;
    };
    const user = (one: UserCall): void => {
      steps.push({ user: one });
      tcb = afterCall(tcb, one);
    };
    const wait = (): void => void steps.push({ wait: choice.of(LONG) });
    if (choice.percent(30)) act();
    const what = choice.weighted([
      [4, 'SEND'],
      [3, 'CLOSE'],
      [3, 'KEEP-ALIVE'],
      [2, 'closed'],
      [2, 'nothing'],
    ] as const);
    if (SYNCHRONIZED.includes(state)) {
      if (what === 'closed') steps.push({ send: [CLOSED_WINDOW] });
      if (what === 'SEND' || what === 'closed') user({ call: 'SEND', octets: choice.of([1, 10, 1000]) });
      if (what === 'CLOSE') user({ call: 'CLOSE' });
      if (what === 'KEEP-ALIVE') user({ call: what, value: choice.of([1, 1, 2]) });
      if (what === 'KEEP-ALIVE' && choice.percent(30)) user({ call: what, value: 0 });
    }
    wait();
    const opening = HANDSHAKE[state];
    if (opening && choice.percent(40)) {
      // What the user sends after a SYN that came again has a timer of its own (RFC 6298 (5.7)).
      const { step, after } = arrivalOf(opening, choice, place, tcb);
      steps.push(step);
      tcb = after;
      user({ call: 'SEND', octets: choice.of([1, 10, 1000]) });
      wait();
    } else if (choice.percent(60)) {
      act();
      wait();
    }
    for (const send of LAST) steps.push({ send: [send] });
    return { place, steps };
  }

  /** Up to three connections: what happens to one changes no other. */
  #sideBySide(choice: Choice): Sequence {
    const there = this.#places.filter(
      ({ state, conditions }) => SYNCHRONIZED.includes(state) && conditions.length === 0,
    );
    const all = ['', 'b', 'c'].slice(0, 2 + choice.below(2)).map((name) => {
      const place = choice.of(there);
      return { place, on: name === '' ? {} : { on: name }, name, tcb: tcbIn(place, modelOf(place)) };
    });
    const most = 2 + choice.below(MOST_SIDE_BY_SIDE);
    const steps: SequenceStep[] = [];
    while (steps.length < most) {
      const one = choice.of(all);
      const { step, after } = this.#step(choice, one.place, one.tcb);
      steps.push({ ...step, ...one.on });
      one.tcb = after;
    }
    for (const { on } of all) steps.push({ send: [LAST[0] as SegmentNotation], ...on });
    const [first, ...others] = all;
    return {
      place: (first as (typeof all)[number]).place,
      beside: Object.fromEntries(others.map(({ name, place }) => [name, place])),
      steps,
    };
  }

  #quick(choice: Choice): Sequence {
    if (choice.percent(SIDE_BY_SIDE)) return this.#sideBySide(choice);
    const place = this.#place(choice);
    const steps: SequenceStep[] = [];
    let tcb = tcbIn(place, modelOf(place));
    // A closed connection has little to tell.
    const most = 1 + choice.below(place.state === 'CLOSED' ? 3 : MOST_STEPS);
    let met: Pair | undefined;
    const take = ({ step, after, pair }: Simulated): void => {
      steps.push(step);
      tcb = after;
      met = pair;
    };
    while (steps.length < most) {
      take(this.#step(choice, place, tcb, met));
      // More than one gap takes as many segments.
      if (tcb.ahead.length > 0 && choice.percent(25))
        while (steps.length < most && choice.percent(85))
          take(arrivalOf(parseSegment(choice.weighted(GAPS)), choice, place, tcb));
    }
    if (RECEIVING.includes(tcb.state) && RECEIVING.includes(place.state) && choice.percent(READ))
      return { place, steps: [...steps, { send: [PUSHED] }], isRead: true };
    if (choice.percent(70)) for (const send of LAST) steps.push({ send: [send] });
    return { place, steps };
  }

  #place(choice: Choice): Place {
    const state = choice.weighted([
      [1, 'CLOSED'],
      [3, 'LISTEN'],
      [3, 'SYN-SENT'],
      [6, 'SYN-RECEIVED'],
      [10, 'ESTABLISHED'],
      ...STATES.slice(5).map((one) => [5, one] as const),
    ]);
    const there = this.#places.filter((place) => place.state === state);
    const plain = there.filter(({ conditions }) => conditions.length === 0);
    return choice.of(plain.length > 0 && choice.percent(65) ? plain : there);
  }

  /** The one of a few steps that leads where the fewest sequences have led. @param met what the step before has met */
  #step(choice: Choice, place: Place, tcb: Tcb, met?: Pair): Simulated {
    const candidates = Array.from({ length: CANDIDATES }, () =>
      simulated(choice, place, tcb, this.#family, met),
    );
    const [best] = candidates
      .map((one) => ({ ...one, times: this.#coverage.times(one.pair) }))
      .sort((one, other) => one.times - other.times);
    const chosen = best as (typeof candidates)[number];
    this.#coverage.count(chosen.pair);
    return chosen;
  }
}

/** A step, and what it makes of a TCP that does what is asked for most. */
interface Simulated {
  readonly step: SequenceStep;
  readonly pair: Pair;
  readonly after: Tcb;
}

function simulated(choice: Choice, place: Place, tcb: Tcb, family: 4 | 6, met: Pair | undefined): Simulated {
  const canCall = SYNCHRONIZED.includes(tcb.state) || tcb.state === 'SYN-SENT' || tcb.origin === 'active';
  if (canCall && choice.percent(22)) {
    const user = call(choice);
    return { step: { user }, pair: pairOfCall(tcb, user), after: afterCall(tcb, user) };
  }
  if (choice.percent(3)) {
    const otherPort = choice.weighted([
      [4, undefined],
      [1, 'target'],
      [1, 'tester'],
    ] as const);
    const about = { icmp: choice.of(ICMP[family]), about: choice.of(ABOUT) };
    const step = otherPort ? { ...about, otherPort } : about;
    return { step, pair: pairOfIcmp(tcb, step), after: tcb };
  }
  if (choice.percent(1)) {
    // What comes late comes after something.
    const pair = { state: tcb.state, step: 'wait', kind: `after ${met?.step ?? 'nothing'}` };
    return { step: { wait: choice.of([20, 60, 250]) }, pair, after: tcb };
  }
  const notation = choice.percent(40)
    ? ordinary(choice, tcb)
    : segment(choice, tcb.timestamps && SYNCHRONIZED.includes(tcb.state));
  return arrivalOf(notation, choice, place, tcb);
}

function arrivalOf(notation: SegmentNotation, choice: Choice, place: Place, tcb: Tcb): Simulated {
  const concrete = evaluateSegment(notation, tcbVariables(tcb), () => choice.below(2 ** 32));
  const arrived = arriving(concrete, place, TESTER_WINDOW);
  const after = strongest(segmentArrives(tcb, arrived, 'rfc9293')).tcb;
  return { step: { send: [notation] as const }, pair: pairOfSegment(tcb, arrived), after };
}

const strongest = <T extends { readonly level: keyof typeof STRENGTH }>(all: readonly T[]): T =>
  all.reduce((best, one) => (STRENGTH[one.level] > STRENGTH[best.level] ? one : best));

function afterCall(tcb: Tcb, user: UserCall): Tcb {
  const calls: Partial<Record<UserCall['call'], Call>> = {
    CLOSE: { name: 'CLOSE', goesOn: true },
    'CLOSE BOTH WAYS': { name: 'CLOSE', goesOn: false },
    ABORT: { name: 'ABORT' },
    ...('octets' in user ? { SEND: { name: 'SEND', octets: user.octets } } : {}),
  };
  const made = calls[user.call];
  return made ? strongest(userCalls(tcb, made, 'rfc9293')).tcb : tcb;
}

/** Numbers of a connection that stand for any. */
export function modelOf({ state, conditions }: Place): Known {
  const { user, window } = demandsOf(conditions);
  const flies = user.sends ?? 0;
  const sent = 1000;
  const fin = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(state) ? 1 : 0;
  const syn = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  const sndUna = syn ? sent : sent + 1;
  return {
    ...{ iss: sent, irs: 5000, sndUna, sndNxt: sent + 1 + (syn ? 0 : flies + fin) },
    ...{ sndWnd: TESTER_WINDOW, maxSndWnd: TESTER_WINDOW, rcvNxt: 5001, rcvWnd: window ? 0 : 65_535 },
    ...{ timestamps: demandsOf(conditions).syn.timestamps === true, tsRecent: 0 },
  };
}
