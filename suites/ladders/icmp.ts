/** RFC 9293 section 3.9.2.2, RFC 1122 section 4.2.3.9: what an ICMP error does to the connection that it is about, and to no other. */
import type {
  ByProfile,
  StateName,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import type { IcmpErrorName } from '../../lib/wire/icmp.ts';

type Declaration = StepsDeclaration & { state: StateName };

/** A state in which something is in flight, and the first segment of it. */
interface InFlight {
  readonly state: StateName;
  readonly about: string;
  readonly condition?: 'text-in-flight';
  /** ABORT sends a reset here (RFC 9293 section 3.10.5). */
  readonly abortResets?: true;
}

const TEXT = '<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK><DATA=100>';
const FIN = '<SEQ=SND.UNA><ACK=RCV.NXT><CTL=FIN,ACK>';
const SYN_ACK = '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>';

const SYN_SENT: InFlight = { state: 'SYN-SENT', about: '<SEQ=ISS><CTL=SYN>' };
const ESTABLISHED: InFlight = {
  ...{ state: 'ESTABLISHED', about: TEXT, condition: 'text-in-flight', abortResets: true },
};
const OTHERS: readonly InFlight[] = [
  { state: 'SYN-RECEIVED (passive)', about: SYN_ACK, abortResets: true },
  { state: 'SYN-RECEIVED (active)', about: SYN_ACK, abortResets: true },
  { state: 'CLOSE-WAIT', about: TEXT, condition: 'text-in-flight', abortResets: true },
  { state: 'FIN-WAIT-1', about: FIN, abortResets: true },
  { state: 'CLOSING', about: FIN },
  { state: 'LAST-ACK', about: FIN },
];

const slug = (text: string): string => text.toLowerCase().replace(/ \((.*)\)/, '-$1');
const stateOf = ({ state }: InFlight): State => state.replace(/ .*/, '') as State;
const isOpening = ({ state }: InFlight): boolean => state.startsWith('SYN');

const stays = (place: InFlight): StepOutcome => ({ reply: 'silence', then: stateOf(place) });

const aborts = ({ abortResets }: InFlight, level: 'required' | 'recommended' | 'permitted') => {
  const resets = ['<SEQ=SND.NXT><CTL=RST>', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>'];
  const then = 'CLOSED' as const;
  return [
    { reply: 'silence', then, level },
    ...(abortResets ? resets : []).map((reply) => ({
      ...({ reply, then, level: 'permitted', leftOpen: 'abort by ICMP' } as const),
    })),
  ] satisfies readonly StepOutcome[];
};

/** RFC 793 does not mention ICMP. */
const either = (place: InFlight): readonly StepOutcome[] => [stays(place), ...aborts(place, 'required')];

const soft = (place: InFlight): ByProfile<StepExpectation> => ({
  rfc793: either(place),
  rfc1122: stays(place),
  // RFC 5461 section 4: many give up an open at a soft error. RFC 9293 notes it, and does not call it wrong.
  rfc9293: isOpening(place) ? [stays(place), ...aborts(place, 'permitted')] : stays(place),
});

const hard = (place: InFlight): ByProfile<StepExpectation> => ({
  rfc793: either(place),
  rfc1122: [...aborts(place, 'recommended'), { ...stays(place), level: 'permitted' }],
});

const size = (place: InFlight): ByProfile<StepExpectation> => ({
  rfc793: [stays(place), ...aborts(place, 'permitted')],
});

/** Code 4 is among the hard errors of RFC 1122 and RFC 9293, who both have path MTU discovery live by it. */
const ICMPV6_SIZE = (place: InFlight): ByProfile<StepExpectation> => ({
  ...{ rfc793: [stays(place), ...aborts(place, 'permitted')], rfc1122: stays(place) },
});

interface Kind {
  readonly errors: readonly IcmpErrorName[];
  readonly expect: (place: InFlight) => ByProfile<StepExpectation>;
  readonly what: string;
  readonly rules: readonly RuleId[];
}

const SOFT: Kind = {
  errors: [
    ...(['net unreachable', 'host unreachable', 'source route failed', 'parameter problem'] as const),
    ...(['time exceeded in transit', 'time exceeded in reassembly', 'unrecognized next header'] as const),
  ],
  expect: soft,
  what: 'the connection goes on',
  rules: ['RFC 1122 4.2.3.9 soft', 'MUST-56'],
};
const HARD: Kind = {
  errors: ['protocol unreachable', 'port unreachable'],
  expect: hard,
  what: 'the connection is aborted',
  rules: ['RFC 1122 4.2.3.9 hard', 'SHLD-26', 'MUST-54'],
};
const QUENCH: Kind = {
  errors: ['source quench'],
  expect: stays,
  what: 'the target ignores it',
  rules: ['MUST-55'],
};
const SIZE: Kind = { errors: [], expect: size, what: 'the connection goes on', rules: ['3.7.2 path MTU'] };

const arrives = (
  error: IcmpErrorName,
  { expect, what, rules }: Omit<Kind, 'errors'>,
  place: InFlight,
): Declaration => ({
  id: `ladder.icmp.${error.replaceAll(' ', '-')}-${slug(place.state)}`,
  title: `ICMP ${error} about what is in flight in ${place.state}: ${what}`,
  state: place.state,
  ...(place.condition ? { condition: place.condition } : {}),
  steps: [{ icmp: error, about: place.about }, { expect: expect(place) }],
  rules,
});

const ofEach = (kind: Kind, places: readonly InFlight[], errors = kind.errors): readonly Declaration[] =>
  places.flatMap((place) => errors.map((error) => arrives(error, kind, place)));

/** The same ports at one end, so that who looks at that end alone takes it for this connection's. */
const astray = (otherPort: 'target' | 'tester', place: InFlight): Declaration => ({
  id: `ladder.icmp.other-${otherPort}-port-${slug(place.state)}`,
  title: `ICMP port unreachable about a segment of another port of the ${otherPort}: the target ignores it`,
  state: place.state,
  ...(place.condition ? { condition: place.condition } : {}),
  steps: [{ icmp: 'port unreachable', about: place.about, otherPort }, { expect: stays(place) }],
  rules: ['MUST-54'],
});

const notInFlight = (name: string, seq: string): Declaration => ({
  id: `ladder.icmp.${name}`,
  title: `ICMP port unreachable about ${seq}, which is not in flight: the target sends nothing`,
  state: 'ESTABLISHED',
  condition: 'text-in-flight',
  steps: [
    { icmp: 'port unreachable', about: TEXT.replace('SND.UNA', seq) },
    {
      expect: {
        rfc793: either(ESTABLISHED),
        rfc1122: [...aborts(ESTABLISHED, 'recommended'), { ...stays(ESTABLISHED), level: 'permitted' }],
        rfc9293: [stays(ESTABLISHED), ...aborts(ESTABLISHED, 'recommended')],
      },
    },
  ],
  rules: ['RFC 5927 4.1', 'RFC 1122 4.2.3.9 hard'],
});

export default scenarios('ladders', [
  ...ofEach(SOFT, [ESTABLISHED, SYN_SENT]),
  ...ofEach(SOFT, OTHERS, ['host unreachable']),
  ...ofEach(HARD, [ESTABLISHED, SYN_SENT]),
  ...ofEach(HARD, OTHERS, ['port unreachable']),
  ...ofEach(QUENCH, [ESTABLISHED, SYN_SENT, ...OTHERS]),
  arrives('fragmentation needed', SIZE, ESTABLISHED),
  arrives('packet too big', { ...SIZE, expect: ICMPV6_SIZE }, ESTABLISHED),
  ...[ESTABLISHED, SYN_SENT].flatMap((place) => [astray('target', place), astray('tester', place)]),
  notInFlight('before-snd-una', 'SND.UNA-1000'),
  notInFlight('beyond-snd-nxt', 'SND.NXT+1000'),
]);
