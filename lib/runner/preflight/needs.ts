import { findScenario } from '../../catalogue/catalogue.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import type { State } from '../../standard/state.ts';
import type { Place } from '../../verdict/preflight-fault.ts';
import type { Measure } from '../../verdict/target-facts.ts';

/** What the preflight must find out before the cases can be judged. */
export interface Needs {
  readonly measures: ReadonlySet<Measure>;
  /** The states and conditions to reach once, to find what prevents them. */
  readonly places: readonly Place[];
}

/**
 * So many cases may run at once before limits are measured: a quarter of what the slowest limiter of a host allows, 100
 * challenge ACKs a second in Linux before 4.18. Limits of one connection do not add up.
 */
export const FEW = 25;

/** From so many cases at once on, the target bears two connections for each of them. Many more than there are slow scenarios. */
export const ROOMY = 100;

export function needsOf(cases: readonly { readonly id: string }[]): Needs {
  const scenarios = [...new Set(cases.map(({ id }) => id))].flatMap((id) => findScenario(id) ?? []);
  const measures = new Set(scenarios.flatMap(measuresOf));
  // Up to twice FEW, two rounds take less time than measuring the limits.
  if (cases.length > 2 * FEW) measures.add('limits').add('half-open connections');
  return { measures, places: scenarios.flatMap((one) => [one, ...Object.values(one.beside)]) };
}

const OPENING: readonly State[] = ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED'];

function measuresOf(scenario: Scenario): Measure[] {
  const { state, closedBy = 'never opened', steps } = scenario;
  const [stimulus, expected, ...others] = steps;
  const isPlain = stimulus && 'send' in stimulus && expected && 'expect' in expected && others.length === 0;
  if (!isPlain) return ['adoption', 'half-open connections', 'FIN again', 'closed port'];
  const outcomes = Object.values(expected.expect).flat();
  const sendsSyn = stimulus.send.some(({ ctl }) => ctl.includes('SYN'));
  const opens =
    OPENING.includes(state) ||
    outcomes.some(({ then }) => then !== undefined && OPENING.includes(then)) ||
    (state === 'TIME-WAIT' && sendsSyn);
  const neverSendsFin = state === 'LISTEN' || (state === 'CLOSED' && closedBy === 'never opened');
  return [
    ...(outcomes.some(({ when }) => when !== undefined) ? (['adoption'] as const) : []),
    ...(opens ? (['half-open connections'] as const) : []),
    ...(neverSendsFin ? [] : (['FIN again'] as const)),
    ...(state === 'CLOSED' ? (['closed port'] as const) : []),
  ];
}
