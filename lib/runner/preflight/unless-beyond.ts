import { NotCapable } from '../../target/driver.ts';

/** What takes a state that the target's user cannot be moved to is not found out: undefined. */
export const unlessBeyond = <T>(finding: Promise<T>): Promise<T | undefined> =>
  finding.catch((error: unknown) => {
    if (error instanceof NotCapable) return undefined;
    throw error;
  });
