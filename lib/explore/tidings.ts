import type { UserCall } from '../catalogue/scenario.ts';
import type { State } from '../standard/state.ts';
import type { Environment } from '../states/index.ts';
import { type Handle, NotCapable } from '../target/driver.ts';
import { HEARD, type Heard, type World } from './oracle/world.ts';
import type { SegmentFault } from './segment-faults.ts';
import type { Sequence } from './sequence.ts';

const TOLD_NOTHING_YET: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];
const DEAF: readonly UserCall['call'][] = ['CLOSE BOTH WAYS', 'ABORT', 'STOP RECEIVING'];

/** Whether the user is there, takes what comes, and may have been told something. */
const mayTell = ({ place, steps }: Sequence): boolean =>
  TOLD_NOTHING_YET.includes(place.state) &&
  place.conditions.length === 0 &&
  !steps.some((step) => 'user' in step && DEAF.includes(step.user.call)) &&
  steps.some(
    (step) =>
      'send' in step &&
      step.send.some(
        ({ ctl, urg }) =>
          urg !== undefined || ['FIN', 'RST', 'URG'].some((one) => ctl.includes(one as never)),
      ),
  );

/**
 * What the user was told, and should not have been; or not told. Which of several it hears first is the system's choice.
 *
 * @returns undefined also where nobody can tell
 */
export async function untrueTidings(
  { driver }: Environment,
  handle: Handle,
  worlds: readonly World[],
  sequence: Sequence,
): Promise<SegmentFault | undefined> {
  if (!driver.told || !mayTell(sequence)) return undefined;
  try {
    await driver.userHasRead?.();
    const { told, known } = await driver.told(handle);
    const heard = HEARD.filter((one) => told.includes(one));
    const due = worlds.map((world) => world.told.filter((one) => known.includes(one)));
    // Programs that use sockets hear of urgent text when its last octet is there.
    const late = (one: readonly Heard[]): readonly Heard[] => one.filter((each) => each !== 'urgent data');
    if ([...due, ...due.map(late)].some((one) => one.join() === heard.join())) return undefined;
    const what =
      `user told ${heard.join(', ') || 'nothing'}, not ${due[0]?.join(', ') || 'anything'}` as const;
    return { what, wanted: { with: { told: due[0] ?? [] } } };
  } catch (error) {
    if (error instanceof NotCapable) return undefined;
    throw error;
  }
}
