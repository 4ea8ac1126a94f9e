import { findScenario } from '../catalogue/catalogue.ts';
import { readReply } from '../catalogue/resolve.ts';
import { type Case, isCase, stimulusOf } from '../catalogue/scenario.ts';
import { evaluateSegment, lengthOf } from '../notation/index.ts';
import type { Adoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import type { State } from '../standard/state.ts';
import type { Segment } from '../standard/tcb.ts';
import { tcbVariables } from '../standard/variables.ts';
import { TESTER_WINDOW } from '../states/index.ts';
import { effectIn } from './cause.ts';
import { pairOfSegment, stimulusOfPair } from './coverage.ts';
import { AS_DUE, type NamedHabit } from './habits.ts';
import { arriving, isReadingIn, modelOf, observed, tcbIn, unsaidMss } from './model.ts';
import { segmentComes } from './oracle/events.ts';
import { segmentSeen, silenceSeen } from './oracle/sightings.ts';
import { lasting } from './oracle/time-wait.ts';
import { beginning, type Terms, type World } from './oracle/world.ts';

/** What a run has shown of a case of the catalogue. */
export interface KnownCase {
  /** Of what it belongs to. */
  readonly name: string;
  readonly id: string;
  /** The replies, in the notation; or `silence`. */
  readonly observed: string;
  readonly stateAfter: State | 'unknown';
}

/** What cases have shown, as habits of the target. Those of several steps are none: nobody knows which step they are about. */
export function habitsOf(
  cases: readonly KnownCase[],
  profile: Profile,
  adoptions: readonly Adoption[],
): readonly NamedHabit[] {
  const terms: Terms = {
    ...{ profile, isListening: false, longestDelay: 0, timeWait: lasting() },
    unsaidMss: unsaidMss(profile, 4),
  };
  return cases.flatMap((one) => {
    const scenario = findScenario(one.id);
    return scenario && isCase(scenario) ? habitIn(one, scenario, adoptions, terms) : [];
  });
}

function habitIn(
  { name, observed: replies, stateAfter }: KnownCase,
  scenario: Case,
  adoptions: readonly Adoption[],
  terms: Terms,
): readonly NamedHabit[] {
  const tcb = tcbIn(scenario, modelOf(scenario), terms.unsaidMss);
  const variables = tcbVariables(tcb);
  const any = (): number => ANY;
  const sent = evaluateSegment(stimulusOf(scenario), variables, any);
  const segment = arriving(sent, scenario, TESTER_WINDOW);
  const stimulus = stimulusOfPair(pairOfSegment(tcb, segment));
  const worlds = segmentComes(
    beginning(tcb, adoptions, isReadingIn(scenario)),
    ...([segment, terms, 0] as const),
  );
  const own = { ...variables, 'SEG.SEQ': sent.seq, 'SEG.ACK': sent.ack, 'SEG.LEN': lengthOf(sent) };
  let left: readonly World[] = worlds;
  let unexplained: Segment | 'silence' | undefined;
  for (const reply of readReply(replies)) {
    const seen = observed(evaluateSegment(reply, own, any));
    left = segmentSeen(left, seen, terms);
    unexplained ??= left.length === 0 ? seen : undefined;
  }
  left = silenceSeen(left, { now: Number.POSITIVE_INFINITY, isThrottled: false }, terms);
  if (!unexplained && left.length === 0) unexplained = 'silence';
  const isThere = left.some((world) => placeOf(world.tcb.state) === placeOf(stateAfter));
  const after = isThere || stateAfter === 'unknown' ? {} : { after: stateAfter };
  // It may answer as is due, and be somewhere else.
  if (!unexplained && !after.after) return [];
  const effect = unexplained ? effectIn(worlds, unexplained, terms) : AS_DUE;
  return [{ name, habit: { stimuli: [stimulus], effect, states: [scenario.state], ...after } }];
}

const ANY = 77_777;

/** Whether a LISTEN goes on where a connection has ended is the listener's business. */
const placeOf = (state: State | 'unknown') => (state === 'LISTEN' ? 'CLOSED' : state);
