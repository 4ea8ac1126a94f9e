import type { Profile } from '../standard/profile.ts';
import { isFailure, type Seen, seenOf, type Verdict, verdictOf, whyInconclusive } from '../verdict/result.ts';
import { observedText, reasonText } from './expectation.ts';
import type { ReportCase, Run } from './run.ts';

export const CHANGES = ['new deviation', 'no longer judged', 'fixed', 'changed', 'new', 'vanished'] as const;

/**
 * `new deviation`: it fails now. `no longer judged`: it is inconclusive now. `fixed`: it no longer fails. `changed`: any other
 * difference. `new`, `vanished`: only one of the runs has it.
 */
export type Change = (typeof CHANGES)[number];

/** The result of a case, without the numbers that differ from run to run. */
export interface Told {
  readonly verdict: Verdict;
  /** Absent where the case was not run. */
  readonly kind?: Seen['kind'];
  readonly stateAfter?: Seen['stateAfter'];
  /** For people: with the replies, in terms of the TCB. */
  readonly observed: string;
}

export interface Difference {
  readonly change: Change;
  readonly id: string;
  readonly family: 4 | 6;
  readonly before?: Told;
  readonly after?: Told;
}

const keyOf = ({ id, family }: Pick<ReportCase, 'id' | 'family'>): string => `${id} ${family}`;

/** How a second run differs from a first one, by one profile. Times and sequence numbers are no difference. */
export function diffRuns(before: Run, after: Run, profile: Profile = after.profile): Difference[] {
  const rest = new Map(after.cases.map((result) => [keyOf(result), result]));
  const differences: Difference[] = [];
  for (const old of before.cases) {
    const result = rest.get(keyOf(old));
    rest.delete(keyOf(old));
    const change = result ? changeOf(old, result, profile, after.strict) : 'vanished';
    if (change) differences.push(difference(change, profile, old, result));
  }
  for (const result of rest.values()) differences.push(difference('new', profile, undefined, result));
  return differences.sort((a, b) => CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change));
}

function changeOf(
  before: ReportCase,
  after: ReportCase,
  profile: Profile,
  strict: boolean,
): Change | undefined {
  const [was, is] = [verdictOf(before, profile), verdictOf(after, profile)];
  if (was !== is) {
    if (is === 'inconclusive') return 'no longer judged';
    const [failed, fails] = [isFailure(before, profile, strict), isFailure(after, profile, strict)];
    if (fails && was !== 'deviates') return 'new deviation';
    if (failed && !fails) return 'fixed';
    return 'changed';
  }
  const [saw, sees] = [seenOf(before), seenOf(after)];
  return saw?.kind === sees?.kind && saw?.stateAfter === sees?.stateAfter ? undefined : 'changed';
}

function difference(
  change: Change,
  profile: Profile,
  before: ReportCase | undefined,
  after: ReportCase | undefined,
): Difference {
  const { id, family } = (after ?? before) as ReportCase;
  return {
    change,
    id,
    family,
    ...(before ? { before: told(before, profile) } : {}),
    ...(after ? { after: told(after, profile) } : {}),
  };
}

function told(result: ReportCase, profile: Profile): Told {
  const seen = seenOf(result);
  return {
    verdict: verdictOf(result, profile),
    ...(seen ? { kind: seen.kind, stateAfter: seen.stateAfter } : {}),
    observed: whyInconclusive(result, profile) ? reasonText(result, profile) : observedText(result),
  };
}
