import { declarationOf, printReply } from '../catalogue/resolve.ts';
import type { CaseContext } from '../runner/trial/case-context.ts';
import { playScenario } from '../runner/trial/play-scenario.ts';
import { runScenario } from '../runner/trial/run-scenario.ts';
import type { Profile } from '../standard/profile.ts';
import { type CaseResult, verdictOf, whyInconclusive } from '../verdict/result.ts';
import type { Candidate, Finding } from './finding.ts';
import type { PlayedScenario } from './messages.ts';
import { hasSeveral } from './sequence.ts';
import { idIn, lastExpected, lastSeen, scenarioOf } from './scenario-of.ts';

const TIMES = 3;
/** In characters, as the catalogue allows. */
const LONGEST_TITLE = 110;

// Until it is a finding.
const NO_NUMBER = '0';

/** Writes a finding as a scenario, and runs that as `run` does, each time with other sequence numbers. */
export async function playedAsScenario(finding: Candidate, context: CaseContext): Promise<PlayedScenario> {
  const { sequence, played, effect } = finding;
  const [expected, observed] = [effect.due[0] ?? '', effect.seen];
  const title = `${observed.replace(/[<>]/g, '')} where ${expected.replace(/[<>]/g, '')} is due`;
  const naming = {
    id: idIn(sequence, NO_NUMBER),
    title: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title,
  };
  const scenario = scenarioOf(sequence, played, naming);
  const { profile } = context;
  // Once is enough to be without a target.
  const isDeath = finding.failure.kind === 'death';
  const times = isDeath ? 1 : TIMES;
  const once = async (index: number): Promise<CaseResult> =>
    isDeath
      ? (await playScenario(scenario, context, index)).result
      : runScenario(scenario, { ...context, index });
  const results: CaseResult[] = [];
  // They mostly wait, so they do so side by side; of several connections a target may have few.
  const most = hasSeveral(sequence) ? 1 : times;
  for (let counted = 0; counted < times && results.length < 2 * times; ) {
    const left = Math.min(most, times - counted, 2 * times - results.length);
    const some = Array.from({ length: left }, (_, index) => once(results.length + index));
    results.push(...(await Promise.all(some)));
    counted = results.filter((one) => isDeath || tellsOfTarget(one, profile)).length;
  }
  const deviating = results.filter((one) => verdictOf(one, profile) === 'deviates');
  return {
    declaration: declarationOf(scenario),
    expected: lastExpected(scenarioOf(sequence, played, { ...naming, isAsPlayed: true }), profile).map(
      printReply,
    ),
    observed: printReply(lastSeen(played)),
    result: (deviating.at(-1) ?? results.at(-1)) as CaseResult,
    ...{ deviated: deviating.length, of: times },
  };
}

/** By the number of the finding. */
export function numbered(scenario: PlayedScenario, { sequence, number }: Finding): PlayedScenario {
  const id = idIn(sequence, String(number));
  const { declaration, result } = scenario;
  return { ...scenario, declaration: { ...declaration, id }, result: { ...result, id } };
}

/** A tester that was late, or a path that disturbs, says nothing; a target that does now this and now that does not repeat. */
function tellsOfTarget(result: CaseResult, profile: Profile): boolean {
  const why = result.outcome === 'judged' ? whyInconclusive(result, profile) : result.why;
  return why === undefined || why.kind === 'contradiction' || why.kind === 'no agreement';
}
