import { Unreached } from '../../states/index.ts';
import { type Driver, NotCapable } from '../../target/driver.ts';
import type { RunningTarget } from '../../target/open-target.ts';
import type { Tester } from '../../tester/index.ts';
import type { Needs } from './needs.ts';

/** What is known of tester and target before the first segment. */
export interface Path extends Pick<RunningTarget, 'ending' | 'restart'> {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly closedPort: number;
  readonly families: readonly (4 | 6)[];
  /** The target sends no resets in CLOSED, and opens connections by itself. */
  readonly silentClosed?: boolean | undefined;
  /** It has died in a preflight: nothing is sent that the cases do not need. */
  readonly hasDied?: boolean;
  /** What the cases of the run need to know. */
  readonly needs: Needs;
  /** How many cases may run at once. */
  readonly width: number;
}

/** The result of a measurement; undefined when the driver cannot set it up. */
export const ifCapable = <T>(measurement: Promise<T>): Promise<T | undefined> =>
  measurement.catch((error: unknown) => {
    if (error instanceof NotCapable) return undefined;
    throw error;
  });

/** The same; undefined as well when the target does not reach the state, which another fault reports. */
export const ifReached = <T>(measurement: Promise<T>): Promise<T | undefined> =>
  ifCapable(measurement).catch((error: unknown) => {
    if (error instanceof Unreached) return undefined;
    throw error;
  });
