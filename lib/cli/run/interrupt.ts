import type { Session } from '../../runner/session.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';

/** Handles Ctrl-C and similar signals: the first ends the run in order, the second ends the process at once. */
export class Interruption {
  #exitCode: number | undefined;
  #onFirst: (() => void) | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = exitCodeAfter(signal);
    // Before the first case there are no results; child processes end with this one.
    if (this.#exitCode !== undefined || !this.#onFirst) process.exit(exitCode);
    this.#exitCode = exitCode;
    this.#onFirst();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Sets what the first signal does from now on. */
  endInOrder(action: () => void): void {
    this.#onFirst = action;
  }

  /** 130 after Ctrl-C, 143 after SIGTERM; undefined when nobody interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}

/** The results that are there already. Cases run side by side, so some may end before the one that mocha awaits. */
export async function finished(
  session: Pick<Session, 'result'>,
  cases: Iterable<{ readonly id: string; readonly family: 4 | 6 }>,
): Promise<Awaited<ReturnType<Session['result']>>[]> {
  const pending = Symbol();
  const results = await Promise.all(
    [...cases].map(({ id, family }) =>
      Promise.race([session.result(id, family), Promise.resolve(pending)]).catch(() => pending),
    ),
  );
  return results.filter((result) => typeof result !== 'symbol');
}
