import type { Case } from '../../catalogue/case.ts';
import type { Ladder } from '../../catalogue/ladder.ts';

/** What a result says of its case, or of its ladder. */
export type Described = Pick<Case, 'id' | 'title' | 'state' | 'send'> &
  Pick<Case, 'conditions'> &
  Partial<Pick<Case, 'origin'>>;

/** What a ladder has in common with a case. */
export function asCase({ id, title, start, conditions, steps }: Ladder): Described {
  const send = steps.flatMap((step) => {
    if ('send' in step) return [step.send];
    return 'user' in step ? [`(${step.user})`] : [];
  });
  return { id, title, state: start, conditions, send: send.join(' ') };
}
