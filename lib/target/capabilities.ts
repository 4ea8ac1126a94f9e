import { demandsOf } from '../catalogue/conditions.ts';
import { type Destination, type Driver, NotCapable, withMembers } from './driver.ts';

/** What a target is known to lack. What is absent is tried. */
interface TargetCapabilities {
  /** Two SYNs that cross make a connection (RFC 793 figure 8). */
  readonly simultaneousOpen?: boolean | undefined;
  /** Timestamps (RFC 7323), when the tester offers them. */
  readonly timestamps?: boolean | undefined;
  /** The user can close one direction and go on receiving. */
  readonly halfClose?: boolean | undefined;
}

/** The driver of a target that lacks something: it refuses cases about that before a connection begins. */
export const limitedTo = (capabilities: TargetCapabilities, driver: Driver): Driver =>
  withMembers(driver, {
    async behaviour(destination) {
      refuseWhatIsLacking(capabilities, destination);
      return driver.behaviour?.(destination);
    },
    // CLOSE sends the same FIN (RFC 9293 section 3.10.4). The states in which text may still come are refused above.
    ...(capabilities.halfClose === false ? { shutdown: (handle) => driver.close(handle) } : {}),
  });

function refuseWhatIsLacking(
  { simultaneousOpen, timestamps, halfClose }: TargetCapabilities,
  { state, origin, conditions }: Destination,
): void {
  const { user, syn } = demandsOf(conditions);
  if (simultaneousOpen === false && state === 'SYN-RECEIVED' && origin === 'active') {
    throw new NotCapable({ what: 'simultaneous open' });
  }
  if (timestamps === false && syn.timestamps) throw new NotCapable({ what: 'timestamps' });
  const half = state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
  if (halfClose === false && half && !user.closed) {
    throw new NotCapable({ what: 'half close' });
  }
}
