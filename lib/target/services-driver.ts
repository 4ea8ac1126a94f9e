import { ApplicationsOnly } from './applications-only.ts';
import {
  type AppBehaviour,
  type Destination,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
} from './driver.ts';
import { behaviourOf, describeApplication, refuseWhatTakesAUser, type Service, whyNot } from './services.ts';

/**
 * Makes do with what the target has anyway: ports whose applications stay, or close, by themselves. Nobody tells them
 * what to do, so states that none of them gets to are out of reach.
 */
export class ServicesDriver extends ApplicationsOnly implements Driver {
  readonly name: string;
  readonly #services: readonly Service[];

  /** @param services the first that fits is taken */
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
    refuseWhatTakesAUser(destination);
    // A user who still receives is what an upper tester would be.
    const services = [...this.#services].sort((a, b) => receives(b) - receives(a));
    const behaviours = services.flatMap((service) => {
      const behaviour = behaviourOf(service, destination);
      return behaviour ? [{ ...behaviour, port: service.port }] : [];
    });
    // Before a connection is established, text that comes with that would be in the way.
    const early = state === 'LISTEN' || state === 'SYN-RECEIVED';
    const behaviour = (early ? behaviours.find(({ greets }) => !greets) : undefined) ?? behaviours[0];
    if (!behaviour) throw new NotCapable(whyNot(destination));
    if (early && behaviour.greets && outcomes?.includes('ESTABLISHED')) {
      throw new NotCapable('the service sends first, which would be taken for an answer to what establishes');
    }
    return behaviour;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (kind !== 'plain') throw new NotCapable(`no service of the target's has a ${kind}`);
    const behaviour = await this.behaviour({ family, state: 'LISTEN' });
    return behaviour?.port as number;
  }

  async connect(): Promise<Handle> {
    throw neverOpens();
  }
}

const neverOpens = (): NotCapable =>
  new NotCapable('a service never opens a connection: it takes a command, or an upper tester');

const receives = ({ closes }: Service): number => (closes?.receives ? 1 : 0);
