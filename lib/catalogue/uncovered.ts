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
      'a TCP may acknowledge at once as long as it likes, above all in the beginning: no connection shows that it never delays',
    ids: ['SHLD-18'],
  },
  {
    reason:
      '`explain` names it: a reset that no segment elicits, since a TCP sends it by itself or for its user',
    ids: ['3.10.8 user timeout', '3.8.4 no answer'],
  },
  { reason: 'needs an interface whose MTU changes from packet to packet', ids: ['SHLD-6'] },
  {
    reason: "seen by the target's user alone, and no upper tester has a word for it",
    ids: ['MAY-9', 'MAY-14', 'MAY-17'],
  },
  {
    reason:
      'source routes: routers and hosts drop them before TCP sees them (RFC 7126 section 4.3), and IPv6 has none (RFC 5095)',
    ids: ['MUST-51', 'MUST-52', 'MUST-53', 'SHLD-24'],
  },
  {
    reason: 'a number of the IP header that, where nothing is fragmented, means nothing (RFC 6864 section 4)',
    ids: ['MAY-4'],
  },
  { reason: 'needs a target with several addresses', ids: ['MUST-43'] },
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
