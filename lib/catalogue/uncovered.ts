import { type RuleId, ruleOf } from '../standard/rules.ts';

interface Group {
  readonly reason: string;
  readonly ids: readonly RuleId[];
}

/**
 * Why no case tests a requirement. The suite's subject is what a segment elicits when it arrives: RST, empty ACK or
 * silence, and the state after. What a TCP does by itself, or for its user, is another suite's.
 */
const GROUPS: readonly Group[] = [
  {
    reason:
      'how a sender paces, repeats and probes: what it does by itself, not what an arriving segment elicits',
    ids: ['MUST-20', 'SHLD-17'],
  },
  {
    reason:
      'when an acknowledgment is sent and what window it offers, not whether one is: a matter of time and load',
    ids: ['MUST-58', 'SHLD-18'],
  },
  {
    reason:
      '`explain` names it: a reset that no segment elicits, since a TCP sends it by itself or for its user',
    ids: ['3.10.8 user timeout', '3.8.4 no answer'],
  },
  {
    reason: 'keep-alives: sent by the target itself, after hours',
    ids: ['MUST-26', 'MUST-29', 'SHLD-12', 'MAY-5', 'MAY-6'],
  },
  {
    reason: 'options and segment sizes: what a handshake negotiates, not what the segments after it elicit',
    ids: ['MUST-67', 'SHLD-5', 'SHLD-6', 'MAY-3', 'SHLD-8'],
  },
  {
    reason: 'a secret function of addresses and ports takes part: a statistic over many connections',
    ids: ['SHLD-1'],
  },
  {
    reason: "seen by the target's user alone, and no upper tester has a word for it",
    ids: [
      ...(['MUST-21', 'MUST-24', 'MUST-27', 'MUST-33', 'MUST-43', 'MUST-47'] as const),
      ...(['SHLD-9', 'SHLD-20', 'SHLD-25', 'MAY-9', 'MAY-14', 'MAY-17'] as const),
    ],
  },
  {
    reason: 'what arrives as ICMP, or in the IP header, is no TCP segment',
    ids: ['MUST-51', 'MUST-52', 'MUST-53', 'SHLD-24', 'MAY-4', 'MAY-10', 'MAY-11'],
  },
  {
    reason: "the user's choice of what the IP header says",
    ids: ['MUST-44'],
  },
  {
    reason: 'needs a target with several addresses',
    ids: ['MUST-45'],
  },
  { reason: 'takes as long as 2 MSL: minutes for each connection', ids: ['MUST-13'] },
  {
    reason: 'repeats the checks of a connection without timestamps; those have cases',
    ids: ['RFC 7323 5.3 R2', 'RFC 7323 5.3 R4', 'RFC 7323 5.3 R5'],
  },
];

const reasons = new Map(GROUPS.flatMap(({ reason, ids }) => ids.map((id) => [id, reason] as const)));

/** Why a requirement that no case names has none; undefined when nobody has said so yet. */
export function whyUncovered(id: RuleId): string | undefined {
  const { observable } = ruleOf(id);
  if (observable === 'N') return 'cannot be seen from outside';
  return reasons.get(id);
}
