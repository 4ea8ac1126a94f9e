import type { ConcreteSegment } from '../../notation/index.ts';
import type { Case } from '../../catalogue/case.ts';
import { headerForm } from '../../standard/header.ts';
import { PROFILES } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import type { Connection } from '../../states/index.ts';
import type { Dressing } from '../../tester/index.ts';
import { add } from '../../wire/seq.ts';

// RFC 791 names eight; this one is above what the tester and the target use otherwise.
const HIGHER_PRECEDENCE = 5;
// Far beyond what reordering on a path explains, and less than half of the space of timestamps.
const OLDER_BY = 100_000;
// All hosts of the link: what every host receives.
const MULTICAST = { 4: '224.0.0.1', 6: 'ff02::1' } as const;

/** How the packet of a case's stimulus differs from an ordinary one. */
export function dressingOf({ condition }: Case, family: 4 | 6): Dressing {
  switch (condition) {
    case 'IPv4 security option differs from the connection':
      return { security: 'top secret' };
    case 'IPv4 precedence higher, target not allowed to raise it':
    case 'IPv4 precedence higher, target allowed to raise it':
      return { precedence: HIGHER_PRECEDENCE };
    case 'wrong TCP checksum':
      return { corruptChecksum: true };
    case 'sent to a broadcast or multicast address':
      return { destination: MULTICAST[family] };
    default:
      return {};
  }
}

/** Whether the stimulus is no ordinary segment but for its numbers and flags. */
export const isAltered = (subject: Case, family: 4 | 6, stimulus: ConcreteSegment): boolean =>
  Object.keys(dressingOf(subject, family)).length > 0 ||
  stimulus.checksum !== undefined ||
  headerForm(stimulus).malformed !== undefined;

/** Such a SYN is to be discarded silently (RFC 9293 MUST-57), which leaves no room for ICMP either (RFC 1122 section 1.3.3). */
export const isToBeSilent = ({ condition }: Case): boolean =>
  condition === 'sent to a broadcast or multicast address';

/** The stimulus with the timestamp that the case's condition asks for. */
export function stamped(
  { condition }: Case,
  segment: ConcreteSegment,
  connection: Connection,
): ConcreteSegment {
  if (condition !== 'timestamps negotiated; TSval older than TS.Recent' || segment.tsval !== undefined) {
    return segment;
  }
  return { ...segment, tsval: add(connection.tsRecent, -OLDER_BY), tsecr: connection.tsEcho };
}

/** Whether the stimulus gets the connection's timestamps. */
export const carriesTimestamps = ({ condition }: Case): boolean =>
  condition !== 'timestamps negotiated; segment carries none';

/** The states in which the stimulus may leave a target, whichever document it follows. */
export const outcomesOf = ({ expect }: Case): readonly State[] => [
  ...new Set(PROFILES.flatMap((profile) => expect[profile].map(({ then }) => then))),
];

/** The stimulus speaks of numbers before SND.UNA: they must be numbers of text that was really sent. */
export const needsAge = ({ send }: Case): boolean => /ACK=(SND\.UNA-|[^>]*MAX\.SND\.WND)/.test(send);

/** The stimulus fills the window in one segment. */
export const needsSmallWindow = ({ send }: Case): boolean => /DATA=[^>]*RCV\.WND/.test(send);
