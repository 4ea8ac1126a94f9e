import { type Handle, NotCapable } from './driver.ts';

const NO_COMMANDS = 'an application cannot be told what to do: it takes an upper tester';

/** The part of a driver without an upper tester: it cannot command the application on the target. */
export abstract class ApplicationsOnly {
  readonly seesAccepts = false;

  /** Only the segments show it. */
  async accepted(): Promise<undefined> {
    return undefined;
  }

  async send(_handle: Handle, _octets: number): Promise<void> {
    throw new NotCapable(NO_COMMANDS);
  }

  async shutdown(_handle: Handle): Promise<void> {
    throw new NotCapable(NO_COMMANDS);
  }

  async close(_handle: Handle): Promise<void> {
    throw new NotCapable(NO_COMMANDS);
  }

  async abort(_handle: Handle): Promise<void> {
    throw new NotCapable(NO_COMMANDS);
  }

  async release(_testerPort: number): Promise<void> {}

  async dispose(): Promise<void> {}
}
