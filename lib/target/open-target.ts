import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Profile } from '../standard/profile.ts';
import { parsePorts } from '../tester/ports.ts';
import { sourceTowards } from '../tester/routing.ts';
import type { DescribedTarget } from '../verdict/target-facts.ts';
import { AwaitDriver } from './await-driver.ts';
import { limitedTo } from './capabilities.ts';
import { CommandDriver } from './command-driver.ts';
import type { Driver } from './driver.ts';
import type { RunningTarget } from './running-target.ts';
import { ServicesDriver } from './services-driver.ts';
import { readTargetFile, type TargetFile, TargetFileError } from './target-file.ts';
import { UpperTesterDriver } from './upper-tester-driver.ts';

/** A target that a file describes, opened. */
export interface OpenedTarget extends RunningTarget {
  /** What it claims to follow; undefined: it claims nothing. */
  readonly profile: Profile | undefined;
  /** What the file says that a report should say as well. */
  readonly described: DescribedTarget;
}

type Addresses = Partial<Record<4 | 6, string>>;

// Modest, for a target of which nothing is known.
const WIDTH = 16;
// No case is done with its stimulus, its observation and its proof sooner.
const SHORTEST_CASE_SECONDS = 0.85;
// One for the stimulus, one for the proof.
const RESETS_OF_A_CASE = 2;
// A board that is switched off and on and boots, in milliseconds.
const RESTARTED_WITHIN = 120_000;

/**
 * Opens the target that a file describes.
 *
 * @param families those that are wanted; the target has some of them
 * @throws TargetFileError, or what the driver throws
 */
export async function openTarget(path: string, families: readonly (4 | 6)[]): Promise<OpenedTarget> {
  const file = readTargetFile(path);
  const target = byFamily(file.addresses);
  const known = families.filter((family) => target[family] !== undefined);
  if (known.length === 0) {
    throw new TargetFileError(`${path}: addresses: none of IPv${families.join(' or IPv')}`);
  }
  const tester = { ...routed(target), ...byFamily(file.tester ?? {}) };
  const silentClosed = file.capabilities?.resets === false;
  if (silentClosed && file.driver.kind !== 'await') {
    throw new TargetFileError(
      `${path}: capabilities.resets: only a target that calls by itself may be silent`,
    );
  }
  const driver = await openDriver(file, tester, target);
  const limited = file.capabilities ? limitedTo(file.capabilities, driver) : driver;
  return {
    name: file.name,
    families: known,
    tester,
    target,
    driver: limited,
    width: file.driver.kind === 'await' && !file.driver.services ? 1 : widthFor(file.limits),
    ...(file.closedPort === undefined ? {} : { closedPort: file.closedPort }),
    ...(file.testerPorts === undefined ? {} : { testerPorts: parsePorts(file.testerPorts) }),
    silentClosed,
    profile: file.profile,
    described: { ...file.limits, ...file.capabilities },
    ...(file.restart === undefined ? {} : { restart: restarting(file.restart) }),
    stop: () => driver.dispose(),
  };
}

/** How many cases may run at once so that no limit of the target's swallows a reply. */
export function widthFor(limits: TargetFile['limits']): number {
  const { connections = WIDTH, resetsPerSecond, challengeAcksPerSecond } = limits ?? {};
  const bounds = [connections];
  if (resetsPerSecond !== undefined) {
    bounds.push((resetsPerSecond / RESETS_OF_A_CASE) * SHORTEST_CASE_SECONDS);
  }
  if (challengeAcksPerSecond !== undefined) bounds.push(challengeAcksPerSecond * SHORTEST_CASE_SECONDS);
  return Math.max(1, Math.floor(Math.min(...bounds)));
}

const restarting = (command: string) => async (): Promise<void> => {
  try {
    await promisify(execFile)('sh', ['-c', command], { timeout: RESTARTED_WITHIN });
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const why = killed
      ? `it took more than ${RESTARTED_WITHIN / 1000} s`
      : stderr?.trim() || (error as Error).message;
    throw new Error(`\`${command}\`: ${why}`);
  }
};

async function openDriver({ driver }: TargetFile, tester: Addresses, target: Addresses): Promise<Driver> {
  switch (driver.kind) {
    case 'upper tester': {
      const address = driver.address ?? target[4] ?? (target[6] as string);
      return UpperTesterDriver.open({ address, port: driver.port, tester, target });
    }
    case 'services':
      return new ServicesDriver(defined(driver.services));
    case 'command': {
      const { services, kind: _, ...command } = driver;
      return new CommandDriver({
        command: defined(command),
        tester,
        ...(services ? { services: defined(services) } : {}),
      });
    }
    case 'await': {
      const { port, application = {}, atOnce, withinMs, services } = driver;
      return new AwaitDriver({
        ports: { 4: port, 6: port },
        application: defined(application),
        ...(atOnce === undefined ? {} : { atOnce }),
        ...(withinMs === undefined ? {} : { within: withinMs }),
        ...(services ? { services: defined(services) } : {}),
      });
    }
  }
}

const byFamily = ({ ipv4, ipv6 }: { ipv4?: string | undefined; ipv6?: string | undefined }): Addresses => ({
  ...(ipv4 ? { 4: ipv4 } : {}),
  ...(ipv6 ? { 6: ipv6 } : {}),
});

/** The tester's addresses towards those of the target's. */
function routed(target: Addresses): Addresses {
  const source4 = target[4] && sourceTowards(target[4]);
  const source6 = target[6] && sourceTowards(target[6]);
  return byFamily({ ipv4: source4, ipv6: source6 });
}

type Defined<T> = T extends readonly (infer Item)[]
  ? Defined<Item>[]
  : T extends object
    ? { [Key in keyof T]: Defined<Exclude<T[Key], undefined>> }
    : T;

/** The value without its undefined fields, which a JSON file cannot have. */
function defined<T>(value: T): Defined<T> {
  return JSON.parse(JSON.stringify(value)) as Defined<T>;
}
