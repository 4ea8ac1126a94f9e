import type { ChildProcess } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { stop } from '../../processes.ts';
import type { Ending } from '../../verdict/reason.ts';
import { endingOf } from './upper-tester-process.ts';

/** A process that is started again whenever it has ended by itself. */
export interface KeptProcess {
  readonly crashes: number;
  /** How it ended last; undefined before the first crash. */
  readonly lastEnding: Ending | undefined;
  /** When, by `performance.now()`. */
  readonly lastEndedAt: number | undefined;
  stop(): Promise<void>;
}

/**
 * @param start starts it, ready to work, and appends its output to the log
 * @param log a file, which begins empty
 * @throws what the first start throws
 */
export async function keepRunning(
  start: (log: string | undefined) => Promise<ChildProcess>,
  log: string | undefined,
): Promise<KeptProcess> {
  if (log !== undefined) rmSync(log, { force: true });
  let stopped = false;
  let crashes = 0;
  let lastEnding: Ending | undefined;
  let lastEndedAt: number | undefined;
  let current = await start(log);
  const keep = (child: ChildProcess): void => {
    child.once('close', () => {
      if (stopped) return;
      lastEnding = endingOf(child);
      lastEndedAt = performance.now();
      crashes += 1;
      start(log).then(
        (again) => {
          current = again;
          keep(again);
          if (stopped) void stop(again);
        },
        (error: Error) => log && appendFileSync(log, `not started again: ${error.message}\n`),
      );
    });
  };
  keep(current);
  return {
    get crashes() {
      return crashes;
    },
    get lastEnding() {
      return lastEnding;
    },
    get lastEndedAt() {
      return lastEndedAt;
    },
    async stop() {
      stopped = true;
      await stop(current);
    },
  };
}
