import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { demandsOf } from '../catalogue/conditions.ts';
import { ENDS_WITH_US, signalGroup } from '../processes.ts';
import { type AppBehaviour, type Destination, type Driver, type Handle, NotCapable } from './driver.ts';
import { refuseUserCalls, whyNot } from './services.ts';
import { OpeningDriver } from './services-driver.ts';
import type { Command, Service } from './target-file.ts';

interface CommandDriverOptions {
  readonly command: Command;
  /** Where the target connects to. */
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  /** For states that begin in LISTEN. */
  readonly services?: readonly Service[] | undefined;
}

interface Running {
  readonly process: ChildProcess;
  readonly testerPort: number;
}

const TEXT = 'segment arrives ';
const START_WITHIN_MS = 10_000;

/** Makes the target connect by a shell command, one process per connection. */
export class CommandDriver extends OpeningDriver implements Driver {
  readonly name: string;
  readonly #options: CommandDriverOptions;
  readonly #running = new Map<number, Running>();
  #nextId = 1;

  constructor(options: CommandDriverOptions) {
    super(options.services);
    this.#options = options;
    this.name = ['command', `\`${options.command.run}\``, this.services && `and ${this.services.name}`]
      .filter(Boolean)
      .join(' ');
  }

  async connect(family: 4 | 6, testerPort: number): Promise<Handle> {
    const address = this.#options.tester[family];
    if (!address) throw new NotCapable({ what: 'tester address', family });
    const { run, sends, halfCloses } = this.#options.command;
    const fields: Record<string, string | number> = { address, port: testerPort, family };
    const command = run.replace(/\{(address|port|family)\}/g, (_, name: string) => String(fields[name]));
    // It leads a process group, so that all of it can be ended.
    const [program, ...words] = [...ENDS_WITH_US, 'sh', '-c', command];
    const child = spawn(program, words, {
      stdio: [sends || halfCloses ? 'pipe' : 'ignore', 'ignore', 'ignore'],
      detached: true,
    });
    child.stdin?.on('error', () => {}); // it may have ended
    await once(child, 'spawn');
    const socketId = this.#nextId;
    this.#nextId += 1;
    this.#running.set(socketId, { process: child, testerPort });
    child.once('exit', () => this.#running.delete(socketId));
    return { socketId };
  }

  override async send({ socketId }: Handle, octets: number): Promise<void> {
    if (!this.#options.command.sends) throw new NotCapable({ what: 'SEND on command' });
    const text = TEXT.repeat(Math.ceil(octets / TEXT.length)).slice(0, octets);
    this.#running.get(socketId)?.process.stdin?.write(text);
  }

  override async shutdown(handle: Handle): Promise<void> {
    if (!this.#options.command.halfCloses) return this.close(handle);
    this.#running.get(handle.socketId)?.process.stdin?.end();
  }

  override async close({ socketId }: Handle): Promise<void> {
    const running = this.#running.get(socketId);
    if (running) signalGroup(running.process, 'SIGTERM');
  }

  override async release(testerPort: number): Promise<void> {
    for (const running of this.#running.values()) {
      if (running.testerPort === testerPort) signalGroup(running.process, 'SIGKILL');
    }
  }

  override async dispose(): Promise<void> {
    const left = [...this.#running.values()].map(({ process: child }) => {
      const gone = once(child, 'exit');
      signalGroup(child, 'SIGKILL');
      return gone;
    });
    await Promise.all(left);
  }

  protected override async behaviourOfOpener(destination: Destination): Promise<AppBehaviour> {
    const { family, state, conditions, outcomes } = destination;
    const { user } = demandsOf(conditions);
    const { sends, halfCloses, uponFin } = this.#options.command;
    const onCommand = destination.aged || user.sends !== undefined;
    refuseUserCalls(onCommand && sends ? { family, state } : destination);
    const waits = state === 'CLOSE-WAIT' || outcomes?.includes('CLOSE-WAIT');
    if (waits && uponFin !== 'stays') throw new NotCapable(whyNot(destination));
    const byFin = state === 'LAST-ACK' || (state === 'CLOSED' && destination.closedBy === 'FINs');
    if (byFin && uponFin === 'closes') return { within: START_WITHIN_MS, closes: {} };
    const half = state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
    if (half && !user.closed && !halfCloses) throw new NotCapable(whyNot(destination));
    return { within: START_WITHIN_MS };
  }
}
