import type { UserCall } from '../catalogue/scenario.ts';
import type { State } from '../standard/state.ts';
import type { Tcb } from '../standard/tcb.ts';
import type { Environment } from '../states/index.ts';
import { type Handle, NotCapable } from '../target/driver.ts';
import { gt } from '../wire/seq.ts';
import { isPushed } from './given-text.ts';
import type { Event } from './oracle/events.ts';
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

const REMAINS = 'urgent data remains';

/** Whether urgent text is still to come, or to be read (RFC 9293 section 3.8.5, MUST-33). */
const isUrgent = ({ rcvUp, rcvUser }: Tcb): boolean => gt(rcvUp, rcvUser);

/**
 * What the user was told, and should not have been; or not told. Which of several it hears first is the system's choice.
 *
 * @param events of the last step
 * @returns undefined also where nobody can tell
 */
export async function untrueTidings(
  { driver }: Environment,
  handle: Handle,
  worlds: readonly World[],
  sequence: Sequence,
  events: readonly Event[],
): Promise<SegmentFault | undefined> {
  if (!driver.told || !mayTell(sequence)) return undefined;
  try {
    await driver.userHasRead?.();
    const { told, known } = await driver.told(handle);
    const heard = HEARD.filter((one) => told.includes(one));
    const due = worlds.map((world) => world.told.filter((one) => known.includes(one)));
    // Text that was not pushed may still wait to be read.
    if (told.includes(REMAINS) && worlds.every((one) => !isUrgent(one.tcb) && isPushed(one, events))) {
      const what =
        `user told ${[...heard, REMAINS].join(', ')}, not ${heard.join(', ') || 'anything'}` as const;
      return { what, wanted: { with: { told: heard } } };
    }
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
