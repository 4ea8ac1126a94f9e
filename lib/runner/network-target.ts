import { isIP } from 'node:net';
import type { RunningTarget } from '../lab/stacks/stack.ts';
import { AwaitDriver } from '../target/await-driver.ts';
import type { Driver } from '../target/driver.ts';
import { openTarget } from '../target/open-target.ts';
import { ServicesDriver } from '../target/services-driver.ts';
import { UpperTesterDriver } from '../target/upper-tester-driver.ts';
import { sourceTowards } from '../tester/index.ts';
import { NO_DRIVER, type Settings, SettingsError } from './settings.ts';

type Addresses = Partial<Record<4 | 6, string>>;

// Modest: nothing is known of the target.
const WIDTH = 16;

/**
 * Opens the target that the settings name: by a file that describes it, or by its addresses.
 *
 * @throws TargetFileError, SettingsError, or what the driver throws
 */
export async function openNetworkTarget(settings: Settings): Promise<RunningTarget> {
  const { targetFile, target = [], families } = settings;
  if (targetFile !== undefined) return openTarget(targetFile, families);
  const remote: Addresses = {};
  const local: Addresses = {};
  for (const address of target) {
    const family = isIP(address) as 4 | 6;
    remote[family] = address;
    const source = sourceTowards(address);
    if (source) local[family] = source;
  }
  const driver = await openDriver(settings, local, remote);
  for (const address of target) {
    if (sourceTowards(address) !== address) continue;
    await driver.dispose();
    throw new SettingsError(
      `${address} is this machine's own address, where its kernel cannot be both tester and target: leave --target out, and the lab takes them apart`,
    );
  }
  return {
    name: settings.targetName ?? target.join(', '),
    families,
    tester: local,
    target: remote,
    driver,
    // The port that the target calls has one connection at a time.
    width: settings.await !== undefined && settings.openPort === undefined ? 1 : WIDTH,
    stop: () => driver.dispose(),
  };
}

async function openDriver(settings: Settings, tester: Addresses, target: Addresses): Promise<Driver> {
  const { upperTester, openPort, await: called } = settings;
  if (upperTester) return UpperTesterDriver.open({ ...upperTester, tester, target });
  // Without a description, the application is assumed to leave its connections alone.
  const services = openPort === undefined ? [] : [{ port: openPort }];
  if (called !== undefined) {
    return new AwaitDriver({ ports: { 4: called, 6: called }, application: {}, services });
  }
  if (openPort !== undefined) return new ServicesDriver(services);
  throw new SettingsError(NO_DRIVER);
}
