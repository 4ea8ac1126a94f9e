import { type Adoption, CHECKS } from '../../../lib/standard/adoption.ts';

/**
 * Answers a question about each choice of the checks of RFC 5961. Two choices get the same answer without asking again when they
 * agree in every check that the answer has read: what was not read cannot have mattered.
 */
export function oncePerChoice<Answer>(
  choices: readonly Adoption[],
  ask: (adoption: Adoption) => Answer,
): readonly Answer[] {
  const asked: { readonly read: Partial<Adoption>; readonly answer: Answer }[] = [];
  return choices.map((choice) => {
    const known = asked.find(({ read }) =>
      CHECKS.every((check) => read[check] === undefined || read[check] === choice[check]),
    );
    if (known) return known.answer;
    const read: Partial<Record<(typeof CHECKS)[number], boolean>> = {};
    const watched = Object.defineProperties(
      {},
      Object.fromEntries(
        CHECKS.map((check) => {
          const get = () => {
            read[check] = choice[check];
            return choice[check];
          };
          return [check, { enumerable: true, get }];
        }),
      ),
    ) as Adoption;
    const answer = ask(watched);
    asked.push({ read, answer });
    return answer;
  });
}
