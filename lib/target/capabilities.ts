import { demandsOf } from '../catalogue/conditions.ts';
import { type AppBehaviour, type Destination, type Driver, type Handle, NotCapable } from './driver.ts';

/** What a target is known not to have, so that cases about it are no verdict; what is absent is tried. */
export interface TargetCapabilities {
  /** Two SYNs that cross make a connection (RFC 793 figure 8). */
  readonly simultaneousOpen?: boolean | undefined;
  /** Timestamps (RFC 7323), when the tester offers them. */
  readonly timestamps?: boolean | undefined;
  /** It resets what comes to a closed port. Where it does not, it has to call by itself: its calls show that it is there. */
  readonly resets?: boolean | undefined;
  /** Its user can close one direction and go on receiving. */
  readonly halfClose?: boolean | undefined;
}

/** The driver of a target that lacks something: it says so before a connection is begun. */
export function limitedTo(capabilities: TargetCapabilities, driver: Driver): Driver {
  const behaviour = async (destination: Destination): Promise<AppBehaviour | undefined> => {
    refuseWhatIsLacking(capabilities, destination);
    return driver.behaviour?.(destination);
  };
  // CLOSE sends the same FIN (RFC 9293 section 3.10.4). That nobody reads any more is no loss where the tester's FIN comes
  // before or next; the states in which text still may come are refused.
  const close = (handle: Handle): Promise<void> => driver.close(handle);
  return new Proxy(driver, {
    get(inner, name) {
      if (name === 'behaviour') return behaviour;
      if (name === 'shutdown' && capabilities.halfClose === false) return close;
      const member: unknown = Reflect.get(inner, name, inner);
      // Private members are those of the driver itself.
      return typeof member === 'function' ? member.bind(inner) : member;
    },
  });
}

function refuseWhatIsLacking(
  { simultaneousOpen, timestamps, halfClose }: TargetCapabilities,
  { state, origin, conditions }: Destination,
): void {
  const { user, syn } = demandsOf(conditions);
  if (simultaneousOpen === false && state === 'SYN-RECEIVED' && origin === 'active') {
    throw lacks('simultaneous open');
  }
  if (timestamps === false && syn.timestamps) throw lacks('timestamps');
  const half = state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
  if (halfClose === false && half && !user.closed) {
    throw lacks('half close');
  }
}

const lacks = (what: string): NotCapable => new NotCapable(`the target is described as without ${what}`);
