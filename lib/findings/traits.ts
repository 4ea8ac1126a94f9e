import { CONDITION_IDS, type Condition } from '../catalogue/conditions.ts';
import type { ConcreteSegment, Variables } from '../notation/index.ts';
import { lengthOf } from '../notation/index.ts';
import { FIN_RECEIVED, type Origin, STATES, type State, SYNCHRONIZED } from '../standard/state.ts';
import { add, geq, gt, lt, sub } from '../wire/seq.ts';

/** A stimulus, and the TCB that it met. */
export interface Circumstances {
  readonly state: State;
  readonly origin?: Origin | undefined;
  readonly conditions: readonly Condition[];
  readonly segment: ConcreteSegment;
  readonly variables: Variables;
}

const GONE: readonly State[] = ['CLOSED', 'LISTEN'];
const FIN_SENT: readonly State[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];
const FIN_UNACKNOWLEDGED: readonly State[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

const isOneOf =
  (states: readonly State[]) =>
  ({ state }: Circumstances): boolean =>
    states.includes(state);

const ctl = ({ segment }: Circumstances) => segment.ctl;

/** Where a segment lies: its first number after RCV.NXT as a signed distance, and its length. Undefined without a RCV.NXT. */
function placeOf({ state, segment, variables }: Circumstances) {
  const { 'RCV.NXT': next, 'RCV.WND': window = 0 } = variables;
  if (next === undefined || GONE.includes(state) || state === 'SYN-SENT') return undefined;
  const ahead = sub(segment.seq, next);
  return { offset: ahead < 2 ** 31 ? ahead : ahead - 2 ** 32, length: lengthOf(segment), window };
}

type Place = NonNullable<ReturnType<typeof placeOf>>;

const placed =
  (holds: (place: Place) => boolean) =>
  (one: Circumstances): boolean => {
    const place = placeOf(one);
    return place !== undefined && holds(place);
  };

/** RFC 9293 section 3.10.7.4, first. */
const isAcceptable = ({ offset, length, window }: Place): boolean => {
  if (window === 0) return length === 0 && offset === 0;
  const last = offset + Math.max(length, 1) - 1;
  return (offset >= 0 && offset < window) || (last >= 0 && last < window);
};

interface Numbers {
  readonly ack: number;
  readonly una: number;
  readonly next: number;
}

const acknowledging =
  (holds: (numbers: Numbers, one: Circumstances) => boolean) =>
  (one: Circumstances): boolean => {
    const { 'SND.UNA': una, 'SND.NXT': next } = one.variables;
    if (!ctl(one).has('ACK') || GONE.includes(one.state)) return false;
    return una !== undefined && next !== undefined && holds({ ack: one.segment.ack, una, next }, one);
  };

const TESTS = {
  'in no connection': isOneOf(GONE),
  'in a connection': ({ state }) => state === 'SYN-RECEIVED' || SYNCHRONIZED.includes(state),
  'in a synchronized state': isOneOf(SYNCHRONIZED),
  'after the peer closed': isOneOf(FIN_RECEIVED),
  'with or after the FIN of the peer': (one) => FIN_RECEIVED.includes(one.state) || ctl(one).has('FIN'),
  'after both sides closed': isOneOf(['CLOSING', 'LAST-ACK', 'TIME-WAIT']),
  'after its user closed': isOneOf(FIN_SENT),
  'while its FIN is unacknowledged': isOneOf(FIN_UNACKNOWLEDGED),
  'while it may receive': isOneOf(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']),
  'after a passive OPEN': ({ state, origin }) => state === 'SYN-RECEIVED' && origin === 'passive',
  'after an active OPEN': ({ state, origin }) => state === 'SYN-RECEIVED' && origin === 'active',
  RST: (one) => ctl(one).has('RST'),
  'no RST': (one) => !ctl(one).has('RST'),
  SYN: (one) => ctl(one).has('SYN'),
  'no SYN': (one) => !ctl(one).has('SYN'),
  ACK: (one) => ctl(one).has('ACK'),
  'no ACK': (one) => !ctl(one).has('ACK'),
  FIN: (one) => ctl(one).has('FIN'),
  URG: (one) => ctl(one).has('URG'),
  text: ({ segment }) => segment.data > 0,
  'no text': ({ segment }) => segment.data === 0,
  'neither text, SYN nor FIN': ({ segment }) => lengthOf(segment) === 0,
  'text, SYN or FIN': ({ segment }) => lengthOf(segment) > 0,
  'wrong checksum field': ({ segment }) => segment.checksum !== undefined,
  'wrong checksum': ({ segment, conditions }) =>
    segment.checksum !== undefined || conditions.includes('wrong-checksum'),
  'wrong data offset': ({ segment }) => segment.offset !== undefined,
  'reserved bits': ({ segment }) => segment.reserved !== undefined,
  'own options': ({ segment }) => segment.opt !== undefined,
  'a timestamp': ({ segment }) => segment.tsval !== undefined,
  acceptable: placed(isAcceptable),
  unacceptable: placed((place) => !isAcceptable(place)),
  'before the window': placed(({ offset }) => offset < 0),
  'one before the window': placed(({ offset }) => offset === -1),
  'before and into the window': placed((place) => place.offset < 0 && isAcceptable(place)),
  'at RCV.NXT': placed(({ offset }) => offset === 0),
  'past RCV.NXT': placed(({ offset }) => offset > 0),
  // An empty segment at a closed window is acceptable there.
  'at the right edge': placed((place) => place.offset === place.window && !isAcceptable(place)),
  'across an edge': placed((place) => isAcceptable(place) !== isAcceptable({ ...place, length: 0 })),
  'at or past the right edge': placed(({ offset, window }) => offset >= window),
  'ACK beyond SND.NXT': acknowledging(({ ack, next }) => gt(ack, next)),
  'ACK of SND.UNA or older': acknowledging(({ ack, una }) => !gt(ack, una)),
  'ACK without the SYN': (one) =>
    one.state === 'SYN-RECEIVED' && acknowledging(({ ack, una }) => !gt(ack, una))(one),
  'ACK older than SND.UNA': acknowledging(({ ack, una }) => lt(ack, una)),
  'ACK too old': acknowledging(({ ack, una }, { variables }) =>
    lt(ack, sub(una, variables['MAX.SND.WND'] ?? 0)),
  ),
  'ACK of all that was sent': acknowledging(({ ack, una, next }) => ack === next && ack !== una),
  'ACK within what was sent': acknowledging(({ ack, una, next }) => geq(ack, una) && !gt(ack, add(next, 0))),
} as const satisfies Record<string, (one: Circumstances) => boolean>;

/** What may be said of a stimulus: the state that it met, its flags, its place in the window, its acknowledgment, a condition. */
export type Trait = keyof typeof TESTS | State | Condition;

/** In the order in which a sentence names them. */
export const TRAITS: readonly Trait[] = [
  ...(Object.keys(TESTS) as (keyof typeof TESTS)[]),
  ...STATES,
  ...CONDITION_IDS,
];

/**
 * Where a segment and its acknowledgment lie, and what is special about it: a TCP that takes one such place for another does all
 * that it would do at the other.
 */
export const PLACES: readonly Trait[] = [
  'before the window',
  'one before the window',
  'before and into the window',
  'at RCV.NXT',
  'past RCV.NXT',
  'at the right edge',
  'across an edge',
  'at or past the right edge',
  'ACK beyond SND.NXT',
  'ACK of SND.UNA or older',
  'ACK older than SND.UNA',
  'ACK too old',
  'ACK of all that was sent',
  'wrong checksum field',
  'wrong checksum',
  'wrong data offset',
  'reserved bits',
  'own options',
  ...CONDITION_IDS,
];

const isTest = (trait: Trait): trait is keyof typeof TESTS => Object.hasOwn(TESTS, trait);

/** All that is true of a stimulus. */
export const traitsOf = (one: Circumstances): readonly Trait[] =>
  TRAITS.filter((trait) => {
    if (isTest(trait)) return TESTS[trait](one);
    return trait === one.state || (one.conditions as readonly string[]).includes(trait);
  });
