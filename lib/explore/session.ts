import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { labCommand, labEnvironment } from '../lab/namespaces/enter.ts';
import { wordsToStart } from '../processes.ts';
import { CannotTest } from '../runner/session.ts';
import { type Settings, usesLab } from '../runner/settings.ts';
import type { Explored, Extent, FromExplorer, ToExplorer } from './messages.ts';

/** What is told while exploration goes on. */
export interface Listening {
  readonly ready?: (message: Extract<FromExplorer, { kind: 'ready' }>) => void;
  readonly progress?: (message: Extract<FromExplorer, { kind: 'progress' }>) => void;
  readonly finding: (message: Extract<FromExplorer, { kind: 'finding' }>) => void;
}

/** The process that explores, in a namespace of its own where the target is a stack of the lab. */
export class ExploringProcess {
  readonly #process: ChildProcess;

  constructor(settings: Settings) {
    const prefix = usesLab(settings) ? labCommand() : undefined;
    const node = wordsToStart('lib/explore/worker.ts');
    const [command, ...args] = prefix ? [prefix.command, ...prefix.args, ...node] : node;
    this.#process = spawn(command as string, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: labEnvironment(),
      // Segments hold sets.
      serialization: 'advanced',
      // Ctrl-C must reach this process only, which then stops the other.
      detached: true,
    });
    // Sending to a process that has ended fails; `exit` reports the end.
    this.#process.on('error', () => {});
  }

  /** @throws CannotTest with the reason */
  async explore(settings: Settings, extent: Extent, listening: Listening): Promise<Explored> {
    let explored: Explored | undefined;
    let reason = 'the process that explores ended early';
    this.#process.on('message', (message: FromExplorer) => {
      if (message.kind === 'ready') listening.ready?.(message);
      else if (message.kind === 'progress') listening.progress?.(message);
      else if (message.kind === 'finding') listening.finding(message);
      else if (message.kind === 'explored') explored = message.explored;
      else reason = message.message;
    });
    this.#tell({ kind: 'start', settings, extent });
    await once(this.#process, 'exit');
    if (!explored) throw new CannotTest(reason);
    return explored;
  }

  /** What is there by now is told. */
  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  #tell(message: ToExplorer): void {
    if (this.#process.connected) this.#process.send(message);
  }
}
