import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { demandsOf } from '../catalogue/conditions.ts';
import { ENDS_WITH_US, signalGroup } from '../processes.ts';
import { ApplicationsOnly } from './applications-only.ts';
import {
  type AppBehaviour,
  type Destination,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
} from './driver.ts';
import { refuseWhatTakesAUser, type Service, whyNot } from './services.ts';
import { ServicesDriver } from './services-driver.ts';

/** A shell command that makes the target connect, and what its standard input and the tester's FIN do to it. */
export interface Command {
  /** With `{address}`, `{port}` and perhaps `{family}`, which stand for the tester's. Its end closes the connection. */
  readonly run: string;
  /** What is written to its standard input is sent. */
  readonly sends?: boolean;
  /** The end of its standard input is a half close: it goes on receiving. */
  readonly halfCloses?: boolean;
  /** Upon the tester's FIN it ends, and closes, or stays. */
  readonly uponFin?: 'stays' | 'closes';
}

export interface CommandDriverOptions {
  readonly command: Command;
  /** Where the target connects to. */
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  /** What it has besides, for states that begin in LISTEN. */
  readonly services?: readonly Service[];
}

interface Running {
  readonly process: ChildProcess;
  readonly testerPort: number;
}

const TEXT = 'segment arrives ';
const START_WITHIN = 10_000;

/** Has the target connect by a shell command, one process to a connection, and uses its services for the rest. */
export class CommandDriver extends ApplicationsOnly implements Driver {
  readonly name: string;
  readonly #options: CommandDriverOptions;
  readonly #services: ServicesDriver | undefined;
  readonly #running = new Map<number, Running>();
  #nextId = 1;

  constructor(options: CommandDriverOptions) {
    super();
    const { command, services = [] } = options;
    this.#options = options;
    this.#services = services.length > 0 ? new ServicesDriver(services) : undefined;
    this.name = ['command', `\`${command.run}\``, this.#services && `and ${this.#services.name}`]
      .filter(Boolean)
      .join(' ');
  }

  async behaviour(destination: Destination): Promise<AppBehaviour | undefined> {
    if (destination.state === 'CLOSED' && (destination.closedBy ?? 'never opened') === 'never opened') {
      return undefined;
    }
    try {
      if (this.#services) return await this.#services.behaviour(destination);
    } catch (error) {
      if (!(error instanceof NotCapable)) throw error;
    }
    return this.#active(destination);
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (!this.#services) throw takesNone();
    return this.#services.listener(family, kind);
  }

  async connect(family: 4 | 6, testerPort: number): Promise<Handle> {
    const address = this.#options.tester[family];
    if (!address) throw new NotCapable(`the tester has no IPv${family} address`);
    const { run, sends, halfCloses } = this.#options.command;
    const fields: Record<string, string | number> = { address, port: testerPort, family };
    const command = run.replace(/\{(address|port|family)\}/g, (_, name: string) => String(fields[name]));
    // It leads a process group, so that all of it can be ended, and ends with us.
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
    if (!this.#options.command.sends) throw new NotCapable('the command does not send on command');
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

  #active(destination: Destination): AppBehaviour {
    const { state, origin, conditions, outcomes } = destination;
    const { user } = demandsOf(conditions);
    const { sends, halfCloses, uponFin } = this.#options.command;
    if (state === 'LISTEN' || origin === 'passive') throw takesNone();
    const onCommand = destination.aged || user.sends !== undefined;
    if (!(onCommand && sends)) refuseWhatTakesAUser(destination);
    else refuseWhatTakesAUser({ family: destination.family, state });
    const waits = state === 'CLOSE-WAIT' || outcomes?.includes('CLOSE-WAIT');
    if (waits && uponFin !== 'stays') throw new NotCapable(whyNot(destination));
    const behaviour: AppBehaviour = { within: START_WITHIN };
    const byFin = state === 'LAST-ACK' || (state === 'CLOSED' && destination.closedBy === 'FINs');
    if (byFin && uponFin === 'closes') return { ...behaviour, closes: {} };
    const half = state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
    if (half && !user.closed && !halfCloses) {
      throw new NotCapable(whyNot(destination));
    }
    return behaviour;
  }
}

const takesNone = (): NotCapable => new NotCapable('the command only opens connections: it takes a service');
