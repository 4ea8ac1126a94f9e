import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ScenarioDeclaration } from '../catalogue/case.ts';
import { OWN } from '../catalogue/catalogue.ts';
import { declarationOf } from '../catalogue/resolve.ts';
import type { SearchProgress } from '../report/progress.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import { type FromEngine, HEARTBEAT, type KnownTarget, type ToEngine } from './messages.ts';
import { hasEnded, startEngine } from './engine-process.ts';
import type { Settings } from './settings.ts';

/** Nothing could be tested (exit code 2). The message is one sentence. */
export class CannotTest extends Error {
  override name = 'CannotTest';
}

/** The engine ended before it had run a case. */
class EngineLost extends Error {
  override name = 'EngineLost';
}

const STOP_WITHIN = 3000;
// Missing heartbeats before the engine counts as lost: a busy or suspended machine is late.
const MOST_MISSING = 60;

const keyOf = (id: string, family: 4 | 6): string => `${id} ${family}`;

interface Job {
  readonly id: string;
  readonly family: 4 | 6;
}

interface Awaited {
  readonly promise: Promise<CaseResult>;
  readonly resolve: (result: CaseResult) => void;
  readonly reject: (error: Error) => void;
}

export interface SessionOptions {
  /** The cases that will be requested; absent: all. */
  readonly cases?: readonly { readonly id: string; readonly family: 4 | 6 }[];
  /** The engine begins with them when it is ready, and waits for no request. */
  readonly begins?: boolean;
  /** Its process, where that was started before; absent, or ended: started now. */
  readonly engine?: ChildProcess | undefined;
  /** How many heartbeats, one a second, may be missing. */
  readonly mostMissing?: number;
}

/** What happens in a run. */
export interface Listener {
  /** A result has come. */
  readonly result?: (result: CaseResult) => void;
  /** The target was given up. */
  readonly lost?: (loss: Loss) => void;
  /** The target has died, and the cause is known. */
  readonly died?: (death: Death) => void;
  /** How far the search for a death's cause is; undefined when it ends. */
  readonly inquest?: (progress: SearchProgress | undefined) => void;
}

/** Starts the engine's process, requests cases, and hands out their results. */
export class Session {
  readonly #process: ChildProcess;
  readonly #results = new Map<string, Awaited>();
  #target: KnownTarget | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #missing = 0;
  #listener: Listener | undefined;
  /** What came before anybody listened. */
  #unheard: FromEngine[] = [];
  #lost: Error | undefined;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (message: FromEngine) => this.#onMessage(message));
    child.once('exit', (_, signal) => {
      clearInterval(this.#pulse);
      const how = signal ? `was ended by ${signal}` : 'ended';
      this.#lose(new EngineLost(`the engine ${how} before the case was run`));
    });
  }

  get target(): KnownTarget {
    return this.#target as KnownTarget;
  }

  /** Hears of what happens from now on, and of what has happened. */
  attend(listener: Listener): void {
    this.#listener = listener;
    for (const message of this.#unheard) this.#tell(message);
    this.#unheard = [];
  }

  /** @throws CannotTest with the engine's reason */
  static async open(
    settings: Settings,
    { cases, begins = false, mostMissing = MOST_MISSING, engine }: SessionOptions = {},
  ): Promise<Session> {
    const child = engine && !hasEnded(engine) ? engine : startEngine(settings);
    const own = OWN.map(declarationOf);
    child.send({ kind: 'start', settings, own, ...(cases ? { cases } : {}) } satisfies ToEngine);
    const session = new Session(child);
    const answering = firstMessage(child);
    if (begins && cases) session.request(cases);
    const answer = await Promise.race([answering, once(child, 'exit').then(() => undefined)]);
    if (answer?.kind === 'ready') {
      session.#isReady(answer.target, mostMissing);
      return session;
    }
    child.kill();
    throw new CannotTest(
      answer?.kind === 'impossible' ? answer.message : 'the engine ended before it was ready',
    );
  }

  /** Has the engine run cases. `result` returns each result. */
  request(cases: readonly { id: string; family: 4 | 6 }[]): void {
    const added = cases.filter(({ id, family }) => !this.#results.has(keyOf(id, family)));
    for (const { id, family } of added) this.#results.set(keyOf(id, family), awaited());
    if (this.#lost) this.#lose(this.#lost);
    else if (added.length > 0) this.#process.send({ kind: 'run', cases: added } satisfies ToEngine);
  }

  /**
   * Has the engine run cases anew whose results have come.
   *
   * @param redeclared those that have changed since the session was opened
   */
  requestAgain(cases: readonly Job[], redeclared: readonly ScenarioDeclaration[]): void {
    for (const { id, family } of cases) this.#results.set(keyOf(id, family), awaited());
    if (this.#lost) this.#lose(this.#lost);
    else this.#process.send({ kind: 'run', cases, redeclared } satisfies ToEngine);
  }

  /** Waits for the result of a case. @throws EngineLost */
  result(id: string, family: 4 | 6): Promise<CaseResult> {
    if (!this.#results.has(keyOf(id, family))) this.request([{ id, family }]);
    return (this.#results.get(keyOf(id, family)) as Awaited).promise;
  }

  async close(): Promise<void> {
    if (hasEnded(this.#process)) return;
    // Not `once` of node:events, which also rejects when a message could not be sent.
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.connected) this.#process.send({ kind: 'stop' } satisfies ToEngine);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN);
    await exited;
    clearTimeout(timer);
  }

  /** The engine's process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  #isReady(target: KnownTarget, mostMissing: number): void {
    this.#target = target;
    if (this.#lost) return;
    // Counts turns of this timer, not time: this process may be suspended itself.
    this.#pulse = setInterval(() => this.#miss(mostMissing), HEARTBEAT);
    this.#pulse.unref();
  }

  #miss(most: number): void {
    this.#missing += 1;
    if (this.#missing <= most) return;
    clearInterval(this.#pulse);
    this.#lose(new EngineLost(`the engine gave no sign of life for ${most} s`));
    this.#process.kill('SIGKILL');
  }

  #onMessage(message: FromEngine): void {
    this.#missing = 0;
    if (message.kind === 'alive') return;
    if (message.kind === 'result') {
      const { result } = message;
      this.#tell(message);
      this.#results.get(keyOf(result.id, result.family))?.resolve(result);
    } else if (message.kind === 'impossible') {
      this.#lose(new EngineLost(message.message));
    } else this.#tell(message);
  }

  #tell(message: FromEngine): void {
    const { result, lost, died, inquest } = this.#listener ?? {};
    if (!this.#listener) this.#unheard.push(message);
    else if (message.kind === 'result') result?.(message.result);
    else if (message.kind === 'lost') lost?.(message.loss);
    else if (message.kind === 'death') died?.(message.death);
    else if (message.kind === 'inquest') inquest?.(message.progress);
  }

  /** Rejects all open results, with the first reason. */
  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#results.values()) reject(this.#lost);
  }
}

/** The engine's first message that is not a heartbeat. */
function firstMessage(child: ChildProcess): Promise<FromEngine> {
  return new Promise((resolve) => {
    const onMessage = (message: FromEngine): void => {
      if (message.kind === 'alive') return;
      child.off('message', onMessage);
      resolve(message);
    };
    child.on('message', onMessage);
  });
}

function awaited(): Awaited {
  let resolve: Awaited['resolve'] = () => {};
  let reject: Awaited['reject'] = () => {};
  const promise = new Promise<CaseResult>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  // The engine may end before anybody awaits the result.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
