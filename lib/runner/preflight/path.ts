import type { Driver } from '../../target/driver.ts';
import type { RunningTarget } from '../../target/open-target.ts';
import type { Tester } from '../../tester/index.ts';
import type { Needs } from './needs.ts';

/** Between tester and target, as far as it is known before anything was sent. */
export interface Path extends Pick<RunningTarget, 'ending' | 'restart'> {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly closedPort: number;
  readonly families: readonly (4 | 6)[];
  /** It sends no resets from CLOSED, and calls by itself. */
  readonly silentClosed?: boolean | undefined;
  /** What the cases of the run ask for. */
  readonly needs: Needs;
  /** How many cases are meant to be on the wire at once. */
  readonly width: number;
}
