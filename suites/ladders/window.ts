/**
 * RFC 9293 sections 3.8.6 and 3.10.7.4, fifth: SND.WND follows the newest acceptable acknowledgment, and nothing is sent beyond it but
 * a probe. Text is shown by SEND.
 */
import type {
  ByProfile,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ACK, acknowledgedOrNot, ackOf, SENDS_TEN, text } from './families/parts.ts';

const ladder = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  rules: readonly RuleId[] = [],
): StepsDeclaration & { state: 'ESTABLISHED' } => ({
  ...{ id: `ladder.window.${name}`, title, state: 'ESTABLISHED' },
  steps,
  rules: ['RFC 793 3.7 managing the window', 'RFC 793 3.9 fifth', '3.10.7.4 fifth', ...rules],
});

const window = (octets: number): string => `<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=${octets}>`;
const says = (send: string): readonly StepDeclaration[] => [{ send }, { expect: 'silence' }];
/** By an acknowledgment of text: under every profile it is newer than what opened the window. */
const CLOSED: readonly StepDeclaration[] = [...SENDS_TEN, ...says(window(0))];

const probe = (outcome: Omit<StepOutcome, 'reply'>, replies: readonly string[]): readonly StepOutcome[] =>
  replies.map((reply) => ({ reply, ...outcome }));

/** The SYN of the tester has no window scale, so the windows of both ends are as they are sent, whatever the target's SYN has offered. */
const notScaled = (
  name: string,
  title: string,
  state: 'SYN-SENT' | 'SYN-RECEIVED (active)',
  opening: readonly StepDeclaration[],
) => ({
  id: `ladder.window.not-scaled-${name}`,
  title: `${title} has no window scale: the target scales no window`,
  state,
  steps: [
    ...opening,
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
    { expect: [{ reply: ackOf(10), then: 'ESTABLISHED' as const, with: { window: 'not scaled' as const } }] },
  ],
  rules: ['RFC 7323 2.2' as const],
});
const NOT_SCALED = [
  notScaled('active', 'the SYN,ACK', 'SYN-SENT', [
    { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>' },
    { expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' },
  ]),
  notScaled('simultaneous', 'the SYN that crosses', 'SYN-RECEIVED (active)', [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: 'silence', then: 'ESTABLISHED' },
  ]),
];

const BARE_PROBE = '<SEQ=SND.UNA-1><ACK=RCV.NXT><CTL=ACK>';

/** One octet, as the RFCs have it; or more in one segment, or none: both make the peer tell its window. */
const PROBES: readonly StepOutcome[] = [
  ...probe({}, text(1)),
  ...probe({ level: 'permitted' }, text('ANY')),
  ...probe({ level: 'permitted' }, [BARE_PROBE]),
];

/** The user sends more than a segment takes, and none of it goes out but in a probe. */
const HELD_BACK: readonly StepOutcome[] = [
  ...PROBES,
  { reply: 'silence', leftOpen: 'probe of a closed window' },
];
const SENDS_MUCH: StepDeclaration = { user: 'SEND 3000' };
const WAITS: readonly StepDeclaration[] = [SENDS_MUCH, { expect: HELD_BACK, within: 5000 }];

/** RFC 793 page 72 does not say that a window counts whose segment acknowledges nothing new: text may go out, in any pieces. */
const WAITS_SINCE_RFC_1122: readonly StepDeclaration[] = [
  SENDS_MUCH,
  {
    expect: {
      rfc793: [
        ...HELD_BACK,
        ...[2, 3, 4, 5, 6].flatMap((segments) =>
          text('ANY', 'ANY').map((last) => ({
            reply: [...Array.from({ length: segments - 1 }, () => text('ANY', 'ANY')[0] as string), last],
            ends: true as const,
          })),
        ),
      ],
      rfc1122: HELD_BACK,
    },
    within: 5000,
  },
];

/** The text in one piece; or after an octet that RFC 793 section 3.7 lets a TCP send into a closed window. */
const EARLY: readonly StepOutcome[] = [
  ...text(1).flatMap((one) => text(9, 'SND.NXT+1').map((rest) => ({ reply: [one, rest] }))),
  // The rest waits until the octet is acknowledged: Nagle.
  ...text(1).map((reply) => ({ reply })),
];
const OPENED: ByProfile<StepExpectation> = {
  rfc793: [...text(10), ...EARLY, ...HELD_BACK],
  rfc1122: [...text(10), ...EARLY.map((each) => ({ ...each, level: 'permitted' }) as const)],
};

/** Two pushed texts, an octet of which may have gone out before as a probe. */
const COLLAPSED: readonly StepOutcome[] = [
  ...text(20).map((reply) => ({ reply })),
  ...text(10).flatMap((one) =>
    text(10, 'SND.NXT+10').map((other) => ({ reply: [one, other], level: 'permitted', ends: true }) as const),
  ),
  // They are not collapsed, and the second waits for an acknowledgment: Nagle.
  ...text(10).map((reply) => ({ reply, level: 'permitted', ends: true }) as const),
  ...text(1).flatMap((one) => [
    { reply: one, level: 'permitted', ends: true } as const,
    ...text(19, 'SND.NXT+1').map((rest) => ({ reply: [one, rest], level: 'permitted', ends: true }) as const),
  ]),
];

/** The peer acknowledges a third of what is in flight, and its window covers half of the rest. */
const SHRUNK = says('<SEQ=RCV.NXT><ACK=SND.UNA+1000><CTL=ACK><WND=1000>');

/** What is in flight beyond SND.UNA comes again, from there or from the start of its segment, in any pieces. */
const FLIGHT_AGAIN: readonly string[] = [...text('ANY', 'SND.UNA'), ...text('ANY', 'SND.UNA-1000')];

/** One octet that is probed with, new or sent before. */
const PROBED_AGAIN: readonly StepOutcome[] = [
  ...probe({}, text(1, 'SND.UNA')),
  ...probe({ level: 'permitted' }, [BARE_PROBE]),
];
/** The probes come at growing intervals (RFC 9293 SHLD-30). */
const STILL_CLOSED: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK><WND=0>' },
  { expect: PROBED_AGAIN, within: 10_000 },
];

// Of the octets that the user takes at once, a window that is told anew each time moves so far.
const TAKEN_AT_ONCE: readonly StepDeclaration[] = [1, 2, 3].flatMap(() => [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  {
    expect: {
      rfc793: ackOf(10),
      rfc1122: [
        { reply: ackOf(10), level: 'recommended', with: { edge: 'no silly step' } },
        { reply: ackOf(10), level: 'permitted' },
      ],
    },
  },
]);

const NOT_SHRUNK: readonly StepDeclaration[] = [1, 2, 3].flatMap(() => [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  {
    expect: [
      { reply: ackOf(10), level: 'recommended', with: { edge: 'not back' } },
      { reply: ackOf(10), level: 'permitted' },
    ],
  },
]);

/** The least override timeout of RFC 9293 section 3.8.6.2.1, in milliseconds. */
const OVERRIDE = 100;

const NO_NEW_TEXT: ByProfile<StepExpectation> = {
  rfc793: 'silence',
  rfc1122: [
    'silence',
    ...text(10).map((reply) => ({ reply, level: 'permitted', leftOpen: 'shrunk window' }) as const),
  ],
};

export default scenarios('ladders', [
  ladder(
    'closed',
    'the window is closed: what the user sends waits',
    [...says(window(0)), ...WAITS_SINCE_RFC_1122],
    ['MUST-36', 'RFC 1122 4.2.2.20 g'],
  ),
  ladder(
    'closed-by-text',
    "the peer's text closes the window: what the user sends waits",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10><WND=0>' },
      { expect: ackOf(10) },
      ...WAITS_SINCE_RFC_1122,
    ],
    ['3.10.7.4 seventh', 'RFC 1122 4.2.2.20 g'],
  ),
  ladder('closed-by-ack-of-text', 'the ACK of text closes the window: what the user sends next waits', [
    ...CLOSED,
    ...WAITS,
  ]),
  {
    ...ladder('closed-in-close-wait', 'the window is closed in CLOSE-WAIT: what the user sends waits', [
      ...CLOSED,
      ...WAITS,
    ]),
    state: 'CLOSE-WAIT',
  },
  ladder('opened-again', 'an ACK that only opens the window: the waiting text goes out', [
    ...CLOSED,
    { user: 'SEND 10' },
    { send: window(4380) },
    { expect: OPENED },
  ]),
  ladder('opened-before-send', 'the window is closed and opened again: text goes out', [
    ...CLOSED,
    ...says(window(4380)),
    { user: 'SEND 10' },
    { expect: { rfc793: [...text(10), ...HELD_BACK], rfc1122: text(10) } },
  ]),
  ladder(
    'probed',
    'the window stays closed: the target goes on probing while the peer answers',
    [...CLOSED, { user: 'SEND 10' }, { expect: PROBES, within: 10_000 }],
    ['MUST-36', 'RFC 9293 3.8.6.1'],
  ),
  ladder(
    'probed-after-timeout',
    'the window has just closed when the user sends: it is probed after a retransmission timeout',
    [
      { send: window(0) },
      // The call may come another way than the segment.
      { wait: 100 },
      { user: 'SEND 10' },
      {
        expect: {
          // RFC 793 page 72 does not say that such a window counts.
          rfc793: [...probe({}, text(10)), ...PROBES],
          // RFC 6298 (2.4) has a second since the window closed as the least timeout, which many stacks undercut.
          rfc1122: [
            ...probe({ level: 'recommended', with: { after: 900 } }, text(1)),
            ...probe({ level: 'permitted' }, [...text('ANY'), BARE_PROBE]),
          ],
        },
        within: 10_000,
      },
    ],
    ['SHLD-29', 'RFC 9293 3.8.6.1'],
  ),
  {
    ...ladder(
      'probed-on',
      'the window stays closed: the target goes on to probe it, as long as the peer answers',
      [...CLOSED, { user: 'SEND 1' }, { expect: PROBED_AGAIN, within: 10_000 }, ...STILL_CLOSED],
      ['MUST-36', 'MUST-37', 'RFC 9293 3.8.6.1'],
    ),
    // The second interval of some stacks is ten seconds long.
    slow: true,
  },
  ladder('made-smaller', 'an ACK only makes the window smaller: no more than fits goes out', [
    ...says(window(1)),
    { user: 'SEND 10' },
    {
      expect: {
        // By the letter of page 72, a window counts only with an acknowledgment of something.
        rfc793: [...text(10), ...text(1)],
        rfc1122: ['silence', ...text(1).map((reply) => ({ reply, level: 'permitted' }) as const)],
      },
    },
  ]),
  ladder(
    'small',
    'the window takes a small part of the text that the user sends: it goes out after the override timeout',
    [
      ...SENDS_TEN,
      ...says(window(100)),
      SENDS_MUCH,
      {
        expect: {
          rfc793: text(100),
          rfc1122: [
            ...text(100).map((reply) => ({ reply, with: { after: OVERRIDE } })),
            ...text(100).map((reply) => ({ reply, level: 'permitted' }) as const),
          ],
        },
        within: 10_000,
      },
    ],
    ['MUST-38'],
  ),
  ladder(
    'offered-in-large-steps',
    'the user takes each small text at once: the right edge of the window stays, or moves by much',
    TAKEN_AT_ONCE,
    ['MUST-39'],
  ),
  {
    ...ladder(
      'offered-not-shrunk',
      'text is not received: the right edge of the window does not go back',
      NOT_SHRUNK,
      ['SHLD-14'],
    ),
    condition: 'text-unread',
  },
  ...NOT_SCALED,
  ladder(
    'unsigned',
    'a window of 40000 octets is not read as negative: text goes out',
    [...says(window(40_000)), ...SENDS_TEN],
    ['MUST-1'],
  ),
  ladder(
    'unsigned-largest',
    'a window of 65535 octets is not read as negative: text goes out',
    [...says(window(65_535)), ...SENDS_TEN],
    ['MUST-1'],
  ),

  {
    id: 'ladder.push.collapsed',
    title: 'two pushed texts wait behind a closed window: they go out in one segment',
    state: 'ESTABLISHED',
    steps: [
      ...SENDS_TEN,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>' },
      { expect: 'silence' },
      { user: 'SEND 10 PUSH' },
      { user: 'SEND 10 PUSH' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=4380>' },
      {
        expect: {
          rfc793: [...COLLAPSED, ...HELD_BACK.map((each) => ({ ...each, ends: true as const }))],
          rfc1122: COLLAPSED,
        },
      },
    ],
    rules: ['SHLD-27', 'MAY-16', 'SHLD-28'],
  },
  ladder('old-ack', 'an old ACK with a closed window does not close it: text goes out', [
    ...says('<SEQ=RCV.NXT><ACK=SND.UNA-10><CTL=ACK><WND=0>'),
    ...SENDS_TEN,
  ]),
  ladder('old-ack-with-text', 'text with an old ACK and a closed window does not close it: text goes out', [
    { send: '<SEQ=RCV.NXT><ACK=SND.UNA-10><CTL=ACK,PSH><DATA=10><WND=0>' },
    { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>' },
    ...SENDS_TEN,
  ]),
  ladder(
    'old-ack-opens',
    'an old ACK with an open window does not open a closed one: what the user sends waits',
    [...CLOSED, ...says('<SEQ=RCV.NXT><ACK=SND.UNA-10><CTL=ACK><WND=4380>'), ...WAITS],
  ),
  ladder(
    'outside',
    'a segment outside the window does not close the send window: text goes out',
    [{ send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><WND=0>' }, { expect: ACK }, ...SENDS_TEN],
    ['3.10.7.4 first'],
  ),
  ladder('ack-beyond-snd-nxt', 'an ACK of an octet never sent does not close the window: text goes out', [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK><WND=0>' },
    { expect: ACK },
    ...SENDS_TEN,
  ]),
  ladder('without-ack-bit', 'a segment without ACK does not close the window: text goes out', [
    ...says('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=PSH><DATA=10><WND=0>'),
    ...SENDS_TEN,
  ]),
  ladder(
    'older-segment',
    'text beyond a gap opens the window; the older text that fills the gap does not close it: text goes out',
    [
      ...SENDS_TEN,
      { send: '<SEQ=RCV.NXT+10><ACK=SND.NXT><CTL=ACK,PSH><DATA=10><WND=4380>' },
      { expect: acknowledgedOrNot() },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10><WND=0>' },
      {
        expect: {
          rfc793: [ackOf(20), { reply: ackOf(10), ends: true }],
          rfc1122: [ackOf(20), { reply: ackOf(10), ends: true, level: 'permitted' }],
        },
      },
      ...SENDS_TEN,
    ],
  ),
  {
    ...ladder(
      'shrunk',
      'the peer shrinks the window below what is in flight: new text of the user waits',
      [...SHRUNK, { user: 'SEND 10' }, { expect: NO_NEW_TEXT }],
      ['MUST-34', 'SHLD-15'],
    ),
    condition: 'text-in-flight',
  },
  {
    ...ladder(
      'shrunk-sent-again',
      'the window is shrunk below what is in flight: the old text is sent again',
      [...SHRUNK, { expect: FLIGHT_AGAIN, within: 10_000 }],
      ['MUST-34', 'SHLD-16', 'MAY-7'],
    ),
    condition: 'text-in-flight',
  },
  {
    ...ladder(
      'shrunk-to-zero',
      'the window is shrunk to zero while text is in flight: it is probed',
      [
        { send: '<SEQ=RCV.NXT><ACK=SND.UNA+1000><CTL=ACK><WND=0>' },
        // Not longer: a probe may come as soon as the text would be sent again.
        { wait: 50 },
        {
          expect: [...probe({}, FLIGHT_AGAIN), ...probe({ level: 'permitted' }, [BARE_PROBE])],
          within: 10_000,
        },
      ],
      ['MUST-34', 'MUST-35', 'MUST-36'],
    ),
    condition: 'text-in-flight',
  },
  {
    ...ladder(
      'shrunk-and-opened',
      'the peer shrinks the window below what is in flight, then acknowledges it all: text goes out',
      [...SHRUNK, ...says(window(4380)), ...SENDS_TEN],
      ['MUST-34'],
    ),
    condition: 'text-in-flight',
  },
]);
