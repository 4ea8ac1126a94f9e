import { type Check, CHECKS, type KnownAdoption } from '../../../lib/standard/adoption.ts';

/**
 * Answers a question about each choice of the checks of RFC 5961. Two choices get the same answer without asking again when they
 * agree in every check that the answer has read: what was not read cannot have mattered.
 */
export function oncePerChoice<Choice extends KnownAdoption, Answer>(
  choices: readonly Choice[],
  ask: (adoption: Choice) => Answer,
): readonly Answer[] {
  const asked: { readonly read: ReadonlySet<Check>; readonly choice: Choice; readonly answer: Answer }[] = [];
  return choices.map((choice) => {
    const known = asked.find((one) => [...one.read].every((check) => one.choice[check] === choice[check]));
    if (known) return known.answer;
    const read = new Set<Check>();
    const watched = {} as Choice;
    for (const check of CHECKS) {
      const get = () => {
        read.add(check);
        return choice[check];
      };
      Object.defineProperty(watched, check, { enumerable: true, get });
    }
    const answer = ask(watched);
    asked.push({ read, choice, answer });
    return answer;
  });
}
