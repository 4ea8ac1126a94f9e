import { existsSync, type FSWatcher, watch as watchFiles } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OURS, OWN, redeclare, SCENARIOS } from '../../catalogue/catalogue.ts';
import { declarationOf } from '../../catalogue/resolve.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import { runText } from '../../report/console.ts';
import { diffRuns } from '../../report/diff.ts';
import { writeResults } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { ownFolder, useSuitesOf } from '../own-suites.ts';
import { isTaken } from '../../catalogue/choice.ts';
import { needsOf } from '../../runner/preflight/needs.ts';
import { CannotTest, Session } from '../../runner/session.ts';
import type { Settings } from '../../runner/settings.ts';
import { version } from '../../version.ts';
import { diffText } from '../commands/diff.ts';
import { EXIT, tell, UsageError } from '../failure.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';

const BUILD = new URL('../../../bin/build.js', import.meta.url).href;
const SUITES = fileURLToPath(new URL('../../../suites', import.meta.url));
const CATALOGUE = 'lib/catalogue/catalogue.ts';
/** An editor writes a file in several steps, in milliseconds. */
const SETTLED = 40;

type Catalogue = Pick<typeof import('../../catalogue/catalogue.ts'), 'OURS'>;
interface Loader {
  load(): Promise<Catalogue>;
  end(): Promise<void>;
}

/** What has happened since the last run: `target` when the program of the target has changed. */
type Event = 'again' | 'suite' | 'target' | 'end';

/** Runs the cases, and again at each event, until it is told to end. @returns the exit code */
export async function watch(settings: Settings, files: readonly string[]): Promise<number> {
  const watched = new Watched(settings);
  if (watched.chosen(SCENARIOS).length === 0) {
    throw new UsageError(`--only ${settings.only} matches no case; \`segment-arrives list\` prints all ids`);
  }
  const events = new Events(files);
  try {
    for (let event: Event = 'again'; event !== 'end'; event = await events.next()) {
      try {
        await watched.run(event);
      } catch (error) {
        tell(error);
      }
      console.log('\nEnter runs again, q and Enter end');
      void watched.warmUp();
    }
  } finally {
    events.close();
    await watched.end();
  }
  return events.exitCode;
}

/** The cases of a selection, and the session that runs them. */
class Watched {
  readonly #settings: Settings;
  #scenarios: readonly Scenario[] = SCENARIOS;
  #redeclared: readonly Scenario[] = [];
  #session: Session | undefined;
  #measures: ReadonlySet<string> = new Set();
  #last: Run | undefined;
  #loader: Promise<Loader> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  chosen(scenarios: readonly Scenario[]): { id: string; family: 4 | 6 }[] {
    return scenarios
      .filter(isTaken(this.#settings))
      .flatMap(({ id, families: own }) =>
        this.#settings.families.filter((family) => own.includes(family)).map((family) => ({ id, family })),
      );
  }

  /** @throws CannotTest where the target does not answer */
  async run(event: Event): Promise<void> {
    const began = performance.now();
    if (event === 'suite') await this.#reload();
    const cases = this.chosen(this.#scenarios);
    const { measures } = needsOf(cases);
    const isKnown = [...measures].every((measure) => this.#measures.has(measure));
    if (event === 'target' || !isKnown) await this.close();
    if (!this.#session) {
      this.#session = await Session.open(this.#settings, { cases });
      this.#measures = measures;
    }
    const session = this.#session;
    session.requestAgain(cases, this.#redeclared.map(declarationOf));
    const startedAt = new Date().toISOString();
    const results = await Promise.all(cases.map(({ id, family }) => session.result(id, family))).catch(
      async (error: Error) => {
        await this.close();
        throw new CannotTest(error.message);
      },
    );
    const { preflightFaults, deaths: _, ...target } = session.target;
    const { seed, profile, strict, reports } = this.#settings;
    const run: Run = {
      ...{ version, seed, profile, strict, startedAt, target, preflightFaults, complete: true },
      durationMs: performance.now() - began,
      cases: results,
    };
    writeResults(reports, run);
    console.log(`\n${runText(run)}`);
    if (this.#last) console.log(`\nsince the last run: ${diffText(diffRuns(this.#last, run))}`);
    this.#last = run;
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async end(): Promise<void> {
    await this.close();
    await (await this.#loader)?.end();
  }

  /** Our suites as they are now; undefined in the published package, which has no sources of them. @throws CatalogueError */
  async #load(): Promise<Catalogue | undefined> {
    if (!existsSync(SUITES)) return undefined;
    this.#loader ??= ((await import(BUILD)) as { reloader(program: string): Promise<Loader> }).reloader(
      CATALOGUE,
    );
    const loader = await this.#loader;
    return loader.load().catch((error: Error) => {
      // esbuild says where the mistake is.
      throw 'errors' in error ? new CannotTest(error.message) : error;
    });
  }

  /** Loads our suites for the first time, which takes longer, before one changes. */
  async warmUp(): Promise<void> {
    if (!this.#loader) await this.#load().catch(() => {});
  }

  /** Takes the suites as they are now. @throws CatalogueError */
  async #reload(): Promise<void> {
    const ours = (await this.#load())?.OURS ?? OURS;
    const alone = SCENARIOS === OWN;
    if (ownFolder !== undefined) await useSuitesOf(ownFolder, alone);
    const now = alone ? OWN : [...ours, ...OWN];
    const before = new Map(this.#scenarios.map((scenario) => [scenario.id, JSON.stringify(scenario)]));
    const isChanged = (scenario: Scenario): boolean => JSON.stringify(scenario) !== before.get(scenario.id);
    const isNew = new Set(this.#redeclared.map(({ id }) => id));
    this.#redeclared = now.filter((scenario) => isNew.has(scenario.id) || isChanged(scenario));
    redeclare(this.#redeclared);
    this.#scenarios = now;
  }
}

/** What makes a run begin: changed files, and the keyboard. */
class Events {
  readonly #watchers: FSWatcher[] = [];
  readonly #pending = new Set<Event>();
  #wake: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  exitCode: number = EXIT.asExpected;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.exitCode = exitCodeAfter(signal);
    this.#add('end');
  };
  readonly #onKey = (octets: Buffer): void => this.#add(/^q/i.test(octets.toString()) ? 'end' : 'again');

  constructor(files: readonly string[]) {
    // The published package has no sources of ours.
    for (const folder of [SUITES, ownFolder].filter((one) => one !== undefined && existsSync(one))) {
      const watcher = watchFiles(folder as string, { recursive: true }, (_, name) => {
        if (name && /\.[cm]?[jt]s$/.test(name)) this.#add('suite');
      });
      this.#watchers.push(watcher);
    }
    for (const file of files) {
      // Its folder: a linker makes the file anew.
      const watcher = watchFiles(dirname(resolve(file)), (_, name) => {
        if (name === basename(file)) this.#add('target');
      });
      this.#watchers.push(watcher);
    }
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.stdin.on('data', this.#onKey);
  }

  /** The next that matters most; waits until files have settled. */
  async next(): Promise<Event> {
    if (this.#pending.size === 0 || this.#timer) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const events = [...this.#pending];
    this.#pending.clear();
    return (['end', 'target', 'suite'] as const).find((event) => events.includes(event)) ?? 'again';
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.stdin.off('data', this.#onKey);
    process.stdin.pause();
  }

  #add(event: Event): void {
    this.#pending.add(event);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#wake();
      },
      event === 'end' ? 0 : SETTLED,
    );
  }
}
