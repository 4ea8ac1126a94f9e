import type { RunningTarget } from '../../target/open-target.ts';
import type { Ending } from '../../verdict/reason.ts';

type Restartable = Pick<RunningTarget, 'ending' | 'restart'>;

/** The target died during a measurement, whose result is void. */
export class Died extends Error {
  override name = 'Died';
  readonly ending: Ending | undefined;

  constructor(ending: Ending | undefined) {
    super('the target died before the first case');
    this.ending = ending;
  }
}

// Milliseconds between checks.
const BETWEEN_CHECKS = 100;

/**
 * Runs a measurement of a target that may die. A target that dies is not restarted meanwhile: the silence of a dead target must not
 * count as its behaviour.
 *
 * @param action the measurement; its attempt to restart the target counts as a death
 * @param abandon makes the action end soon
 * @throws Died after the action has ended
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
  const pulse = setInterval(() => ending?.() && notice(), BETWEEN_CHECKS);
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
