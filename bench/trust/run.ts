import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { Session } from '../../lib/runner/session.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';

/** The circumstances of a run. */
export interface Day {
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

/** Runs every so manyth case against the Linux lab, on both families. */
export async function run(day: Day, every: number): Promise<Run> {
  const settings = settingsFrom(day.environment);
  const subjects = SCENARIOS.filter((_, index) => index % every === 0);
  const wanted = subjects.flatMap(({ id, families }) => families.map((family) => ({ id, family })));
  const began = performance.now();
  const options = process.env.NODE_OPTIONS;
  if (day.preload) process.env.NODE_OPTIONS = `${options ?? ''} --import=${day.preload}`;
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
