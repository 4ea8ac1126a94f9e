/**
 * RFC 9293 section 3.3.1: each connection has a TCB of its own. What happens to one changes no other, on the same port of the target
 * too.
 */
import type {
  PlaceDeclaration,
  StateName,
  StepDeclaration,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import { ACK, ackOf, SENDS_TEN } from './families/parts.ts';

const slug = (name: StateName): string => name.toLowerCase().replace(/ \((.*)\)/, '-$1');

/** What shows that a connection is where it was: as in any other run, it takes text, or answers an unacceptable segment. */
interface Neighbour {
  readonly state: StateName;
  readonly send: string;
  readonly reply: string;
  readonly then: State;
  readonly rules: readonly RuleId[];
}

const TEXT: readonly RuleId[] = ['3.10.7.4 fifth', '3.10.7.4 seventh'];
const UNACCEPTABLE: readonly RuleId[] = ['3.5.2 group 3', '3.10.7.4 first'];

const takesText = (state: StateName, then: State): Neighbour => ({
  ...{ state, then, reply: ackOf(10), rules: TEXT },
  send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
});

const answersOldText = (state: Exclude<State, 'SYN-RECEIVED'>): Neighbour => ({
  ...{ state, then: state, reply: ACK, rules: UNACCEPTABLE },
  send: '<SEQ=RCV.NXT-2><ACK=SND.NXT><CTL=ACK><DATA=1>',
});

/** Not FIN-WAIT-1, CLOSING and LAST-ACK: their FIN is sent again while the first connection is watched. */
const NEIGHBOURS: readonly Neighbour[] = [
  {
    state: 'SYN-SENT',
    send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>',
    reply: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>',
    then: 'ESTABLISHED',
    rules: ['3.10.7.3 fourth'],
  },
  takesText('SYN-RECEIVED (passive)', 'ESTABLISHED'),
  takesText('SYN-RECEIVED (active)', 'ESTABLISHED'),
  takesText('ESTABLISHED', 'ESTABLISHED'),
  takesText('FIN-WAIT-2', 'FIN-WAIT-2'),
  answersOldText('CLOSE-WAIT'),
  answersOldText('TIME-WAIT'),
];

/** What happens to the first connection. */
interface Happening {
  readonly name: string;
  readonly title: string;
  readonly state?: StateName;
  readonly steps: readonly StepDeclaration[];
  readonly rules: readonly RuleId[];
}

const beside = (
  { name, title, state = 'ESTABLISHED', steps, rules }: Happening,
  neighbour: Neighbour,
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.side-by-side.${name}-and-${slug(neighbour.state)}`,
  title: `${title}: another connection in ${neighbour.state} goes on`,
  state,
  beside: { other: { state: neighbour.state } satisfies PlaceDeclaration },
  steps: [
    ...steps,
    { on: 'other', send: neighbour.send },
    { on: 'other', expect: neighbour.reply, then: neighbour.then },
  ],
  rules: ['3.3.1 connection record', ...rules, ...neighbour.rules],
});

const RESET: Happening = {
  name: 'reset',
  title: 'one connection is reset',
  steps: [{ send: '<SEQ=RCV.NXT><CTL=RST>' }, { expect: 'silence', then: 'CLOSED' }],
  rules: ['3.10.7.4 second'],
};

const REFUSED: Happening = {
  name: 'refused',
  title: 'one active OPEN is refused',
  state: 'SYN-SENT',
  steps: [{ send: '<SEQ=0><ACK=SND.NXT><CTL=RST,ACK>' }, { expect: 'silence', then: 'CLOSED' }],
  rules: ['3.10.7.3 second'],
};

const HALF_OPENED: Happening = {
  name: 'syn-reset',
  title: 'one SYN is reset',
  state: 'SYN-RECEIVED (passive)',
  steps: [{ send: '<SEQ=RCV.NXT><CTL=RST>' }, { expect: 'silence', then: 'LISTEN' }],
  rules: ['3.10.7.4 second'],
};

const CLOSED: Happening = {
  name: 'close',
  title: 'the user closes one connection',
  steps: [{ user: 'CLOSE' }, { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' }],
  rules: ['RFC 793 3.5'],
};

const FINISHED: Happening = {
  name: 'fin',
  title: 'the peer closes one connection',
  steps: [{ send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' }, { expect: ackOf(1), then: 'CLOSE-WAIT' }],
  rules: ['3.10.7.4 eighth'],
};

const ESTABLISHED = takesText('ESTABLISHED', 'ESTABLISHED');

/** The first connection, and two beside it. */
const THREE = [{}, { on: 'second' }, { on: 'third' }] as const;

export default scenarios('ladders', [
  ...NEIGHBOURS.map((neighbour) => beside(RESET, neighbour)),
  ...[REFUSED, HALF_OPENED, CLOSED, FINISHED].map((happening) => beside(happening, ESTABLISHED)),
  beside(HALF_OPENED, takesText('SYN-RECEIVED (passive)', 'ESTABLISHED')),
  beside(REFUSED, NEIGHBOURS[0] as Neighbour),

  {
    id: 'ladder.side-by-side.window-closed',
    title: 'the window of one connection is closed: text goes out on another',
    state: 'ESTABLISHED',
    beside: { other: { state: 'ESTABLISHED' } },
    steps: [
      ...SENDS_TEN,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>' },
      { expect: 'silence' },
      ...SENDS_TEN.map((step) => ({ ...step, on: 'other' })),
    ],
    rules: ['3.3.1 connection record', '3.10.7.4 fifth'],
  },
  {
    id: 'ladder.side-by-side.syn-received-and-listen',
    title: 'one connection is in SYN-RECEIVED: the port still listens, and another SYN is answered',
    state: 'SYN-RECEIVED (passive)',
    beside: { other: { state: 'LISTEN' } },
    steps: [
      { on: 'other', send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
      { on: 'other', expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: ESTABLISHED.send },
      { expect: ESTABLISHED.reply, then: 'ESTABLISHED' },
    ],
    rules: ['3.3.1 connection record', 'MUST-42', '3.10.7.2 third', ...TEXT],
  },
  {
    id: 'ladder.side-by-side.three-half-open',
    title: 'three peers send a SYN to one port: each is answered, and opens a connection',
    state: 'LISTEN',
    beside: { second: { state: 'LISTEN' }, third: { state: 'LISTEN' } },
    steps: [
      ...THREE.flatMap((on) => [
        { ...on, send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
        { ...on, expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' } as const,
      ]),
      ...THREE.flatMap((on) => [
        { ...on, send: ESTABLISHED.send },
        { ...on, expect: ESTABLISHED.reply, then: 'ESTABLISHED' } as const,
      ]),
    ],
    rules: ['3.3.1 connection record', 'MUST-42', '3.10.7.2 third', ...TEXT],
  },
  {
    id: 'ladder.side-by-side.three-listeners',
    title: 'the user listens on three ports: a SYN at each is answered',
    state: 'CLOSED',
    beside: { second: { state: 'CLOSED' }, third: { state: 'CLOSED' } },
    steps: [
      ...THREE.map((on) => ({ ...on, user: 'OPEN PASSIVE' }) as const),
      ...THREE.flatMap((on) => [
        { ...on, send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
        { ...on, expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' } as const,
      ]),
    ],
    rules: ['3.3.1 connection record', 'MUST-41', '3.10.7.2 third'],
  },
  {
    id: 'ladder.side-by-side.three-opening',
    title: 'the user opens three connections at once: each is established',
    state: 'SYN-SENT',
    beside: { second: { state: 'SYN-SENT' }, third: { state: 'SYN-SENT' } },
    steps: THREE.flatMap((on) => [
      { ...on, send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>' },
      { ...on, expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' } as const,
    ]),
    rules: ['3.3.1 connection record', '3.10.7.3 fourth'],
  },
  {
    id: 'ladder.side-by-side.text-from-other-port',
    title:
      'text comes from a port that has no connection: it is reset, and the connection of another port goes on',
    state: 'LISTEN',
    beside: { other: { state: 'ESTABLISHED' } },
    steps: [
      { send: '<SEQ=ANY><ACK=ANY><CTL=ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'LISTEN' },
      { on: 'other', send: ESTABLISHED.send },
      { on: 'other', expect: ESTABLISHED.reply, then: 'ESTABLISHED' },
    ],
    rules: ['3.3.1 connection record', '3.10.7.2 second', ...TEXT],
  },
  {
    id: 'ladder.side-by-side.listener-closed',
    title: 'the user closes the listener: a connection that it has accepted goes on',
    state: 'ESTABLISHED',
    steps: [
      { user: 'CLOSE LISTENER' },
      { expect: 'silence', then: 'ESTABLISHED' },
      { send: ESTABLISHED.send },
      { expect: ESTABLISHED.reply, then: 'ESTABLISHED' },
    ],
    rules: ['3.3.1 connection record', 'MUST-41', ...TEXT],
  },
  {
    id: 'ladder.side-by-side.passive-open',
    title: 'the user listens on another port: a connection goes on',
    state: 'ESTABLISHED',
    beside: { other: { state: 'ESTABLISHED' } },
    steps: [
      { user: 'OPEN PASSIVE' },
      { expect: 'silence' },
      { on: 'other', send: ESTABLISHED.send },
      { on: 'other', expect: ESTABLISHED.reply, then: 'ESTABLISHED' },
    ],
    rules: ['3.3.1 connection record', 'MUST-41', ...TEXT],
  },
]);
