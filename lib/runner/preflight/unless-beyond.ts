import { Unreached } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';

/** What takes a state that the target's user cannot be moved to is not found out: undefined. */
export const unlessBeyond = <T>(finding: Promise<T>): Promise<T | undefined> =>
  finding.catch((error: unknown) => {
    if (error instanceof NotCapable) return undefined;
    throw error;
  });

/** The same, also where the target does not come to that state, which a finding of its own tells. */
export const unlessUnreached = <T>(finding: Promise<T>): Promise<T | undefined> =>
  unlessBeyond(finding).catch((error: unknown) => {
    if (error instanceof Unreached) return undefined;
    throw error;
  });
