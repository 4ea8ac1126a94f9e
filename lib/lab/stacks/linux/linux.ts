import { release } from 'node:os';
import { UpperTesterDriver } from '../../../target/upper-tester-driver.ts';
import { Lab } from '../../namespaces/lab.ts';
import { startLinuxTarget } from './linux-target.ts';
import { COMPILER, missingOf } from '../../namespaces/packages.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';

// The kernel takes far more; what bounds it is the receive queue of an unprivileged tester.
const WIDTH = 160;

/** This machine's own kernel, in a second network namespace. */
export const linux: Stack = {
  id: 'linux',
  what: "this machine's own kernel, in a network namespace of its own",
  packages: Object.keys(COMPILER),
  missing: () => missingOf(COMPILER),
  async start({ families, linkLoss, logs }: StackOptions): Promise<RunningTarget> {
    const lab = await Lab.create({ families, ...(linkLoss ? { linkLoss } : {}) });
    const { tester, target } = lab;
    const cleanups = [() => lab.dispose()];
    const stop = async (): Promise<void> => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    };
    try {
      const agent = await startLinuxTarget(lab, logs);
      cleanups.push(() => agent.stop());
      const driver = await UpperTesterDriver.open({ ...agent.control, tester, target });
      cleanups.push(() => driver.dispose());
      const name = `Linux ${release()}`;
      return { name, families, tester, target, driver, width: WIDTH, restart: agent.restart, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
