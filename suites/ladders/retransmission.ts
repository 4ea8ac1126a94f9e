/**
 * RFC 9293 sections 3.8.1 to 3.8.3 and RFC 6298: what is not acknowledged is sent again, each time after a longer interval, and for a long
 * time. Windows that stay closed are probed in the same way (section 3.8.6.1).
 */
import type {
  ByProfile,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { StateName } from '../../lib/catalogue/case.ts';
import type { Interval } from '../../lib/catalogue/scenario.ts';
import type { State } from '../../lib/standard/state.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { text } from './families/parts.ts';

/** Before a round trip was measured; and the least afterwards, which many stacks undercut (RFC 6298 (2.1), (2.4)). */
const A_SECOND: Interval = { atLeast: 1000 };
const BACKED_OFF: Interval = { times: 2 };

const anyOf = (replies: readonly string[], outcome: Omit<StepOutcome, 'reply'> = {}): StepOutcome[] =>
  replies.map((reply) => ({ reply, ...outcome }));

const next = (expect: ByProfile<StepExpectation>): StepDeclaration => ({ expect, next: true });

const recommended = (replies: readonly string[], interval: Interval): readonly StepOutcome[] => [
  ...anyOf(replies, { interval, level: 'recommended' }),
  ...anyOf(replies, { level: 'permitted' }),
];

/** RFC 793 and RFC 1122 have no such bounds. */
const first = (replies: readonly string[]): StepDeclaration =>
  next({ rfc793: anyOf(replies), rfc9293: recommended(replies, A_SECOND) });

/** RFC 793 does not say that the interval grows. @param isSyn RFC 1122 section 4.2.3.1 makes it a SHOULD for SYNs */
const backedOff = (replies: readonly string[], isSyn = false): StepDeclaration =>
  next({
    rfc793: anyOf(replies),
    rfc1122: isSyn ? recommended(replies, BACKED_OFF) : anyOf(replies, { interval: BACKED_OFF }),
    rfc9293: anyOf(replies, { interval: BACKED_OFF }),
  });

const SYN = ['<SEQ=ISS><CTL=SYN>'];
const SYN_ACK = ['<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>'];
const FIN = (seq: string): readonly string[] =>
  ['FIN,ACK', 'FIN,ACK,PSH'].map((ctl) => `<SEQ=${seq}><ACK=RCV.NXT><CTL=${ctl}>`);

/** What is sent and not acknowledged, from a state on. */
interface Unacknowledged {
  readonly name: string;
  readonly title: string;
  readonly state: StateName;
  readonly steps: readonly StepDeclaration[];
  readonly again: readonly string[];
  readonly isSyn?: true;
  /** It may be followed by other segments at once: only the first time is looked at. */
  readonly once?: true;
  /** How long it took the first time is not known. */
  readonly isSeenLater?: true;
  readonly rules?: readonly RuleId[];
}

const sendsText: readonly StepDeclaration[] = [{ user: 'SEND 10' }, next(text(10))];
const closes: readonly StepDeclaration[] = [{ user: 'CLOSE' }, next(FIN('SND.NXT'))];

const ALL: readonly Unacknowledged[] = [
  {
    ...{ name: 'syn', title: 'a SYN', state: 'SYN-SENT', steps: [], again: SYN, isSyn: true },
    rules: ['MUST-22'],
  },
  {
    ...{ name: 'syn-ack', title: 'a SYN,ACK', state: 'SYN-RECEIVED (passive)', steps: [], again: SYN_ACK },
    isSyn: true,
  },
  ...(['ESTABLISHED', 'CLOSE-WAIT'] as const).map((state) => ({
    ...{ name: `text-${state.toLowerCase()}`, title: `text in ${state}`, state },
    ...{ steps: sendsText, again: text(10, 'SND.NXT-10') },
  })),
  {
    ...{ name: 'text-fin-wait-1', title: 'text before a FIN', state: 'ESTABLISHED' },
    steps: [...sendsText, { user: 'CLOSE' }, next(FIN('SND.NXT'))],
    once: true,
    // It may be repacketized: RFC 793 section 3.7.
    again: [
      ...text(10, 'SND.NXT-11'),
      ...['FIN,ACK', 'FIN,ACK,PSH'].map((ctl) => `<SEQ=SND.NXT-11><ACK=RCV.NXT><CTL=${ctl}><DATA=10>`),
    ],
  },
  {
    ...{ name: 'fin-wait-1', title: 'a FIN in FIN-WAIT-1', state: 'ESTABLISHED', steps: closes },
    again: FIN('SND.NXT-1'),
  },
  {
    ...{ name: 'fin-last-ack', title: 'a FIN in LAST-ACK', state: 'CLOSE-WAIT', steps: closes },
    again: FIN('SND.NXT-1'),
  },
  {
    ...{ name: 'fin-closing', title: 'a FIN in CLOSING', state: 'ESTABLISHED' },
    steps: [
      ...closes,
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>' },
    ],
    again: FIN('SND.NXT-1'),
    // It may have come again while the ACK was waited for.
    isSeenLater: true,
  },
];

const RULES: readonly RuleId[] = ['MUST-18', 'MUST-19', 'RFC 1122 4.2.3.1'];

const ladder = ({
  name,
  title,
  state,
  steps,
  again: replies,
  isSyn,
  once,
  isSeenLater,
  rules = [],
}: Unacknowledged): StepsDeclaration & { state: StateName } => ({
  id: `ladder.retransmission.${name}`,
  title: `${title} is not acknowledged: it is sent again${once ? '' : ', the second time after a longer interval'}`,
  state,
  steps: [
    ...steps,
    isSeenLater ? next(anyOf(replies)) : first(replies),
    ...(once ? [] : [backedOff(replies, isSyn)]),
  ],
  rules: once ? ['MUST-18'] : [...RULES, ...rules],
});

/**
 * R2 is at least three minutes for a SYN. For text and FIN a hundred seconds are a SHOULD, and for a SYN,ACK no document sets a limit:
 * with these, a TCP may have given up.
 */
function unlessGivenUp({ name, again: replies, isSyn }: Unacknowledged): StepDeclaration {
  const step = backedOff(replies, isSyn);
  if (name === 'syn' || !('expect' in step)) return step;
  const { rfc793, rfc1122, rfc9293 } = step.expect as Record<string, readonly StepOutcome[]>;
  const orGivenUp = (outcomes: readonly StepOutcome[] = []): readonly StepOutcome[] => [
    ...outcomes,
    { reply: 'silence', level: 'permitted', ends: true },
  ];
  const byRfc793 = isSyn ? orGivenUp(rfc793) : (rfc793 ?? []);
  return { ...step, expect: { rfc793: byRfc793, rfc1122: orGivenUp(rfc1122), rfc9293: orGivenUp(rfc9293) } };
}

/** It goes on, and no interval is shorter than twice the one before. */
const goesOn = (one: Unacknowledged): StepsDeclaration & { state: StateName } => {
  const { steps, ...rest } = ladder(one);
  const more = Array.from({ length: 3 }, () => unlessGivenUp(one));
  return {
    ...rest,
    id: `ladder.retransmission.${one.name}-goes-on`,
    title: `${one.title} is not acknowledged: it is sent again five times, each time after a longer interval`,
    steps: [...steps, ...more],
    slow: true,
  };
};

const GOING_ON = ['syn', 'syn-ack', 'text-established', 'fin-wait-1'];

/** Before RFC 6298 no document says so. */
const AFTER_SYN_AGAIN: StepDeclaration = next({
  rfc793: anyOf(text(10, 'SND.NXT-10')),
  rfc9293: anyOf(text(10, 'SND.NXT-10'), { interval: { atLeast: 3000 } }),
});

/** R2: as long as this, the connection is not given up. */
const R2_OF_SYN = 175_000;
const R2 = 95_000;

const ALL_ACKED = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>';

/** RFC 793 has a user timeout of five minutes; RFC 1122 and RFC 9293 make 100 seconds a SHOULD. */
const notGivenUp = (
  name: string,
  title: string,
  state: StateName,
  steps: readonly StepDeclaration[],
  then: State,
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.retransmission.${name}`,
  title: `${title} is not acknowledged for 95 seconds: the connection is not given up`,
  state,
  steps: [
    ...steps,
    { wait: R2 },
    { send: ALL_ACKED },
    {
      expect: {
        rfc793: { reply: 'silence', then },
        rfc1122: [
          { reply: 'silence', then, level: 'recommended' },
          { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED', level: 'permitted', ends: true },
        ],
      },
    },
  ],
  rules: ['SHLD-11'],
  slow: true,
});

/** One octet, or none: both make the peer tell its window. */
const PROBE = text(1, 'SND.UNA');
const BARE_PROBE = ['<SEQ=SND.UNA-1><ACK=RCV.NXT><CTL=ACK>'];
const probes = (interval?: Interval): readonly StepOutcome[] =>
  interval
    ? [
        ...anyOf(PROBE, { interval, level: 'recommended' }),
        ...anyOf([...PROBE, ...BARE_PROBE], { level: 'permitted' }),
      ]
    : [...anyOf(PROBE), ...anyOf(BARE_PROBE, { level: 'permitted' })];

export default scenarios('ladders', [
  ...ALL.map(ladder),
  ...ALL.filter(({ name }) => GOING_ON.includes(name)).map(goesOn),
  {
    id: 'ladder.retransmission.text-after-syn-ack-again',
    title:
      'text after a SYN,ACK that was sent twice: the target retransmits the text after three seconds at the earliest',
    state: 'SYN-RECEIVED (passive)',
    steps: [
      next(SYN_ACK),
      { send: ALL_ACKED },
      { expect: 'silence', then: 'ESTABLISHED' },
      ...sendsText,
      AFTER_SYN_AGAIN,
    ],
    rules: ['MUST-18', 'RFC 6298 5 (5.7)'],
  },
  {
    id: 'ladder.retransmission.text-after-syn-again',
    title:
      'text after a SYN that was sent twice: the target retransmits the text after three seconds at the earliest',
    state: 'SYN-SENT',
    steps: [
      next(SYN),
      { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' },
      ...sendsText,
      AFTER_SYN_AGAIN,
    ],
    rules: ['MUST-18', 'RFC 6298 5 (5.7)'],
  },
  {
    id: 'ladder.retransmission.text-after-text-again',
    title: 'text that was sent twice is acknowledged: the next text waits for twice as long',
    state: 'ESTABLISHED',
    steps: [
      ...sendsText,
      next(text(10, 'SND.NXT-10')),
      { send: ALL_ACKED },
      { expect: 'silence' },
      ...sendsText,
      next({
        rfc793: anyOf(text(10, 'SND.NXT-10')),
        rfc1122: anyOf(text(10, 'SND.NXT-10'), { interval: BACKED_OFF }),
      }),
    ],
    rules: [...RULES, 'RFC 6298 5 (5.5)'],
  },
  {
    id: 'ladder.retransmission.current-ack',
    title: 'the target retransmits text after it has received text: with the current acknowledgment',
    state: 'ESTABLISHED',
    steps: [
      ...sendsText,
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>' },
      next([
        ...anyOf(text(10, 'SND.NXT-10')),
        // RFC 1122 section 4.2.2.15 mentions that it may be identical.
        ...anyOf(
          text(10, 'SND.NXT-10').map((reply) => reply.replace('RCV.NXT', 'RCV.NXT-10')),
          { level: 'permitted' },
        ),
      ]),
    ],
    rules: ['3.8 current acknowledgment'],
  },
  {
    id: 'ladder.retransmission.syn-not-given-up',
    title: 'a SYN is not answered for almost three minutes: the open is not given up',
    state: 'SYN-SENT',
    steps: [
      { wait: R2_OF_SYN },
      { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' },
    ],
    rules: ['MUST-23', 'RFC 1122 4.2.3.5'],
    slow: true,
  },
  notGivenUp('text-not-given-up', 'text', 'ESTABLISHED', sendsText, 'ESTABLISHED'),
  notGivenUp('text-in-close-wait-not-given-up', 'text in CLOSE-WAIT', 'CLOSE-WAIT', sendsText, 'CLOSE-WAIT'),
  notGivenUp('fin-not-given-up', 'a FIN', 'ESTABLISHED', closes, 'FIN-WAIT-2'),
  {
    id: 'ladder.retransmission.probes',
    title: 'a window stays closed: it is probed, the third time after a longer interval',
    state: 'ESTABLISHED',
    steps: [
      // Acknowledged at once: a text that is sent again makes the timer of the probes longer.
      ...sendsText,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>' },
      { expect: 'silence' },
      { user: 'SEND 1' },
      next(probes()),
      next(probes()),
      next({ rfc793: probes(), rfc1122: probes(BACKED_OFF) }),
    ],
    rules: ['MUST-36', 'SHLD-30', 'RFC 9293 3.8.6.1'],
  },
]);
