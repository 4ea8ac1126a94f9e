import { findScenario } from '../catalogue/catalogue.ts';
import {
  type ExpectStep,
  isCase,
  outcomesOf,
  type Scenario,
  type Step,
  stimulusOf,
} from '../catalogue/scenario.ts';
import { printSegment } from '../notation/index.ts';
import { DEFAULT_TIMING, LIMITER_REST } from '../states/index.ts';

// The first interval of a retransmission timer; each doubles it (RFC 6298 sections 2.1 and 5.5).
const FIRST_INTERVAL = 1000;
// How long a SYN,ACK is waited for that does not come again.
const NOT_AGAIN = 2 * FIRST_INTERVAL;
// Where all is acknowledged, nothing may come again for as long as an old stack's timer takes.
const SETTLED = 3500;

interface Job {
  readonly id: string;
}

/** The longest first: at the end, nothing else would be done while they wait for timers. */
export function longestFirst<T extends Job>(jobs: readonly T[]): T[] {
  const lengths = new Map<string, number>();
  for (const { id } of jobs) {
    const scenario = lengths.has(id) ? undefined : findScenario(id);
    lengths.set(id, lengths.get(id) ?? (scenario ? timeWithRepeats(scenario) : 0));
  }
  return jobs.toSorted((one, other) => (lengths.get(other.id) ?? 0) - (lengths.get(one.id) ?? 0));
}

/**
 * Tells the cases that send the same in other states. What one of them has to be tried again for, the others probably have, too: they
 * begin at once, so that their rests go by side by side.
 */
export class Likeness {
  readonly #sent = new Map<string, string>();

  to(one: Job): (other: Job) => boolean {
    const sent = this.#sentIn(one);
    return (other) => this.#sentIn(other) === sent;
  }

  #sentIn({ id }: Job): string {
    const known = this.#sent.get(id);
    if (known !== undefined) return known;
    const scenario = findScenario(id);
    const sent = scenario && isCase(scenario) ? printSegment(stimulusOf(scenario)) : id;
    this.#sent.set(id, sent);
    return sent;
  }
}

/** The families in turn. When each has one connection at a time, neither waits for the other. */
export function alternating<T extends Job & { readonly family: 4 | 6 }>(jobs: readonly T[]): T[] {
  const [first, second] = [4, 6].map((family) => jobs.filter((job) => job.family === family));
  const longest = Math.max(first?.length ?? 0, second?.length ?? 0);
  return Array.from({ length: longest }, (_, turn) => [first?.[turn], second?.[turn]])
    .flat()
    .filter((job) => job !== undefined);
}

/**
 * A reply that is missing is asked for again, when no limiter can be the cause. Who expects silence waits for that once, and in
 * SYN-RECEIVED then for a SYN,ACK that may come again.
 */
function timeWithRepeats(scenario: Scenario): number {
  const isReplyDue = Object.values(outcomesOf(scenario))
    .flat()
    .some(({ reply }) => reply.length > 0);
  if (isReplyDue) return leastTime(scenario) * 2 + LIMITER_REST;
  return leastTime(scenario) + (scenario.state === 'SYN-RECEIVED' ? NOT_AGAIN : 0);
}

/** How many milliseconds a scenario takes by its own steps, when each waits in full. */
export function leastTime({ steps }: Pick<Scenario, 'steps'>): number {
  // A state on the way is proven on a connection of its own that takes the same steps.
  const parts = steps.flatMap((step, index) =>
    'state' in step && index < steps.length - 1 ? [steps.slice(0, index)] : [],
  );
  return [...parts, steps].reduce((sum, part) => sum + timeOf(part), 0);
}

function timeOf(steps: readonly Step[]): number {
  let timers = 0;
  return steps.reduce((sum, step) => {
    if ('wait' in step) return sum + step.wait;
    if (!('expect' in step)) return sum;
    if (!step.next) return sum + observed(step);
    timers += 1;
    return sum + FIRST_INTERVAL * 2 ** (timers - 1);
  }, 0);
}

function observed({ expect, notBefore = 0, settled }: ExpectStep): number {
  const after = Object.values(expect).flatMap((outcomes) => outcomes.map((one) => one.with?.after ?? 0));
  const quiet = settled === true ? SETTLED : (settled ?? 0);
  return Math.max(DEFAULT_TIMING.observation, notBefore, ...after) + quiet;
}
