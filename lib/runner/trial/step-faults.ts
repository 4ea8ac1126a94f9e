import type { ExpectStep } from '../../catalogue/scenario.ts';
import { lengthOf, type Variables } from '../../notation/index.ts';
import type { Environment } from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';
import type { Fault } from '../../verdict/fault.ts';
import { optionFaults } from '../../verdict/reply-options.ts';
import { add, leq } from '../../wire/seq.ts';

/** What is wrong with the options of these entries of the log, each kind once. */
export function faultsOfOptions(log: readonly Entry[], entries: readonly Entry[]): Fault[] {
  const rules = entries.flatMap((entry) => optionFaults(entry.segment, log.slice(0, log.indexOf(entry))));
  return [...new Set(rules)].map((rule) => ({ kind: 'option', rule }));
}

/** Whether the first reply came too late, or too soon. @param since of `performance.now()`: what the times count from */
export function faultsOfTime(
  { within, notBefore }: ExpectStep,
  since: number,
  first: Entry | undefined,
  { tester, timing }: Environment,
): Fault[] {
  if (!first) return [];
  const observed = Math.round(first.at - since);
  const late = timing.guard + tester.lag.worstSince(since);
  if (within !== undefined && observed > within + late)
    return [{ kind: 'time', limit: 'within', expected: within, observed }];
  // A tester that is late makes a reply seem later, never sooner.
  if (notBefore !== undefined && observed < notBefore)
    return [{ kind: 'time', limit: 'not before', expected: notBefore, observed }];
  return [];
}

/**
 * Whether the target sends again what was acknowledged before the stimulus. Then that acknowledgment has not arrived, and the
 * state was another one.
 */
export function isAcknowledgmentLost(sinceStimulus: readonly Entry[], variables: Variables): boolean {
  const { 'SND.UNA': una, ISS: iss } = variables;
  if (una === undefined || iss === undefined || una === iss) return false;
  return sinceStimulus.some(({ from, segment }) => {
    const length = lengthOf(segment);
    if (from !== 'target' || length === 0 || segment.ctl.has('RST') || segment.ctl.has('SYN')) return false;
    return leq(add(segment.seq, length), una);
  });
}
