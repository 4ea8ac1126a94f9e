import { ApplicationsOnly } from './applications-only.ts';
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

  async course(destination: Destination): Promise<Course | undefined> {
    const { state, origin, closedBy = 'never opened', outcomes } = destination;
    if (state === 'CLOSED' && closedBy === 'never opened') return undefined;
    if (state === 'CLOSED' || state === 'SYN-SENT' || origin === 'active') throw neverOpens();
    refuseWhatTakesAUser(destination);
    // A user who still receives is what an upper tester would be.
    const services = [...this.#services].sort((a, b) => receives(b) - receives(a));
    const courses = services.flatMap((service) => {
      const course = courseOf(service, destination);
      return course ? [{ ...course, port: service.port }] : [];
    });
    // Before a connection is established, text that comes with that would be in the way.
    const early = state === 'LISTEN' || state === 'SYN-RECEIVED';
    const course = (early ? courses.find(({ greets }) => !greets) : undefined) ?? courses[0];
    if (!course) throw new NotCapable(whyNot(destination));
    if (early && course.greets && outcomes?.includes('ESTABLISHED')) {
      throw new NotCapable('the service sends first, which would be taken for an answer to what establishes');
    }
    return course;
  }

  async listener(family: 4 | 6, kind: ListenerKind): Promise<number> {
    if (kind !== 'plain') throw new NotCapable(`no service of the target's has a ${kind}`);
    const course = await this.course({ family, state: 'LISTEN' });
    return course?.port as number;
  }

  async connect(): Promise<Handle> {
    throw neverOpens();
  }
}

const neverOpens = (): NotCapable =>
  new NotCapable('a service never opens a connection: it takes a command, or an upper tester');

const receives = ({ closes }: Service): number => (closes?.receives ? 1 : 0);
