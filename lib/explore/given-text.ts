import type { TargetUser } from '../runner/trial/target-user.ts';
import { NotCapable } from '../target/driver.ts';
import { textAt } from '../tester/index.ts';
import { add, sub } from '../wire/seq.ts';
import type { Event } from './oracle/events.ts';
import type { World } from './oracle/world.ts';
import type { SegmentFault } from './segment-faults.ts';

/** The text that the user is given, against what the target has acknowledged (RFC 9293 section 3.9.1.3). */
export class GivenText {
  readonly #user: TargetUser;
  readonly #from: number;

  private constructor(user: TargetUser, from: number) {
    this.#user = user;
    this.#from = from;
  }

  /** From now on it is looked at. @param from RCV.NXT: what came before was read @returns undefined where nobody can tell */
  static async begin(user: TargetUser, from: number): Promise<GivenText | undefined> {
    try {
      await user.delivered();
      return new GivenText(user, from);
    } catch (error) {
      if (error instanceof NotCapable) return undefined;
      throw error;
    }
  }

  /**
   * What is wrong with it, and how many octets there should be. Text without PSH may wait (RFC 9293 section 3.9.1.3): there must be all
   * of it only where the last step has pushed it.
   */
  async fault(worlds: readonly World[], events: readonly Event[]): Promise<SegmentFault | undefined> {
    const counts = new Set(worlds.map(({ tcb: { rcvUser } }) => sub(rcvUser, this.#from)));
    const [due] = counts;
    if (due === undefined || counts.size > 1 || !worlds.every((world) => isPushed(world, events)))
      return undefined;
    const { count, octets } = await this.#user.delivered();
    const uncounted = count - octets.length;
    const right = textAt(add(this.#from, uncounted), octets.length);
    const isOther = octets.some((octet, index) => octet !== right[index]);
    if (count === due && !isOther) return undefined;
    const what = count < due ? 'too little text' : count > due ? 'too much text' : 'other text';
    return { what: `user given ${what}`, asks: { delivered: due } };
  }
}

/** Whether the last of all that has come was taken, and pushed. */
export function isPushed({ tcb, isReading }: World, events: readonly Event[]): boolean {
  const last = events.at(-1);
  if (!last || !('arrives' in last) || !isReading || tcb.userGone || tcb.unread > 0) return false;
  const { seq, ctl, data } = last.arrives;
  return data > 0 && ctl.has('PSH') && !ctl.has('SYN') && tcb.rcvUser === add(seq, data);
}
