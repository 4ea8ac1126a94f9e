import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { labCommand, labEnvironment } from '../lab/index.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { FromEngine, TargetFacts, ToEngine } from './messages.ts';
import { type Settings, usesLab } from './settings.ts';

/** Nothing could be tested: a reason for exit code 2. The message is one sentence. */
export class CannotTest extends Error {
  override name = 'CannotTest';
}

/** The engine ended before it had run a case. */
export class EngineLost extends Error {
  override name = 'EngineLost';
}

// mocha may load this file as CommonJS, where import.meta.resolve is missing.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const STOP_WITHIN = 3000;

const keyOf = (id: string, family: 4 | 6): string => `${id} ${family}`;

interface Awaited {
  readonly promise: Promise<CaseResult>;
  readonly resolve: (result: CaseResult) => void;
  readonly reject: (error: Error) => void;
}

/** The other side of the engine's process: starts it, asks for cases, and hands out their results as they come. */
export class Session {
  readonly target: TargetFacts;
  readonly #process: ChildProcess;
  readonly #results = new Map<string, Awaited>();
  #lost: Error | undefined;

  private constructor(child: ChildProcess, target: TargetFacts) {
    this.#process = child;
    this.target = target;
    child.on('message', (message: FromEngine) => this.#hear(message));
    child.once('exit', () => this.#lose(new EngineLost('the engine ended before the case was run')));
  }

  /** @throws CannotTest with what the engine said */
  static async open(settings: Settings): Promise<Session> {
    const prefix = usesLab(settings) ? labCommand() : undefined;
    const node = [process.execPath, '--import', TSX, WORKER];
    const [command, ...args] = prefix ? [prefix.command, ...prefix.args, ...node] : node;
    const child = spawn(command as string, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: labEnvironment(),
      // Ctrl-C is for this process to hear; it then stops the engine in order.
      detached: true,
    });
    child.send({ kind: 'start', settings } satisfies ToEngine);
    const answer = await Promise.race([
      once(child, 'message').then(([message]) => message as FromEngine),
      once(child, 'exit').then(() => undefined),
    ]);
    if (answer?.kind === 'ready') return new Session(child, answer.target);
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
    else this.#process.send({ kind: 'run', cases: added } satisfies ToEngine);
  }

  /** The result of a case, as soon as it is there. @throws EngineLost */
  result(id: string, family: 4 | 6): Promise<CaseResult> {
    if (!this.#results.has(keyOf(id, family))) this.request([{ id, family }]);
    return (this.#results.get(keyOf(id, family)) as Awaited).promise;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.send({ kind: 'stop' } satisfies ToEngine);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN);
    await exited;
    clearTimeout(timer);
  }

  #hear(message: FromEngine): void {
    if (message.kind === 'result') {
      const { result } = message;
      this.#results.get(keyOf(result.id, result.family))?.resolve(result);
    } else if (message.kind === 'impossible') {
      this.#lose(new EngineLost(message.message));
    }
  }

  #lose(error: Error): void {
    this.#lost = error;
    for (const { reject } of this.#results.values()) reject(error);
  }
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
