import { demandsOf } from '../../catalogue/conditions.ts';
import { type Place, type Scenario, sentIn } from '../../catalogue/scenario.ts';
import { type ConcreteSegment, mentions } from '../../notation/index.ts';
import { headerForm } from '../../standard/header.ts';
import { PROFILES } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import type { Connection } from '../../states/index.ts';
import type { PacketOverrides } from '../../tester/index.ts';
import { add } from '../../wire/seq.ts';
import { MULTICAST } from './target-user.ts';

// RFC 791 names eight; this one is above what the tester and the target use otherwise.
const HIGHER_PRECEDENCE = 5;
// More than reordering on a path explains, and less than half of the space of timestamps.
const OLDER_BY = 100_000;
/** RFC 1122 section 3.2.1.3, RFC 4291 section 2. */
const NOT_FROM = {
  broadcast: { 4: '255.255.255.255', 6: undefined },
  multicast: MULTICAST,
  unspecified: { 4: '0.0.0.0', 6: '::' },
  loopback: { 4: '127.0.0.1', 6: '::1' },
} as const;

/** How the packet of a case's stimulus differs from an ordinary one. @param target where the stimulus goes */
export function overridesOf(
  { conditions }: Pick<Place, 'conditions'>,
  family: 4 | 6,
  target?: { readonly address: string; readonly port: number },
): PacketOverrides {
  const { security, precedence, checksum, destination, source, ipOption } = demandsOf(conditions).packet;
  const from = source === undefined || source === 'own' ? undefined : NOT_FROM[source][family];
  return {
    ...(security === 'other' ? { security: 'top secret' } : {}),
    ...(precedence === 'higher' ? { precedence: HIGHER_PRECEDENCE } : {}),
    ...(checksum === 'wrong' ? { corruptChecksum: true } : {}),
    ...(destination === 'multicast' ? { destination: MULTICAST[family] } : {}),
    ...(from ? { source: from } : {}),
    ...(ipOption ? { ipOption } : {}),
    ...(source === 'own' && target ? { source: target.address, sourcePort: target.port } : {}),
  };
}

/** Whether the stimulus differs from an ordinary segment in more than numbers and flags. */
export const isAltered = (
  subject: Pick<Place, 'conditions'>,
  family: 4 | 6,
  stimulus: ConcreteSegment,
): boolean =>
  Object.keys(overridesOf(subject, family)).length > 0 ||
  demandsOf(subject.conditions).packet.source !== undefined ||
  stimulus.checksum !== undefined ||
  headerForm(stimulus).malformed !== undefined;

/**
 * Such a SYN is to be discarded silently (RFC 9293 MUST-57 and MUST-63), which leaves no room for ICMP either (RFC 1122 sections 1.3.3
 * and 3.2.2).
 */
export const isToBeSilent = ({ conditions }: Pick<Place, 'conditions'>): boolean => {
  const { destination, source } = demandsOf(conditions).packet;
  return destination !== undefined || source !== undefined;
};

/** The stimulus with the timestamp that the case's condition asks for. */
export function stamped(
  { conditions }: Pick<Place, 'conditions'>,
  segment: ConcreteSegment,
  connection: Connection,
): ConcreteSegment {
  if (demandsOf(conditions).packet.timestamp !== 'old' || segment.tsval !== undefined) return segment;
  return { ...segment, tsval: add(connection.tsRecent, -OLDER_BY), tsecr: connection.tsEcho };
}

/** Whether the stimulus gets the connection's timestamps. */
export const carriesTimestamps = ({ conditions }: Pick<Place, 'conditions'>): boolean =>
  demandsOf(conditions).packet.timestamp !== 'none';

/** The states that the outcomes lead to, under any profile. */
export const statesAfter = ({ steps }: Scenario): readonly State[] => [
  ...new Set(
    steps.flatMap((step) =>
      'expect' in step
        ? PROFILES.flatMap((profile) => step.expect[profile].flatMap(({ then }) => then ?? []))
        : [],
    ),
  ),
];

/** The stimulus speaks of numbers before SND.UNA: they must be numbers of text that was really sent. */
export const needsAge = (subject: Scenario): boolean =>
  sentIn(subject).some(({ ack }) => {
    if (!ack) return false;
    const isBefore = ack.kind === 'binary' && ack.operator === '-' && mentions(ack.left, 'SND.UNA');
    return isBefore || mentions(ack, 'MAX.SND.WND');
  });

/** The stimulus fills the window in one segment. */
export const needsSmallWindow = (subject: Scenario): boolean =>
  sentIn(subject).some(({ data }) => data !== undefined && mentions(data, 'RCV.WND'));
