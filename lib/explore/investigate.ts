import type { Place } from '../catalogue/scenario.ts';
import { effectOf, type Failed, isSameEffect } from './cause.ts';
import { type Candidate, candidateOf, type Finding, hasFailed, type Suspicion } from './finding.ts';
import { covers, type Habit, habitOf } from './habits.ts';
import type { Knowledge } from './knowledge.ts';
import type { Played } from './played.ts';
import { hasSeveral, isPatient, type Sequence, sequenceText, waitsOf } from './sequence.ts';
import { PLAIN, shrink } from './shrink.ts';

/** What looking at a failure takes. */
export interface Means {
  readonly play: (sequence: Sequence) => Promise<Played>;
  readonly knowledge: Knowledge;
  /** Whether a finding shows again where it is played as a scenario; absent: nobody looks. */
  readonly repeats?: (candidate: Candidate) => Promise<boolean>;
  readonly trouble: (sequence: Sequence, error: Error) => void;
}

type Fails = (sequence: Sequence) => Promise<(Played & Failed) | undefined>;

const CONFIRMATIONS = 3;
const MOST_TRIES = 120;
/** Milliseconds of waiting that a patient sequence is worth, in all its tries. */
const WORTH = 250_000;

/**
 * Plays a failure again, shrinks it, and confirms it.
 *
 * @returns the finding, which is known from now on; `dismissed` where it did not come again, `elusive` where no scenario shows it, `known`
 *   where it has a cause that is known
 */
export async function investigate(
  { sequence, played: suspected }: Suspicion,
  means: Means,
): Promise<Finding | 'dismissed' | 'elusive' | 'known'> {
  const { knowledge } = means;
  const { failure, numbers, trace } = suspected;
  const effect = effectOf(failure, trace.terms);
  const whole: Sequence = { ...sequence, steps: sequence.steps.slice(0, failure.step + 1) };
  const fails: Fails = async (one) => {
    const played = await means.play(one);
    if (!hasFailed(played) || played.failure.step !== one.steps.length - 1) return undefined;
    return isSameEffect(effectOf(played.failure, played.trace.terms), effect) ? played : undefined;
  };
  const doesFail = async (one: Sequence): Promise<boolean> => (await fails(one)) !== undefined;
  // What comes with the same numbers only may be the numbers' fault; what does not come again, the path's doing, or a timer's.
  const isAny = await doesFail(whole);
  const cut = isAny ? whole : { ...whole, numbers };
  const isThere = isAny || (await doesFail(cut));
  const shrunk = isThere ? await shrink(cut, doesFail, ...effortFor(cut)) : { sequence: cut, tries: 1 };
  const confirming = isThere ? await times(CONFIRMATIONS, shrunk.sequence, fails) : [];
  const confirmations = confirming.filter((one) => one !== undefined);
  const played = confirmations.at(-1);
  if (!played || confirmations.length < CONFIRMATIONS) return 'dismissed';
  const best = await repeating({ sequence: shrunk.sequence, played }, cut, fails, means);
  if (!best) {
    knowledge.noteElusive(suspected);
    return 'elusive';
  }
  const habit = habitOf(best.played);
  const found = habitOf(suspected);
  const alone: Habit = { ...found, stimuli: found.stimuli.slice(-1) };
  // What one stimulus shows, another kind of it shows as well. Where it takes more, the last one alone tells nothing.
  const habits = habit.stimuli.length > 1 ? [habit] : [habit, alone];
  // It may have been found where it is not known, and be known where it is simplest.
  const [simpler] = knowledge.causeOf(best.played) ?? [];
  const same = knowledge.sameAs(habit, best.sequence) ?? simpler;
  if (same) {
    same.times += 1;
    same.looks += 1;
    const states = [...new Set(failure.before.map(({ tcb }) => tcb.state))];
    const more = same === simpler ? [{ ...alone, states }] : habits;
    same.habits.push(...more.filter((one) => !same.habits.some((known) => covers(known, one))));
    return 'known';
  }
  const finding: Finding = {
    number: knowledge.findings.length + 1,
    ...candidateOf(best),
    tries: shrunk.tries,
    found: { sequence, step: failure.step },
    confirmed: { times: confirmations.length, of: CONFIRMATIONS },
    ...{ also: [], times: 1, looks: 0, habits },
  };
  knowledge.findings.push(finding);
  const others = isPatient(best.sequence) ? [] : await elsewhere(best.sequence, doesFail, means);
  finding.also = others;
  return finding;
}

/**
 * The shrunk sequence, where it shows the same as a scenario; or else the whole one. What time shows may be lost when the time is
 * that of the recipe and no step's.
 */
async function repeating(
  shrunk: Suspicion,
  whole: Sequence,
  fails: Fails,
  { knowledge, repeats }: Means,
): Promise<Suspicion | undefined> {
  if (!repeats) return shrunk;
  // What is known of the same cause has shown again already.
  if (knowledge.sameAs(habitOf(shrunk.played), shrunk.sequence)) return shrunk;
  if (await repeats(candidateOf(shrunk))) return shrunk;
  const played = sequenceText(whole) === sequenceText(shrunk.sequence) ? undefined : await fails(whole);
  if (!played) return undefined;
  const less: Suspicion = { sequence: whole, played };
  return (await repeats(candidateOf(less))) ? less : undefined;
}

/** The other states in which the same steps show the same. */
async function elsewhere(
  sequence: Sequence,
  fails: (sequence: Sequence) => Promise<boolean>,
  { trouble }: Means,
): Promise<readonly Place[]> {
  const { place } = sequence;
  const others = PLAIN.filter(({ state }) => state !== place.state).map((other) => ({
    ...other,
    conditions: place.conditions,
  }));
  try {
    const failing = await Promise.all(others.map((other) => fails({ ...sequence, place: other })));
    return others.filter((_, index) => failing[index]);
  } catch (error) {
    trouble(sequence, error as Error);
    return [];
  }
}

/** Plays a sequence so many times at once; one with several connections, of which a target may have few, one after the other. */
async function times<T>(
  count: number,
  sequence: Sequence,
  play: (sequence: Sequence) => Promise<T>,
): Promise<T[]> {
  if (!hasSeveral(sequence)) return Promise.all(Array.from({ length: count }, () => play(sequence)));
  const all: T[] = [];
  while (all.length < count) all.push(await play(sequence));
  return all;
}

/** How many tries, and how many at once: those that mostly wait take no more time at once than one. */
function effortFor(sequence: Sequence): readonly [most: number, beside?: number] {
  if (isPatient(sequence)) return [Math.max(16, Math.floor(WORTH / waitsOf(sequence))), 16];
  return hasSeveral(sequence) ? [MOST_TRIES, 2] : [MOST_TRIES];
}
