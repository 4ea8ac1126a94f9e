import { demandsOf } from '../catalogue/conditions.ts';
import { type Destination, type Driver, NotCapable, withMembers } from './driver.ts';
import type { Capabilities } from './target-file.ts';

/**
 * The driver of a target that lacks something: it refuses cases about that before a connection begins.
 *
 * @param capabilities `abort`: whether the user's ABORT resets whatever the state
 */
export const limitedTo = (
  capabilities: Capabilities & { readonly abort?: boolean },
  driver: Driver,
): Driver =>
  withMembers(driver, {
    async behaviour(destination) {
      refuseWhatIsLacking(capabilities, destination);
      return driver.behaviour?.(destination);
    },
    // CLOSE sends the same FIN (RFC 9293 section 3.10.4). The states in which text may still come are refused above.
    ...(capabilities.abort === false ? { cannotAbort: true } : {}),
    ...(capabilities.halfClose === false ? { shutdown: (handle) => driver.close(handle) } : {}),
  });

function refuseWhatIsLacking(
  { simultaneousOpen, timestamps, halfClose, severalInFlight }: Capabilities,
  { state, origin, conditions }: Destination,
): void {
  const { user, syn } = demandsOf(conditions);
  if (simultaneousOpen === false && state === 'SYN-RECEIVED' && origin === 'active') {
    throw new NotCapable({ what: 'simultaneous open' });
  }
  if (timestamps === false && syn.timestamps) throw new NotCapable({ what: 'timestamps' });
  if (severalInFlight === false && user.sends !== undefined) {
    throw new NotCapable({ what: 'several segments in flight' });
  }
  const half = state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
  if (halfClose === false && half && !user.closed) {
    throw new NotCapable({ what: 'half close' });
  }
}
