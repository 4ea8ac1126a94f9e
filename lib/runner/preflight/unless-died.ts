import type { RunningTarget } from '../../target/open-target.ts';
import type { Ending } from '../../verdict/reason.ts';

type Restartable = Pick<RunningTarget, 'ending' | 'restart'>;

/** The target died while something was found out about it: what was found out counts for nothing. */
export class Died extends Error {
  override name = 'Died';
  readonly ending: Ending | undefined;

  constructor(ending: Ending | undefined) {
    super('the target died before the first case');
    this.ending = ending;
  }
}

// Soon enough to save the waits for the answers of one that is gone.
const BETWEEN_LOOKS = 100;

/**
 * Finds something out about a target that may die meanwhile, and is not started again then: each answer that it does not
 * give any more would be taken for how it is.
 *
 * @param action is told how to start the target again; to do so counts as a death
 * @param abandon makes the action end soon, since nobody is there to answer
 * @throws Died when the action has ended
 */
export async function unlessDied<T>(
  { ending, restart }: Restartable,
  action: (target: Restartable) => Promise<T>,
  abandon: () => Promise<void>,
): Promise<T> {
  let isOver = false;
  let died: Died | undefined;
  let tellDeath: (died: Died) => void = () => {};
  const death = new Promise<Died>((resolve) => {
    tellDeath = resolve;
  });
  const notice = (): void => {
    if (died || isOver) return;
    died = new Died(ending?.());
    tellDeath(died);
  };
  const refuse = async (): Promise<void> => {
    notice();
    throw new Error('it died');
  };
  const pulse = setInterval(() => ending?.() && notice(), BETWEEN_LOOKS);
  const target = { ...(ending ? { ending } : {}), ...(restart ? { restart: refuse } : {}) };
  const underWay = action(target).finally(() => {
    if (ending?.()) notice();
    isOver = true;
  });
  try {
    const first = await Promise.race([underWay.catch(() => undefined), death]);
    if (first instanceof Died) await abandon();
    const found = await underWay.catch((error: unknown) => {
      throw died ?? error;
    });
    if (died) throw died;
    return found;
  } finally {
    clearInterval(pulse);
  }
}
