import type { State } from '../standard/state.ts';
import { type Effect, type Failed, effectOf, effectText, isSameEffect, RIGHT, stimuliOf } from './cause.ts';
import type { World } from './oracle/world.ts';
import { essenceOf } from './stimuli.ts';

/** What a target does where something else is due. The last stimulus shows it. Those before have led to it, whatever came between. */
export interface Habit {
  readonly stimuli: readonly string[];
  readonly effect: Effect;
  /** The states in which it is known; in any, when absent. */
  readonly states?: readonly State[];
  /** The state that it leads to, where it is known and not what is due. */
  readonly after?: State;
}

/** Of a target that answers as is due, and enters another state than is due. */
export const AS_DUE: Effect = { due: [], seen: 'what is due' };

/** A habit that was known before the exploration, and how it is called. */
export interface NamedHabit {
  readonly name: string;
  readonly habit: Habit;
}

/** What a failure shows. Its own stimuli may be more than those that it takes. */
export const habitOf = (failed: Failed): Habit => ({
  stimuli: stimuliOf(failed),
  effect: effectOf(failed.failure, failed.trace.terms),
});

const causesOf = ({ stimuli }: Habit): readonly string[] => stimuli.slice(0, -1).map(essenceOf);
const lastOf = ({ stimuli }: Habit): string => essenceOf(stimuli.at(-1) ?? '');
const isOfSegment = ({ effect: { due } }: Habit): boolean => due[0] === RIGHT;
/** Failures with the same key are taken for the same, until they were looked at. */
export const keyOf = ({ effect, stimuli, ...habit }: Habit): string =>
  // What is wrong whatever the TCB is wrong in every segment of a kind.
  isOfSegment({ effect, stimuli, ...habit })
    ? effectText(effect)
    : `${lastOf({ effect, stimuli })}: ${effectText(effect)}`;

/**
 * Whether a failure may come of a habit. Where one stimulus shows it, that is the same, and so is its effect. Where it takes more, the
 * same ones came before, in their order, and the same came of it: whatever shows it last.
 *
 * @param own what the failure shows
 */
export function mayComeOf(failed: Failed, habit: Habit, own = habitOf(failed)): boolean {
  if (!isKnownIn(habit, failed.failure.before)) return false;
  if (isOfSegment(habit)) return keyOf(own) === keyOf(habit);
  const causes = causesOf(habit);
  if (causes.length === 0) return lastOf(own) === lastOf(habit) && isSameEffect(own.effect, habit.effect);
  let at = 0;
  for (const cause of causes) {
    at = causesOf(own).indexOf(cause, at) + 1;
    if (at === 0) return false;
  }
  return own.effect.seen === habit.effect.seen;
}

/** Whether one stimulus shows a habit, and this is it. */
export const isHabitAt = (habit: Habit, stimulus: string, before: readonly World[]): boolean =>
  habit.stimuli.length === 1 &&
  !isOfSegment(habit) &&
  lastOf(habit) === essenceOf(stimulus) &&
  isKnownIn(habit, before);

const isKnownIn = ({ states }: Habit, before: readonly World[]): boolean =>
  !states || before.some(({ tcb: { state } }) => states.includes(state));

/** Whether a habit leads to another state although the answer is what is due. */
export const isSilentMove = ({ effect }: Habit): boolean => effect.due.length === 0;

/** Whether two shrunk sequences show the same habit: what comes before the last stimulus is the cause, if there is anything. */
export function isSameHabit(one: Habit, other: Habit): boolean {
  const [causes, others] = [causesOf(one), causesOf(other)];
  if (causes.join('; ') !== others.join('; ')) return false;
  return causes.length === 0 ? keyOf(one) === keyOf(other) : one.effect.seen === other.effect.seen;
}

/** Whether a habit says all that another says. */
export const covers = (one: Habit, other: Habit): boolean =>
  isSameHabit(one, other) &&
  (!one.states || other.states?.every((state) => one.states?.includes(state)) === true);
