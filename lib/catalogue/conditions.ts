import type { Family } from '../wire/address.ts';

/** What the target's user has to do, or not to do, before the stimulus. */
export interface UserDemands {
  /** It calls no RECEIVE: what arrives stays in the buffer. */
  readonly receives?: false;
  /** Octets that it has sent and that nobody has acknowledged. */
  readonly sends?: number;
  /** It has closed both ways, and will not receive either. */
  readonly closed?: true;
  /** It has asked for precedence, or lets the peer raise it. */
  readonly precedence?: 'asked' | 'may be raised';
}

/** How the packet of the stimulus differs from an ordinary one. */
export interface PacketDemands {
  readonly security?: 'other';
  readonly precedence?: 'higher' | 'lower';
  readonly checksum?: 'wrong';
  readonly destination?: 'multicast';
  /** An option of the IP header that does not concern TCP. Over IPv6, it is in a destination options header. */
  readonly ipOption?: 'record route' | 'timestamp' | 'unknown';
  /** An impossible source address; `own` is the target's own address and port. */
  readonly source?: 'broadcast' | 'multicast' | 'unspecified' | 'loopback' | 'own';
  /** The timestamp of the stimulus; that of the connection when absent. */
  readonly timestamp?: 'old' | 'none';
}

/** What conditions ask for. Two conditions ask for different things, or for the same. */
export interface Demands {
  /** The receive window of the target. */
  readonly window?: 'zero';
  readonly user: UserDemands;
  /** Options of the tester's SYN that the target must agree to. */
  readonly syn: { readonly timestamps?: true };
  readonly packet: PacketDemands;
}

interface Row extends Partial<Demands> {
  /** For people. */
  readonly text: string;
  readonly families: readonly Family[];
}

const BOTH: readonly Family[] = [4, 6];
// IPv6 has no security option, no precedence and no broadcast.
const IPV4: readonly Family[] = [4];
const TIMESTAMPS = { timestamps: true } as const;

/** The circumstances, besides the state, in which a scenario may begin. Code asks what a condition demands, never for its name. */
export const CONDITIONS = {
  'zero-window': {
    text: 'zero receive window',
    families: BOTH,
    window: 'zero',
    user: { receives: false },
  },
  'text-in-flight': {
    text: 'target has 3000 octets in flight',
    families: BOTH,
    user: { sends: 3000 },
  },
  timestamps: { text: 'timestamps negotiated', families: BOTH, syn: TIMESTAMPS },
  'old-timestamp': {
    text: 'timestamps negotiated; TSval older than TS.Recent',
    families: BOTH,
    syn: TIMESTAMPS,
    packet: { timestamp: 'old' },
  },
  'no-timestamp': {
    text: 'timestamps negotiated; segment carries none',
    families: BOTH,
    syn: TIMESTAMPS,
    packet: { timestamp: 'none' },
  },
  'other-security': {
    text: 'IPv4 security option differs from the connection',
    families: IPV4,
    packet: { security: 'other' },
  },
  'higher-precedence': {
    text: 'IPv4 precedence higher, target not allowed to raise it',
    families: IPV4,
    packet: { precedence: 'higher' },
  },
  'precedence-to-raise': {
    text: 'IPv4 precedence higher, target allowed to raise it',
    families: IPV4,
    user: { precedence: 'may be raised' },
    packet: { precedence: 'higher' },
  },
  'lower-precedence': {
    text: 'IPv4 precedence lower',
    families: IPV4,
    user: { precedence: 'asked' },
    packet: { precedence: 'lower' },
  },
  'wrong-checksum': { text: 'wrong TCP checksum', families: BOTH, packet: { checksum: 'wrong' } },
  'not-unicast': {
    text: 'sent to a broadcast or multicast address',
    families: BOTH,
    packet: { destination: 'multicast' },
  },
  'ip-record-route': {
    text: 'with the IP option Record Route',
    families: IPV4,
    packet: { ipOption: 'record route' },
  },
  'ip-timestamp': { text: 'with the IP option Timestamp', families: IPV4, packet: { ipOption: 'timestamp' } },
  'ip-unknown-option': {
    text: 'with an IP option that nobody knows',
    families: BOTH,
    packet: { ipOption: 'unknown' },
  },
  'from-broadcast': {
    text: 'sent from the broadcast address',
    families: IPV4,
    packet: { source: 'broadcast' },
  },
  'from-multicast': {
    text: 'sent from a multicast address',
    families: BOTH,
    packet: { source: 'multicast' },
  },
  'from-unspecified': {
    text: 'sent from the unspecified address',
    families: BOTH,
    packet: { source: 'unspecified' },
  },
  'from-loopback': { text: 'sent from a loopback address', families: BOTH, packet: { source: 'loopback' } },
  'from-own': {
    text: "sent from the target's own address, and from the port that it goes to",
    families: BOTH,
    packet: { source: 'own' },
  },
  'user-closed': { text: 'the user has closed both directions', families: BOTH, user: { closed: true } },
  'text-unread': { text: 'the user calls no RECEIVE', families: BOTH, user: { receives: false } },
} as const satisfies Readonly<Record<string, Row>>;

export type Condition = keyof typeof CONDITIONS;

export const CONDITION_IDS = Object.keys(CONDITIONS) as readonly Condition[];

const rowOf = (condition: Condition): Row => CONDITIONS[condition];

const known = new WeakMap<readonly Condition[], Demands>();
const NONE: readonly Condition[] = [];

/** What all of the conditions ask for together. */
export function demandsOf(conditions: readonly Condition[] = NONE): Demands {
  const before = known.get(conditions);
  if (before) return before;
  const demands = joined(conditions);
  known.set(conditions, demands);
  return demands;
}

function joined(conditions: readonly Condition[]): Demands {
  const demands: { -readonly [Key in keyof Demands]: Demands[Key] } = { user: {}, syn: {}, packet: {} };
  for (const { window, user, syn, packet } of conditions.map(rowOf)) {
    if (window) demands.window = window;
    demands.user = { ...demands.user, ...user };
    demands.syn = { ...demands.syn, ...syn };
    demands.packet = { ...demands.packet, ...packet };
  }
  return demands;
}

/** The address families that can express all of the conditions. */
export const familiesOf = (conditions: readonly Condition[]): readonly Family[] =>
  BOTH.filter((family) => conditions.every((condition) => rowOf(condition).families.includes(family)));

/** For people; undefined when there is none. */
export const conditionText = (conditions: readonly Condition[] = []): string | undefined =>
  conditions.length === 0 ? undefined : conditions.map((condition) => rowOf(condition).text).join('; ');
