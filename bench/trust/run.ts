import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { ENDS_WITH_US } from '../../lib/processes.ts';
import { Session } from '../../lib/runner/session.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';

/** The conditions of a run. */
export interface Conditions {
  readonly name: string;
  /** Settings beyond the defaults. */
  readonly environment: NodeJS.ProcessEnv;
  /** A module that the engine's process loads first. */
  readonly preload?: string;
}

export interface Run {
  readonly results: readonly CaseResult[];
  readonly durationMs: number;
}

/** Runs one in `every` cases against the Linux lab, over both families. */
export async function run(conditions: Conditions, every: number): Promise<Run> {
  const settings = settingsFrom(conditions.environment);
  const subjects = SCENARIOS.filter(({ slow }) => !slow).filter((_, index) => index % every === 0);
  const wanted = subjects.flatMap(({ id, families }) => families.map((family) => ({ id, family })));
  const began = performance.now();
  const options = process.env.NODE_OPTIONS;
  if (conditions.preload) process.env.NODE_OPTIONS = `${options ?? ''} --import=${conditions.preload}`;
  const opening = Session.open(settings);
  if (options === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = options;
  const session = await opening;
  try {
    session.request(wanted);
    const results = await Promise.all(wanted.map(({ id, family }) => session.result(id, family)));
    return { results, durationMs: performance.now() - began };
  } finally {
    await session.close();
  }
}

/** Keeps every core busy. @returns ends that */
export function keepBusy(): () => void {
  const burners = Array.from({ length: availableParallelism() }, () =>
    spawn(ENDS_WITH_US[0], [...ENDS_WITH_US.slice(1), 'sha256sum', '/dev/zero'], { stdio: 'ignore' }),
  );
  const relieve = (): void => {
    for (const burner of burners) burner.kill('SIGKILL');
  };
  process.once('exit', relieve);
  return relieve;
}
