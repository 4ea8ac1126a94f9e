import type { Place } from '../catalogue/scenario.ts';
import { effectText, type Failed, isSameEffect } from './cause.ts';
import type { Finding, Known } from './finding.ts';
import { type Habit, habitOf, isHabitAt, isSameHabit, mayComeOf, type NamedHabit } from './habits.ts';
import type { World } from './oracle/world.ts';
import { type Sequence, sequenceText } from './sequence.ts';
import { essenceOf } from './stimuli.ts';

/** So many failures of a known cause are looked at before others count as of it. */
const LOOKS = 3;
const ANYWHERE: Place = { state: 'CLOSED', conditions: [] };

/** What is known of the target: the findings of this exploration, and what was known before. */
export class Knowledge {
  readonly findings: Finding[] = [];
  /** What was known before, by the names. */
  readonly #accepted = new Map<string, Known>();
  /** All habits, by the essence of the last stimulus. */
  #shown: { readonly count: number; readonly by: ReadonlyMap<string, readonly Habit[]> } = {
    ...{ count: 0, by: new Map() },
  };
  /** Failures that came again and again, but in no scenario, and how often they were looked at. They hide no others. */
  readonly #elusive = new Map<string, number>();

  constructor(before: readonly NamedHabit[]) {
    for (const { name, habit } of before) {
      const known = this.#accepted.get(name) ?? { habits: [], times: 0, looks: 0 };
      known.habits.push(habit);
      this.#accepted.set(name, known);
    }
  }

  /** What was known before, and has come again: how often. */
  get accepted(): readonly { readonly name: string; readonly times: number }[] {
    return [...this.#accepted].flatMap(([name, { times }]) => (times > 0 ? [{ name, times }] : []));
  }

  /**
   * What is known that a failure comes of. Where one stimulus does not show it, a few that may have come of it must have been looked
   * at, and have.
   */
  causeOf(failed: Failed): readonly [Known, Habit] | undefined {
    const own = habitOf(failed);
    for (const known of [...this.findings, ...this.#accepted.values()])
      for (const habit of known.habits)
        if ((habit.stimuli.length < 2 || known.looks >= LOOKS) && mayComeOf(failed, habit, own))
          return [known, habit];
    return undefined;
  }

  /** What the target is known to do there with this stimulus alone. */
  habitsAt(stimulus: string, before: readonly World[]): readonly Habit[] {
    const all = [...this.findings, ...this.#accepted.values()];
    const count = all.reduce((sum, { habits }) => sum + habits.length, 0);
    // It is asked in each world that a segment meets; what is known grows now and then.
    if (this.#shown.count !== count)
      this.#shown = { count, by: byStimulus(all.flatMap(({ habits }) => habits)) };
    const shown = this.#shown.by.get(essenceOf(stimulus)) ?? [];
    return shown.filter((habit) => isHabitAt(habit, stimulus, before));
  }

  /** What is known of the same cause, or with the same steps, whatever the place. */
  sameAs(habit: Habit, { steps }: Sequence): Known | undefined {
    const text = sequenceText({ place: ANYWHERE, steps });
    return (
      [...this.findings, ...this.#accepted.values()].find(({ habits }) =>
        habits.some((known) => isSameHabit(known, habit)),
      ) ??
      this.findings.find(
        (one) =>
          isSameEffect(one.effect, habit.effect) &&
          sequenceText({ place: ANYWHERE, steps: one.sequence.steps }) === text,
      )
    );
  }

  /** A failure came again and again, but in no scenario. */
  noteElusive(failed: Failed): void {
    const key = wholeKeyOf(failed);
    this.#elusive.set(key, (this.#elusive.get(key) ?? 0) + 1);
  }

  /** Whether that was so often enough. */
  isElusive(failed: Failed): boolean {
    return (this.#elusive.get(wholeKeyOf(failed)) ?? 0) >= LOOKS;
  }
}

function byStimulus(habits: readonly Habit[]): ReadonlyMap<string, readonly Habit[]> {
  const by = new Map<string, Habit[]>();
  for (const habit of habits) {
    const essence = essenceOf(habit.stimuli.at(-1) ?? '');
    by.set(essence, [...(by.get(essence) ?? []), habit]);
  }
  return by;
}

const wholeKeyOf = (failed: Failed): string => {
  const { stimuli, effect } = habitOf(failed);
  return `${stimuli.join('; ')}: ${effectText(effect)}`;
};
