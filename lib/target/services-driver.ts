import {
  type Course,
  type Destination,
  type Driver,
  type Handle,
  type ListenerKind,
  NotCapable,
} from './driver.ts';
import { courseOf, describeApplication, refuseWhatTakesAUser, type Service, whyNot } from './services.ts';

/**
 * Makes do with what the target has anyway: ports whose applications stay, or close, by themselves. Nobody tells them
 * what to do, so states that none of them gets to are out of reach.
 */
export class ServicesDriver implements Driver {
  readonly name: string;
  readonly seesAccepts = false;
  readonly #services: readonly Service[];

  /** @param services the first that fits is taken */
  constructor(services: readonly Service[]) {
    this.#services = services;
    const described = services.map((service) =>
      [service.port, describeApplication(service)].filter(Boolean).join(': '),
    );
    this.name = `services (${described.join('; ')})`;
  }

  async course(destination: Destination): Promise<Course | undefined> {
    const { state, origin, closedBy = 'never opened' } = destination;
    if (state === 'CLOSED' && closedBy === 'never opened') return undefined;
    if (state === 'CLOSED' || state === 'SYN-SENT' || origin === 'active') throw this.#neverOpens();
    refuseWhatTakesAUser(destination);
    // A user who still receives is what an upper tester would be.
    const services = [...this.#services].sort((a, b) => receives(b) - receives(a));
    const courses = services.flatMap((service) => {
      const course = courseOf(service, destination);
      return course ? [{ ...course, port: service.port }] : [];
    });
    // Before a connection is established, text that comes with that would be in the way.
    const quiet =
      state === 'LISTEN' || state === 'SYN-RECEIVED' ? courses.find(({ greets }) => !greets) : undefined;
    const course = quiet ?? courses[0];
    if (!course) throw new NotCapable(whyNot(destination));
    return course;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (kind !== 'plain') throw new NotCapable(`no service of the target's has a ${kind}`);
    const course = await this.course({ family, state: 'LISTEN' });
    return course?.port as number;
  }

  /** Only the wire tells. */
  async accepted(): Promise<undefined> {
    return undefined;
  }

  async connect(): Promise<Handle> {
    throw this.#neverOpens();
  }

  async send(): Promise<void> {
    throw this.#deaf();
  }

  async shutdown(): Promise<void> {
    throw this.#deaf();
  }

  async close(): Promise<void> {
    throw this.#deaf();
  }

  async abort(): Promise<void> {
    throw this.#deaf();
  }

  async release(): Promise<void> {}

  async dispose(): Promise<void> {}

  #neverOpens(): NotCapable {
    return new NotCapable('a service never opens a connection: it takes a command, or an upper tester');
  }

  #deaf(): NotCapable {
    return new NotCapable('a service cannot be told what to do: it takes an upper tester');
  }
}

const receives = ({ closes }: Service): number => (closes?.receives ? 1 : 0);
