import { release } from 'node:os';
import { UpperTesterDriver } from '../../target/upper-tester-driver.ts';
import { Lab } from '../lab.ts';
import { startLinuxTarget } from '../linux-target.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';

// The kernel takes far more; what bounds it is the receive queue of an unprivileged tester.
const WIDTH = 160;

/** This machine's own kernel, in a second network namespace. */
export const linux: Stack = {
  id: 'linux',
  what: "this machine's own kernel, in a network namespace of its own",
  packages: [],
  missing: () => [],
  async start({ families, linkLoss }: StackOptions): Promise<RunningTarget> {
    const lab = await Lab.create({ families, ...(linkLoss ? { linkLoss } : {}) });
    try {
      const target = await startLinuxTarget(lab);
      const driver = await UpperTesterDriver.open({
        ...target.control,
        tester: lab.tester,
        target: lab.target,
      });
      return {
        name: `Linux ${release()}`,
        families,
        tester: lab.tester,
        target: lab.target,
        driver,
        width: WIDTH,
        async stop() {
          await driver.dispose();
          await target.stop();
          await lab.dispose();
        },
      };
    } catch (error) {
      await lab.dispose();
      throw error;
    }
  },
};
