import {
  type AppBehaviour,
  type Destination,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
} from './driver.ts';
import { behaviourOf, describeApplication, refuseUserCalls, whyNot } from './services.ts';
import type { Service } from './target-file.ts';

/** A driver without an upper tester: it cannot command the application on the target. */
abstract class UncommandedDriver {
  readonly seesAccepts = false;

  async accepted(): Promise<undefined> {
    return undefined;
  }

  async send(_handle: Handle, _octets: number): Promise<void> {
    throw new NotCapable({ what: 'commands' });
  }

  async shutdown(_handle: Handle): Promise<void> {
    throw new NotCapable({ what: 'commands' });
  }

  async close(_handle: Handle): Promise<void> {
    throw new NotCapable({ what: 'commands' });
  }

  async abort(_handle: Handle): Promise<void> {
    throw new NotCapable({ what: 'commands' });
  }

  async release(_testerPort: number): Promise<void> {}

  async dispose(): Promise<void> {}
}

/** Uses the services that the target has: ports whose applications close by themselves, or do not. */
export class ServicesDriver extends UncommandedDriver implements Driver {
  readonly name: string;
  readonly #services: readonly Service[];

  /** @param services the first that fits is used */
  constructor(services: readonly Service[]) {
    super();
    this.#services = services;
    const described = services.map((service) =>
      [service.port, describeApplication(service)].filter(Boolean).join(': '),
    );
    this.name = `services (${described.join('; ')})`;
  }

  async behaviour(destination: Destination): Promise<AppBehaviour | undefined> {
    const { state, origin, closedBy = 'never opened', outcomes } = destination;
    if (state === 'CLOSED' && closedBy === 'never opened') return undefined;
    if (state === 'CLOSED' || state === 'SYN-SENT' || origin === 'active') throw neverOpens();
    refuseUserCalls(destination);
    // First those whose user still receives, as that of an upper tester does.
    const services = [...this.#services].sort((a, b) => receives(b) - receives(a));
    const behaviours = services.flatMap((service) => {
      const behaviour = behaviourOf(service, destination);
      return behaviour ? [{ ...behaviour, port: service.port }] : [];
    });
    // A greeting would be taken for an answer to the segment that establishes.
    const early = state === 'LISTEN' || state === 'SYN-RECEIVED';
    const behaviour = (early ? behaviours.find(({ greets }) => !greets) : undefined) ?? behaviours[0];
    if (!behaviour) throw new NotCapable(whyNot(destination));
    if (early && behaviour.greets && outcomes?.includes('ESTABLISHED')) {
      throw new NotCapable({ what: 'waiting for the peer to speak first' });
    }
    return behaviour;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (kind !== 'plain') throw new NotCapable({ what: 'kind of listener', listener: kind });
    const behaviour = await this.behaviour({ family, state: 'LISTEN' });
    return behaviour?.port as number;
  }

  async connect(): Promise<Handle> {
    throw neverOpens();
  }
}

const neverOpens = (): NotCapable => new NotCapable({ what: 'active OPEN' });

const receives = ({ closes }: Service): number => (closes?.receives ? 1 : 0);

/** A driver of a target that opens connections. Services, if there are any, serve the states that begin in LISTEN. */
export abstract class OpeningDriver extends UncommandedDriver {
  protected readonly services: ServicesDriver | undefined;

  constructor(services: readonly Service[] = []) {
    super();
    this.services = services.length > 0 ? new ServicesDriver(services) : undefined;
  }

  async behaviour(destination: Destination): Promise<AppBehaviour | undefined> {
    const { state, origin, closedBy = 'never opened' } = destination;
    if (state === 'CLOSED' && closedBy === 'never opened') return undefined;
    try {
      if (this.services) return await this.services.behaviour(destination);
    } catch (error) {
      if (!(error instanceof NotCapable)) throw error;
    }
    if (state === 'LISTEN' || origin === 'passive') throw new NotCapable({ what: 'passive OPEN' });
    return this.behaviourOfOpener(destination);
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (!this.services) throw new NotCapable({ what: 'passive OPEN' });
    return this.services.listener(family, kind);
  }

  /** How a connection gets there that the target opens. @throws NotCapable */
  protected abstract behaviourOfOpener(destination: Destination): Promise<AppBehaviour>;
}
