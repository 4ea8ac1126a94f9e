import { ApplicationsOnly } from './applications-only.ts';
import {
  type AppBehaviour,
  type Destination,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
} from './driver.ts';
import {
  type Application,
  behaviourOf,
  describeApplication,
  refuseWhatTakesAUser,
  type Service,
  whyNot,
} from './services.ts';
import { ServicesDriver } from './services-driver.ts';

export interface AwaitDriverOptions {
  /** The port of the tester's that the target calls, time and again. */
  readonly ports: Readonly<Partial<Record<4 | 6, number>>>;
  /** What calls. */
  readonly application: Application;
  /** It calls again at once when a call of its is refused. */
  readonly atOnce?: boolean;
  /** How long the next call may take to come, in milliseconds. */
  readonly within?: number;
  /** What the target has besides, for states that begin in LISTEN. */
  readonly services?: readonly Service[];
}

const NEXT_CALL_WITHIN = 30_000;

/**
 * Waits for a target that connects by itself, always to the same port: one connection has that port at a time, the next
 * one waits until it is released.
 */
export class AwaitDriver extends ApplicationsOnly implements Driver {
  readonly name: string;
  readonly testerPorts: readonly number[];
  readonly callsAtOnce: boolean;
  readonly #options: AwaitDriverOptions;
  readonly #services: ServicesDriver | undefined;
  /** Who waits for a port that somebody has. */
  readonly #queues = new Map<number, (() => void)[]>();

  constructor(options: AwaitDriverOptions) {
    super();
    const { application, ports, services = [] } = options;
    this.#options = options;
    this.#services = services.length > 0 ? new ServicesDriver(services) : undefined;
    this.callsAtOnce = options.atOnce ?? false;
    this.testerPorts = [...new Set(Object.values(ports))];
    const described = describeApplication(application);
    this.name = `calls to port ${this.testerPorts.join(' and ')}${described ? ` (${described})` : ''}`;
  }

  async behaviour(destination: Destination): Promise<AppBehaviour | undefined> {
    const { state, origin, closedBy = 'never opened', family } = destination;
    if (state === 'CLOSED' && closedBy === 'never opened') return undefined;
    if (this.#services) {
      try {
        return await this.#services.behaviour(destination);
      } catch (error) {
        if (!(error instanceof NotCapable)) throw error;
      }
    }
    if (state === 'LISTEN' || origin === 'passive') throw takesNone();
    refuseWhatTakesAUser(destination);
    const behaviour = behaviourOf(this.#options.application, destination);
    if (!behaviour) throw new NotCapable(whyNot(destination));
    const testerPort = this.#options.ports[family];
    if (testerPort === undefined) throw new NotCapable(`the target does not call over IPv${family}`);
    await this.#turn(testerPort);
    return { ...behaviour, testerPort, within: this.#options.within ?? NEXT_CALL_WITHIN };
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (!this.#services) throw takesNone();
    return this.#services.listener(family, kind);
  }

  /** It does so without being asked, and nowhere else. */
  async connect(_family: 4 | 6, testerPort: number): Promise<Handle> {
    if (!this.testerPorts.includes(testerPort)) {
      throw new NotCapable(`the target only calls port ${this.testerPorts.join(' and ')}, when it wants to`);
    }
    return { socketId: testerPort };
  }

  override async release(testerPort: number): Promise<void> {
    const queue = this.#queues.get(testerPort);
    if (!queue) return;
    const next = queue.shift();
    if (!next) this.#queues.delete(testerPort);
    // Whoever releases the port closes its mailbox first.
    else setImmediate(next);
  }

  #turn(testerPort: number): Promise<void> {
    const queue = this.#queues.get(testerPort);
    if (queue) return new Promise((resolve) => queue.push(resolve));
    this.#queues.set(testerPort, []);
    return Promise.resolve();
  }
}

const takesNone = (): NotCapable => new NotCapable('the target only opens connections: it takes a service');
