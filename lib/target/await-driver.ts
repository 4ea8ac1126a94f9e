import { type AppBehaviour, type Destination, type Driver, type Handle, NotCapable } from './driver.ts';
import { behaviourOf, describeApplication, refuseUserCalls, whyNot } from './services.ts';
import { OpeningDriver } from './services-driver.ts';
import type { Application, Service } from './target-file.ts';

interface AwaitDriverOptions {
  /** The tester's port that the target calls again and again. */
  readonly ports: Readonly<Partial<Record<4 | 6, number>>>;
  /** What calls. */
  readonly application: Application;
  /** It calls again at once when a call is refused. */
  readonly atOnce?: boolean | undefined;
  /** How long until its next call, in milliseconds. Default: 30 s. */
  readonly within?: number | undefined;
  /** For states that begin in LISTEN. */
  readonly services?: readonly Service[] | undefined;
}

const NEXT_CALL_WITHIN_MS = 30_000;

/** Waits for a target that connects to one port by itself. One connection at a time has the port; the next waits for it. */
export class AwaitDriver extends OpeningDriver implements Driver {
  readonly name: string;
  readonly testerPorts: readonly number[];
  readonly callsAtOnce: boolean;
  readonly #options: AwaitDriverOptions;
  /** Who waits for a port that is in use. */
  readonly #queues = new Map<number, (() => void)[]>();

  constructor(options: AwaitDriverOptions) {
    super(options.services);
    const { application, ports } = options;
    this.#options = options;
    this.callsAtOnce = options.atOnce ?? false;
    this.testerPorts = [...new Set(Object.values(ports))];
    const described = describeApplication(application);
    this.name = `calls to port ${this.testerPorts.join(' and ')}${described ? ` (${described})` : ''}`;
  }

  /** The target calls without being asked. */
  async connect(_family: 4 | 6, testerPort: number): Promise<Handle> {
    if (!this.testerPorts.includes(testerPort)) {
      throw new NotCapable({ what: 'choice of port', ports: this.testerPorts });
    }
    return { socketId: testerPort };
  }

  override async release(testerPort: number): Promise<void> {
    const queue = this.#queues.get(testerPort);
    if (!queue) return;
    const next = queue.shift();
    if (!next) this.#queues.delete(testerPort);
    // The caller closes the port's mailbox first.
    else setImmediate(next);
  }

  protected override async behaviourOfOpener(destination: Destination): Promise<AppBehaviour> {
    const { family } = destination;
    refuseUserCalls(destination);
    const behaviour = behaviourOf(this.#options.application, destination);
    if (!behaviour) throw new NotCapable(whyNot(destination));
    const testerPort = this.#options.ports[family];
    if (testerPort === undefined) throw new NotCapable({ what: 'calls over the family', family });
    await this.#turn(testerPort);
    return { ...behaviour, testerPort, within: this.#options.within ?? NEXT_CALL_WITHIN_MS };
  }

  #turn(testerPort: number): Promise<void> {
    const queue = this.#queues.get(testerPort);
    if (queue) return new Promise((resolve) => queue.push(resolve));
    this.#queues.set(testerPort, []);
    return Promise.resolve();
  }
}
