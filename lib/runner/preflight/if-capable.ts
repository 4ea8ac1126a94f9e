import { Unreached } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';

/** The result of a measurement, or undefined where the driver cannot bring the target into the state that it takes. */
export const ifCapable = <T>(measurement: Promise<T>): Promise<T | undefined> =>
  measurement.catch((error: unknown) => {
    if (error instanceof NotCapable) return undefined;
    throw error;
  });

/** The same, or undefined where the target does not reach that state: another finding reports that. */
export const ifReached = <T>(measurement: Promise<T>): Promise<T | undefined> =>
  ifCapable(measurement).catch((error: unknown) => {
    if (error instanceof Unreached) return undefined;
    throw error;
  });
