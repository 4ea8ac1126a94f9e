import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { labCommand, labEnvironment } from '../lab/namespaces/enter.ts';
import { wordsToStart } from '../processes.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import { type FromEngine, HEARTBEAT, type KnownTarget, type ToEngine } from './messages.ts';
import { type Settings, usesLab } from './settings.ts';

/** Nothing could be tested: a reason for exit code 2. The message is one sentence. */
export class CannotTest extends Error {
  override name = 'CannotTest';
}

/** The engine ended before it had run a case. */
export class EngineLost extends Error {
  override name = 'EngineLost';
}

const STOP_WITHIN = 3000;
// Signs of life of the engine's that may be missing: a machine under load is late, one that was suspended as well.
const MOST_MISSING = 60;

const keyOf = (id: string, family: 4 | 6): string => `${id} ${family}`;

interface Awaited {
  readonly promise: Promise<CaseResult>;
  readonly resolve: (result: CaseResult) => void;
  readonly reject: (error: Error) => void;
}

export interface SessionOptions {
  /** Those that will be asked for; all that there are when absent. */
  readonly cases?: readonly { readonly id: string; readonly family: 4 | 6 }[];
  /** For how many seconds the engine may give no sign of life. */
  readonly mostMissing?: number;
}

/** The other side of the engine's process: starts it, asks for cases, and hands out their results as they come. */
export class Session {
  readonly target: KnownTarget;
  readonly #process: ChildProcess;
  readonly #results = new Map<string, Awaited>();
  readonly #pulse: NodeJS.Timeout;
  #missing = 0;
  /** Told when the target is given up. */
  onLoss: (loss: Loss) => void = () => {};
  /** Told of each death of the target's, when it is known what it came of. */
  onDeath: (death: Death) => void = () => {};
  /** Told when it begins and ends to be looked for what ended the target. */
  onInquest: (isHeld: boolean) => void = () => {};
  #lost: Error | undefined;

  private constructor(child: ChildProcess, target: KnownTarget, mostMissing: number) {
    this.#process = child;
    this.target = target;
    child.on('message', (message: FromEngine) => this.#onMessage(message));
    // What is sent to a process that is gone fails; that it is gone is told by its end.
    child.on('error', () => {});
    child.once('exit', (_, signal) => {
      clearInterval(this.#pulse);
      const how = signal ? `was ended by ${signal}` : 'ended';
      this.#lose(new EngineLost(`the engine ${how} before the case was run`));
    });
    // Turns of our own timer are counted, not time: while this process is stopped itself, nobody is to blame.
    this.#pulse = setInterval(() => this.#miss(mostMissing), HEARTBEAT);
    this.#pulse.unref();
  }

  /**
   * @throws CannotTest with what the engine said
   */
  static async open(
    settings: Settings,
    { cases, mostMissing = MOST_MISSING }: SessionOptions = {},
  ): Promise<Session> {
    const prefix = usesLab(settings) ? labCommand() : undefined;
    const node = wordsToStart('lib/runner/worker.ts');
    const [command, ...args] = prefix ? [prefix.command, ...prefix.args, ...node] : node;
    const child = spawn(command as string, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: labEnvironment(),
      // Ctrl-C is for this process to hear; it then stops the engine in order.
      detached: true,
    });
    child.send({ kind: 'start', settings, ...(cases ? { cases } : {}) } satisfies ToEngine);
    const answer = await Promise.race([firstMessage(child), once(child, 'exit').then(() => undefined)]);
    if (answer?.kind === 'ready') return new Session(child, answer.target, mostMissing);
    child.kill();
    throw new CannotTest(
      answer?.kind === 'impossible' ? answer.message : 'the engine ended before it was ready',
    );
  }

  /** Has the engine run cases; each result is then to be had from `result`. */
  request(cases: readonly { id: string; family: 4 | 6 }[]): void {
    const added = cases.filter(({ id, family }) => !this.#results.has(keyOf(id, family)));
    for (const { id, family } of added) this.#results.set(keyOf(id, family), awaited());
    if (this.#lost) this.#lose(this.#lost);
    else if (added.length > 0) this.#process.send({ kind: 'run', cases: added } satisfies ToEngine);
  }

  /** The result of a case, as soon as it is there. @throws EngineLost */
  result(id: string, family: 4 | 6): Promise<CaseResult> {
    if (!this.#results.has(keyOf(id, family))) this.request([{ id, family }]);
    return (this.#results.get(keyOf(id, family)) as Awaited).promise;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    // Not by `once` of node:events, which would also end by the error of a word that came too late to be heard.
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.connected) this.#process.send({ kind: 'stop' } satisfies ToEngine);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN);
    await exited;
    clearTimeout(timer);
  }

  /** The process that is on the wire. */
  get pid(): number | undefined {
    return this.#process.pid;
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
    if (message.kind === 'result') {
      const { result } = message;
      this.#results.get(keyOf(result.id, result.family))?.resolve(result);
    } else if (message.kind === 'lost') {
      this.onLoss(message.loss);
    } else if (message.kind === 'death') {
      this.onDeath(message.death);
    } else if (message.kind === 'inquest') {
      this.onInquest(message.isHeld);
    } else if (message.kind === 'impossible') {
      this.#lose(new EngineLost(message.message));
    }
  }

  /** Results that have come stay; all others are lost, for the first reason that there was. */
  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#results.values()) reject(this.#lost);
  }
}

/** What the engine says first that is more than a sign of life. */
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
  // Most are awaited later than the engine may end.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
