import { pause } from '../../states/index.ts';
import { type Driver, nameOf } from '../../target/driver.ts';
import type { RunningTarget } from '../../target/open-target.ts';
import type { Tester } from '../../tester/index.ts';
import type { Absence, Ending, LossCause } from '../../verdict/reason.ts';
import { probePort } from '../preflight/probe-port.ts';

export interface Watched extends Pick<RunningTarget, 'ending' | 'restart'> {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly families: readonly (4 | 6)[];
  readonly closedPort: number;
  /** Its closed ports send no reset. Its calls show that it is there. */
  readonly silentClosed?: boolean;
  /** Families over which no closed port answers: a port that listens is probed instead. */
  readonly listenersOnly?: readonly (4 | 6)[];
  /** A port that listens may answer a SYN by a reset, or not at all, so this is no sign of a restart. */
  readonly listenersReset?: boolean;
  /** How long an answer may take, in milliseconds. */
  readonly within: number;
  /** How long a target that is away is waited for, in milliseconds. */
  readonly patience?: number;
}

/** The target's TCP was gone, with all of its connections. */
export interface Death {
  /** When the last segment came from the target, by `performance.now()`. */
  readonly heardAt: number;
  /** How its process ended; absent when only its silence is known. */
  readonly ending?: Ending;
}

// Long enough for a cable that is plugged in again, or a host that boots.
const PATIENCE = 10_000;
// A target that can be restarted need not come back by itself. A busy machine is late by less.
const PATIENCE_BEFORE_RESTART = 5000;
// The restart command may return before the target is up.
const PATIENCE_AFTER_RESTART = 30_000;
const BETWEEN_LOOKS = 250;
const TRIES = 4;
const ALIVE_WITHIN = 1500;
// A target that makes one connection at a time may be busy with another case.
const CALLS_WITHIN = 30_000;
// Two for each of a hundred fatal segments, and some more.
const MOST_RESTARTS = 250;

/** Whether the TCP itself is missing, and not only the driver. */
const isSilent = ({ what }: Absence): boolean => what !== 'driver';

/**
 * Checks that the target is there: its path, its TCP and its driver. While it is away, no case goes on and none is judged.
 * Observations from before and after an absence do not count together. A dead target is restarted where that is possible.
 */
export class TargetWatch {
  /** Why the target was given up; undefined while the run goes on. */
  lost: LossCause | undefined;
  /** In the order in which they were noticed. */
  readonly deaths: Death[] = [];
  readonly #watched: Watched;
  #absences = 0;
  #restarts = 0;
  #ownRestarts: number;
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#ownRestarts = watched.driver.restarts ?? 0;
  }

  /** Rises with every absence. */
  get epoch(): number {
    return this.#absences + (this.#watched.driver.restarts ?? 0);
  }

  /** Gives the target up: no more cases are tried. */
  giveUp(cause: LossCause): void {
    this.lost ??= cause;
  }

  /** Checks the target, and waits for it if it is away. Callers at the same time share one check. */
  check(): Promise<void> {
    if (this.lost) return Promise.resolve();
    if (!this.#looking) {
      this.#looking = this.#look()
        .catch((error: Error) => {
          // The run was stopped meanwhile.
          if (!this.#watched.tester.isClosed) throw error;
        })
        .finally(() => {
          this.#looking = undefined;
        });
      return this.#looking;
    }
    // The check that is under way may have begun before the event that the caller asks about.
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.check();
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    const { driver, restart, tester } = this.#watched;
    const { heardAt } = tester;
    this.#noticeItsOwnRestarts(heardAt);
    const first = await this.#absence();
    if (!first) {
      if (await this.#wasRestarted()) await this.#beginAnew();
      return;
    }
    const patience = this.#watched.patience ?? (restart ? PATIENCE_BEFORE_RESTART : PATIENCE);
    const last = await this.#awaitReturn(first, patience);
    // The process may have ended after its TCP had answered, and before its driver was asked.
    const silent = isSilent(last ?? first) || this.#watched.ending?.() !== undefined;
    if (!last) {
      const restarted = await this.#wasRestarted();
      if (restarted) await this.#beginAnew();
      else this.#absences += 1;
      // A cable that was unplugged ends no connection.
      if (restarted && silent) this.deaths.push({ heardAt });
      return;
    }
    const ending = silent ? this.#watched.ending?.() : undefined;
    if (silent) this.deaths.push({ heardAt, ...(ending ? { ending } : {}) });
    if (restart && this.#restarts < MOST_RESTARTS) {
      this.#restarts += 1;
      await this.#restart(restart);
      return;
    }
    this.#absences += 1;
    const seconds = Math.round(patience / 1000);
    this.lost = { kind: 'absent', absence: last, ...(ending ? { ending } : {}), seconds };
    // Ends requests that still wait for an answer of the user. That nobody answers is expected.
    await driver.renew?.().catch(() => undefined);
  }

  /** A target that its driver restarts has lost all connections before this check. */
  #noticeItsOwnRestarts(heardAt: number): void {
    const { restarts = 0, lastEnding, lastEndedAt = heardAt } = this.#watched.driver;
    // It may have answered since.
    const before = Math.min(heardAt, lastEndedAt);
    if (restarts > this.#ownRestarts)
      this.deaths.push({ heardAt: before, ...(lastEnding ? { ending: lastEnding } : {}) });
    this.#ownRestarts = restarts;
  }

  /** What is still missing at the end of the wait. A process that has ended does not come back. */
  async #awaitReturn(first: Absence, patience: number): Promise<Absence | undefined> {
    const deadline = performance.now() + patience;
    let absence: Absence | undefined = first;
    while (absence && performance.now() < deadline && !this.#watched.ending?.()) {
      await pause(BETWEEN_LOOKS);
      absence = await this.#absence();
    }
    return absence;
  }

  async #restart(restart: () => Promise<void>): Promise<void> {
    const { patience = PATIENCE_AFTER_RESTART } = this.#watched;
    try {
      await restart();
    } catch (error) {
      this.lost = { kind: 'restart failed', told: (error as Error).message };
      await this.#watched.driver.renew?.().catch(() => undefined);
      this.#absences += 1;
      return;
    }
    await this.#beginAnew();
    const first = await this.#absence();
    const absence = first && (await this.#awaitReturn(first, patience));
    if (absence) this.lost ??= { kind: 'absent after a restart', absence };
  }

  async #beginAnew(): Promise<void> {
    await this.#watched.driver.renew?.().catch((error: Error) => {
      this.lost = { kind: 'driver failed after a restart', told: error.message };
    });
    // Only now: `renew` closes all connections, also those that were begun since the restart was noticed.
    this.#absences += 1;
  }

  async #absence(): Promise<Absence | undefined> {
    const { tester, families, closedPort, driver, silentClosed, ending, listenersOnly = [] } = this.#watched;
    for (const family of families) {
      // The host may reset segments for a TCP whose process has ended.
      if (ending?.()) return { what: 'process' };
      const answers = silentClosed
        ? await tester.calls(family, CALLS_WITHIN)
        : await this.#answerOf(
            family,
            listenersOnly.includes(family) ? await this.#listener(family) : closedPort,
          );
      if (!answers) return { what: 'address', address: tester.link(family).remote };
    }
    if (!driver.alive || (await driver.alive(ALIVE_WITHIN))) return undefined;
    return { what: 'driver', driver: nameOf(driver) };
  }

  /** A restarted upper tester has lost its listeners. */
  async #wasRestarted(): Promise<boolean> {
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
    const { tester, within, ending } = this.#watched;
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const [answer] = (await probePort(tester, family, port, within)).answers;
      if (answer) return answer.segment.ctl;
      if (ending?.()) return undefined;
    }
    return undefined;
  }
}
