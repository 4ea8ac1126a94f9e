import { pause } from '../../states/index.ts';
import type { Driver } from '../../target/driver.ts';
import type { Tester } from '../../tester/index.ts';
import { knock } from '../preflight/knock.ts';

export interface Watched {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly families: readonly (4 | 6)[];
  readonly closedPort: number;
  /** Its closed ports say nothing: its calls tell that it is there. */
  readonly silentClosed?: boolean;
  /** Families over which no closed port answers: there a port that listens is asked. */
  readonly listenersOnly?: readonly (4 | 6)[];
  /** A port that listens may answer a SYN by a reset, or by nothing: that says nothing of a restart. */
  readonly listenersReset?: boolean;
  /** How long an answer may take, in milliseconds. */
  readonly within: number;
  /** How long a target that is away is waited for, in milliseconds. */
  readonly patience?: number;
}

// A cable that is put back in, a host that boots: what takes longer is the end of the run.
const PATIENCE = 10_000;
const BETWEEN_LOOKS = 250;
const TRIES = 4;
const ALIVE_WITHIN = 1500;
// Another case may have the connection that it makes one of at a time.
const CALLS_WITHIN = 30_000;

/**
 * Tells whether the target is there: its path, its TCP, and what moves its user. Nobody is accused, and nothing goes on,
 * while it is not; and what was seen of it before and after an absence is not of one piece.
 */
export class TargetWatch {
  /** Why the target is given up; undefined while it is not. */
  lost: string | undefined;
  readonly #watched: Watched;
  #absences = 0;
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Goes up with every absence. */
  get epoch(): number {
    return this.#absences + (this.#watched.driver.restarts ?? 0);
  }

  /** Looks after the target, and waits for it if it is away. Who asks at the same time gets the same look. */
  check(): Promise<void> {
    if (this.lost) return Promise.resolve();
    if (!this.#looking) {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    // The look that is under way may have begun before what the caller wants to know about.
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.check();
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    const { patience = PATIENCE, driver } = this.#watched;
    let reason = await this.#absence();
    if (reason) {
      const deadline = performance.now() + patience;
      while (reason && performance.now() < deadline) {
        await pause(BETWEEN_LOOKS);
        reason = await this.#absence();
      }
      this.#absences += 1;
    }
    if (reason) {
      this.lost = `the target was lost: ${reason}, for ${Math.round(patience / 1000)} s`;
      // Whoever still waits for an answer of its user's is set free; nobody is expected to be there.
      await driver.renew?.().catch(() => undefined);
    } else if (await this.#restarted()) {
      await driver.renew?.().catch((error: Error) => {
        this.lost = `the target was lost: it was restarted, and then ${error.message}`;
      });
      // Not before: to begin anew closes every connection, those as well that were begun since the restart was noticed.
      this.#absences += 1;
    }
  }

  /** What is missing, in a few words. */
  async #absence(): Promise<string | undefined> {
    const { tester, families, closedPort, driver, silentClosed, listenersOnly = [] } = this.#watched;
    for (const family of families) {
      const answers = silentClosed
        ? await tester.calls(family, CALLS_WITHIN)
        : await this.#answerOf(
            family,
            listenersOnly.includes(family) ? await this.#listener(family) : closedPort,
          );
      if (!answers) return `${tester.link(family).remote} does not answer any more`;
    }
    if (driver.alive && !(await driver.alive(ALIVE_WITHIN))) return `${driver.name} does not answer any more`;
    return undefined;
  }

  /** An upper tester that was restarted has lost its listeners. */
  async #restarted(): Promise<boolean> {
    const { driver, families, listenersReset } = this.#watched;
    const [family] = families;
    if (!driver.alive || !family || listenersReset) return false;
    try {
      const answer = await this.#answerOf(family, await driver.listener(family, 'plain'));
      return answer?.has('RST') ?? false;
    } catch {
      return true;
    }
  }

  /** A port that listens, or the closed one where none is known. */
  #listener(family: 4 | 6): Promise<number> {
    const { driver, closedPort } = this.#watched;
    return driver.listener(family, 'plain').catch(() => closedPort);
  }

  async #answerOf(family: 4 | 6, port: number): Promise<ReadonlySet<string> | undefined> {
    const { tester, within } = this.#watched;
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const [answer] = (await knock(tester, family, port, within)).answers;
      if (answer) return answer.segment.ctl;
    }
    return undefined;
  }
}
