import { findScenario, SCENARIOS } from '../catalogue/catalogue.ts';
import { crowdOf } from '../catalogue/scenario.ts';
import { Cleanups } from '../cleanups.ts';
import { findStack, unknownStack } from '../lab/stacks/index.ts';
import { startOnTap } from '../lab/stacks/on-a-tap.ts';
import type { RunningTarget } from '../lab/stacks/stack.ts';
import type { Environment } from '../states/index.ts';
import { nameOf } from '../target/driver.ts';
import {
  DisturbedLink,
  type Link,
  PortRange,
  type Ports,
  RawLink,
  silenceKernel,
  Tester,
} from '../tester/index.ts';
import { rawSockets } from '../tester/raw-socket.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { SearchProgress } from '../report/progress.ts';
import { Inquest } from './deaths/inquest.ts';
import type { Job } from './deaths/suspects.ts';
import { tryForDeath } from './deaths/try-for-death.ts';
import type { KnownTarget } from './messages.ts';
import { openNetworkTarget } from './network-target.ts';
import { alternating, Likeness, longestFirst } from './order.ts';
import { needsOf, ROOMY } from './preflight/needs.ts';
import { type Preflight, preflight } from './preflight/preflight.ts';
import { Died, unlessDied } from './preflight/unless-died.ts';
import { runThrough } from './run-through.ts';
import { type Settings, usesLab } from './settings.ts';
import type { CaseContext } from './trial/case-context.ts';
import { Futility } from './trial/futility.ts';
import { Haste } from './trial/haste.ts';
import { Hazards } from './trial/hazards.ts';
import { runOne } from './trial/run-scenario.ts';
import { TargetWatch } from './trial/target-watch.ts';

// Below every system's ephemeral ports: the tester's other programs keep their connections.
const PORTS: Ports = { low: 10_000, high: 31_999 };
// tcpmux, long out of use.
const CLOSED_PORT = 1;

// How much of the receive queue a small segment takes, and how many segments a case may get before they are read.
const OCTETS_QUEUED = 1024;
const SEGMENTS_PER_CASE = 2;

/** How many cases fit into the receive queue. */
const roomFor = (receiveQueue: number): number =>
  Math.max(1, Math.floor(receiveQueue / (OCTETS_QUEUED * SEGMENTS_PER_CASE)));

// With more rounds of cases than this, all places taken, the run does not wait for every silence: that would take half a minute.
const MOST_ROUNDS = 50;

// A target that dies each time is tested all the same: the cases find the cause.
const MOST_PREFLIGHTS = 3;
// Milliseconds between checks of the target's process.
const BETWEEN_CHECKS = 250;

/** For tests of the suite itself. */
export interface EngineOptions {
  /** In octets. */
  readonly receiveQueue?: number;
  /** How long to wait for a target that is away, in milliseconds. */
  readonly patience?: number;
}

/** What happens in a run besides its results. */
interface EngineEvents {
  /** Once, when the target is given up. */
  readonly lost?: (loss: Loss) => void;
  /** The target died and is up again; with the cause. */
  readonly died?: (death: Death) => void;
  /** How far the search for a death's cause is; undefined when it ends. */
  readonly inquest?: (progress: SearchProgress | undefined) => void;
}

/** Has the target and the raw sockets, and runs cases side by side. */
export class Engine {
  readonly #settings: Settings;
  readonly #options: EngineOptions;
  readonly #cleanups = new Cleanups();
  #environment: Environment | undefined;
  #preflight: Preflight | undefined;
  #watch: TargetWatch | undefined;
  #avoided: readonly number[] = [];
  #signs: Pick<RunningTarget, 'ending' | 'restart'> = {};
  #width = 1;
  #losses = 0;
  #queue = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(settings: Settings, options: EngineOptions = {}) {
    this.#settings = settings;
    this.#options = options;
  }

  /** Brings up the target, and measures what these cases need. @throws Error with one sentence for the user */
  async start(cases: readonly { readonly id: string }[] = SCENARIOS): Promise<KnownTarget> {
    const settings = this.#settings;
    // Built while the target starts; whoever opens a link hears of a failure.
    rawSockets().catch(() => {});
    const target: RunningTarget = usesLab(settings)
      ? await this.#inTheLab(settings)
      : await openNetworkTarget(settings);
    this.#cleanups.add(() => target.stop());
    const { driver, name, target: remote, avoided, silentClosed = false } = target;
    this.#avoided = avoided?.rcvNxt ?? [];
    const families = settings.families.filter((family) => target.families.includes(family) && remote[family]);
    const ports = settings.ports ?? target.testerPorts ?? PORTS;
    const within = driver.testerPorts?.find((port) => port >= ports.low && port <= ports.high);
    if (within !== undefined) {
      throw new Error(
        `port ${within}, which the target calls, lies within the tester's ports ${ports.low}-${ports.high}: choose others with --ports`,
      );
    }
    // Before anything else: the kernel must not reset a connection that the target opens.
    this.#cleanups.add(
      silenceKernel(
        families.flatMap((family) =>
          [ports, ...(driver.testerPorts ?? []).map((port) => ({ low: port, high: port }))].map((range) => ({
            ...{ family, target: remote[family] as string },
            ...range,
          })),
        ),
        { outlives: !usesLab(settings) },
      ),
    );
    const closedPort = settings.closedPort ?? target.closedPort ?? CLOSED_PORT;
    const deaths: Death[] = [];
    let tester = await this.#testerFor(target, families, ports);
    const { ending, restart } = target;
    const signs = { ...(ending ? { ending } : {}), ...(restart ? { restart } : {}) };
    this.#signs = signs;
    const needs = needsOf(cases);
    const width = Math.min(settings.parallel ?? target.width, roomFor(this.#queue));
    const found = (living: Pick<RunningTarget, 'ending' | 'restart'>): Promise<Preflight> =>
      preflight({
        ...{ tester, driver, closedPort, silentClosed, families, width, needs, hasDied: deaths.length > 0 },
        ...living,
      });
    while (!this.#preflight) {
      try {
        const isLast = deaths.length + 1 >= MOST_PREFLIGHTS || !restart;
        this.#preflight = await (isLast
          ? found(signs)
          : unlessDied(signs, found, async () => {
              await tester.close();
              // Ends all waits for the upper tester.
              await driver.renew?.().catch(() => undefined);
            }));
      } catch (error) {
        if (!(error instanceof Died) || this.#stopped) throw error;
        const cause = { kind: 'preflight', repeated: true } as const;
        deaths.push({ ...(error.ending ? { ending: error.ending } : {}), cause });
        await tester.close();
        await restart?.();
        await driver.renew?.();
        tester = await this.#testerFor(target, families, ports);
      }
    }
    const { timing, synCookies, acceptTime, answersManyAtOnce, faults, grounds, middleboxes } =
      this.#preflight;
    this.#width = this.#preflight.width;
    this.#environment = {
      ...{ tester, driver, closedPort, timing, synCookies, acceptTime, answersManyAtOnce },
      silentClosed: this.#preflight.silentClosed,
      forgesSources: usesLab(settings) || settings.forgeSources,
    };
    const { patience } = this.#options;
    this.#watch = new TargetWatch({
      ...{ tester, driver, closedPort, silentClosed },
      families: grounds.filter(({ heard }) => heard).map(({ family }) => family),
      listenersOnly: grounds.filter((ground) => !ground.closedAnswers).map(({ family }) => family),
      listenersReset: faults.some(({ step }) => step === 'SYN to LISTEN'),
      within: timing.guard,
      ...signs,
      ...(patience === undefined ? {} : { patience }),
    });
    const [first] = families;
    const address = first && remote[first];
    return {
      name,
      ...(address ? { address } : {}),
      families,
      adoption: this.#preflight.adoption,
      preflightFaults: faults,
      middleboxes,
      deaths,
      facts: {
        driver: nameOf(driver),
        ...this.#preflight.facts,
        ...(avoided ? { avoided } : {}),
        ...(target.described ? { described: target.described } : {}),
      },
    };
  }

  /** What the preflight has brought up and found out; undefined before. */
  get ground():
    | {
        readonly environment: Environment;
        readonly facts: Preflight;
        readonly watch: TargetWatch;
        readonly width: number;
      }
    | undefined {
    const [environment, facts, watch] = [this.#environment, this.#preflight, this.#watch];
    return environment && facts && watch && { environment, facts, watch, width: this.#width };
  }

  /** Runs cases, and reports each result as it comes. */
  async run(
    cases: readonly { id: string; family: 4 | 6 }[],
    report: (result: CaseResult) => void,
    { lost = () => {}, died = () => {}, inquest: tellInquest = () => {} }: EngineEvents = {},
  ): Promise<void> {
    const environment = this.#environment;
    const facts = this.#preflight;
    const watch = this.#watch;
    if (!environment || !facts || !watch) throw new Error('the engine has not been started');
    const index = new Map(SCENARIOS.map(({ id }, position) => [id, position]));
    const hazards = new Hazards();
    const futility = new Futility();
    const hasFew = cases.length / this.#width > MOST_ROUNDS;
    const haste = this.#settings.patient ? undefined : new Haste(hasFew);
    const contextOf = (job: Job): CaseContext & { watch: TargetWatch } => ({
      environment,
      family: job.family,
      index: index.get(job.id) ?? 0,
      seed: this.#settings.seed,
      profile: this.#settings.profile,
      hasRoom: this.#width >= ROOMY,
      avoided: this.#avoided,
      adoption: facts.adoption,
      preflightFaults: facts.faults,
      hazards,
      futility,
      watch,
      witness: (log) => inquest.suspects.remember(job, log),
    });
    const stopped = (): boolean => this.#stopped;
    const inquest = new Inquest({
      ...{ watch, hazards, report, stopped },
      explain: ({ ending }, cause) => died({ ...(ending ? { ending } : {}), cause }),
      progress: tellInquest,
      attempt: (job, isAlone) => tryForDeath(job.id, contextOf(job), isAlone),
      describe: ({ id }) => findScenario(id),
    });
    const { ending } = this.#signs;
    const pulse = setInterval(() => {
      if (ending?.()) void watch.check();
    }, BETWEEN_CHECKS);
    this.#cleanups.add(() => clearInterval(pulse));
    const hold: Inquest['hold'] = async (...death) => {
      tellInquest({ tried: 0, of: 0 });
      try {
        return await inquest.hold(...death);
      } finally {
        tellInquest(undefined);
      }
    };
    const crowds = new Map(
      cases.map((job) => {
        const scenario = findScenario(job.id);
        return [job, scenario ? crowdOf(scenario) : 0];
      }),
    );
    const isCrowd = (job: Job): boolean => (crowds.get(job) ?? 0) > 0;
    const together = cases.filter((job) => !isCrowd(job));
    const alike = new Likeness();
    const through = (jobs: readonly Job[], width: () => number) =>
      runThrough({
        jobs,
        width,
        run: async (job, aside, bringForward) => {
          const result = await runOne(job.id, {
            ...contextOf(job),
            ...{ aside, rests: () => bringForward(alike.to(job)) },
            ...(haste ? { haste } : {}),
          });
          hazards.note(result);
          return result;
        },
        ...{ report, stopped, watch },
        inquest: {
          hold,
          survived: () => inquest.survived(),
          get caution() {
            return inquest.caution;
          },
        },
        lost: (onTheWire) => {
          const heardAt = watch.deaths.at(-1)?.heardAt ?? environment.tester.heardAt;
          const suspects = inquest.suspects.order(onTheWire, heardAt).filter(({ isFinished }) => !isFinished);
          if (watch.lost) lost({ cause: watch.lost, onTheWire: suspects.map(({ job }) => job) });
        },
      });
    try {
      const jobs = environment.driver.testerPorts ? alternating(together) : longestFirst(together);
      await through(jobs, () => this.#widthNow(environment.tester));
      // The target was seen to keep as many half-open connections as cases may run at once.
      const largest = Math.max(1, ...crowds.values());
      await through(cases.filter(isCrowd), () => Math.floor(this.#widthNow(environment.tester) / largest));
    } finally {
      clearInterval(pulse);
    }
  }

  /** @throws Error when this machine cannot reach the target over one of the families */
  async #testerFor(
    { driver, tester: local, target: remote }: RunningTarget,
    families: readonly (4 | 6)[],
    ports: Ports,
  ): Promise<Tester> {
    const { noise } = this.#settings;
    const opening = families.map(async (family): Promise<Link> => {
      const here = local[family];
      const there = remote[family];
      if (!here || !there) throw new Error(`this machine has no IPv${family} address towards the target`);
      const link = await RawLink.open({
        family,
        local: here,
        remote: there,
        receiveQueue: this.#options.receiveQueue,
      });
      this.#queue = Math.min(this.#queue, link.receiveQueue);
      return noise ? new DisturbedLink(link, noise) : link;
    });
    const links = await Promise.all(opening);
    // The target may still have connections of an earlier run in TIME-WAIT.
    const start = ports.low + Math.floor(Math.random() * (ports.high - ports.low));
    const tester = new Tester(links, new PortRange(ports.low, ports.high, start));
    this.#cleanups.add(() => tester.close());
    driver.abortUnclaimed?.(tester);
    tester.expectCalls(driver.testerPorts ?? [], driver.callsAtOnce);
    return tester;
  }

  /** Undoes everything in reverse order. May be called at any time, more than once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#cleanups.run();
  }

  /** Halves the width after an overflow of the receive queue. */
  #widthNow(tester: Tester): number {
    const losses = tester.losses();
    if (losses > this.#losses) {
      this.#losses = losses;
      this.#width = Math.max(1, Math.floor(this.#width / 2));
    }
    return this.#width;
  }

  async #inTheLab({
    stack: id,
    targetFile,
    tap,
    families,
    logs,
    linkLoss,
    noise,
  }: Settings): Promise<RunningTarget> {
    if (tap && targetFile !== undefined)
      return startOnTap({ targetFile, words: tap, families, ...(logs ? { logs } : {}) });
    const stack = await findStack(id);
    if (!stack) throw new Error(await unknownStack(id));
    const missing = stack.missing();
    if (missing.length > 0) {
      throw new Error(`${id} needs packages that are not installed: apt-get install ${missing.join(' ')}`);
    }
    return stack.start({
      families,
      ...(logs ? { logs } : {}),
      ...(linkLoss ? { linkLoss: { percent: linkLoss, seed: noise?.seed ?? 1 } } : {}),
    });
  }
}
