import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Profile } from '../standard/profile.ts';
import { type Ports, parsePorts } from '../tester/ports.ts';
import { sourceTowards } from '../tester/routing.ts';
import type { Ending } from '../verdict/reason.ts';
import type { DescribedTarget } from '../verdict/target-facts.ts';
import { AwaitDriver } from './await-driver.ts';
import { limitedTo } from './capabilities.ts';
import { CommandDriver } from './command-driver.ts';
import type { Driver } from './driver.ts';
import { channelToCommand, channelToPort, type LinesChannel, LinesDriver } from './lines-driver.ts';
import { ServicesDriver } from './services-driver.ts';
import { readTargetFile, type TargetFile, TargetFileError } from './target-file.ts';
import { UpperTesterDriver } from './upper-tester-driver.ts';

/** A target that is up. */
export interface RunningTarget {
  /** With the version: `lwIP 2.1.3`. */
  readonly name: string;
  /** Of the families that were asked for, those that it has. */
  readonly families: readonly (4 | 6)[];
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  readonly target: Readonly<Partial<Record<4 | 6, string>>>;
  readonly driver: Driver;
  /** How many connections it can have at once. */
  readonly width: number;
  /** A port without a listener. */
  readonly closedPort?: number;
  /** The tester's ports that can reach it; absent: any. */
  readonly testerPorts?: Ports;
  /** Its CLOSED sends no resets, and no filter is the cause. It must call by itself: that shows that it is up. */
  readonly silentClosed?: boolean;
  /** Values of RCV.NXT that crash it, and why. */
  readonly avoided?: { readonly rcvNxt: readonly number[]; readonly why: string };
  /** What is known of its limits. */
  readonly described?: DescribedTarget;
  /** How the process of the target's TCP ended; undefined while it runs. Absent: no such process is ours. */
  readonly ending?: () => Ending | undefined;
  /** Starts it again, also when it hangs. `driver.renew` must follow. @throws Error when it does not come up */
  readonly restart?: () => Promise<void>;
  /** Ends all that was started. May be called more than once. */
  stop(): Promise<void>;
}

/** An opened target of a target file. */
export interface OpenedTarget extends RunningTarget {
  /** The profile that it claims to follow. */
  readonly profile: Profile | undefined;
  /** What reports say of it. */
  readonly described: DescribedTarget;
}

type Addresses = Partial<Record<4 | 6, string>>;

// For an unknown target.
const WIDTH = 16;
const SHORTEST_CASE_SECONDS = 0.85;
// One for the stimulus, one for the proof.
const RESETS_OF_A_CASE = 2;
// For a board that boots.
const RESTARTED_WITHIN_MS = 120_000;

/**
 * Opens the target of a target file over those of the families that it has.
 *
 * @param toProgram opens a channel to the target's own program, where that is ours
 * @throws TargetFileError, or what the driver throws
 */
export async function openTarget(
  path: string,
  families: readonly (4 | 6)[],
  toProgram?: () => Promise<LinesChannel>,
): Promise<OpenedTarget> {
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
      `${path}: capabilities.resets: only a target that calls by itself may lack resets`,
    );
  }
  const driver = await openDriver(file, tester, target, path, toProgram);
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

/** How many cases can run at once without the target's limits suppressing a reply. */
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
    await promisify(execFile)('sh', ['-c', command], { timeout: RESTARTED_WITHIN_MS });
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const why = killed
      ? `it took more than ${RESTARTED_WITHIN_MS / 1000} s`
      : stderr?.trim() || (error as Error).message;
    throw new Error(`\`${command}\`: ${why}`);
  }
};

/** How lines reach the application. @throws TargetFileError */
function linesTo(
  { run, port, address = '127.0.0.1' }: Extract<TargetFile['driver'], { readonly kind: 'lines' }>,
  path: string,
  toProgram: (() => Promise<LinesChannel>) | undefined,
): () => Promise<LinesChannel> {
  if (run !== undefined) return () => channelToCommand(run);
  if (port !== undefined) return () => channelToPort(address, port);
  if (toProgram) return toProgram;
  throw new TargetFileError(
    `${path}: driver: lines need run or port, unless \`lab tap\` starts the program that takes them`,
  );
}

async function openDriver(
  { driver }: TargetFile,
  tester: Addresses,
  target: Addresses,
  path: string,
  toProgram: (() => Promise<LinesChannel>) | undefined,
): Promise<Driver> {
  switch (driver.kind) {
    case 'upper tester': {
      const address = driver.address ?? target[4] ?? (target[6] as string);
      return UpperTesterDriver.open({ address, port: driver.port, tester, target });
    }
    case 'lines':
      return LinesDriver.open({ name: 'lines', tester, open: linesTo(driver, path, toProgram) });
    case 'services':
      return new ServicesDriver(driver.services);
    case 'command': {
      const { services, kind: _, ...command } = driver;
      return new CommandDriver({ command, tester, services });
    }
    case 'await': {
      const { port, application = {}, atOnce, withinMs, services } = driver;
      return new AwaitDriver({
        ports: { 4: port, 6: port },
        application,
        atOnce,
        within: withinMs,
        services,
      });
    }
  }
}

const byFamily = ({ ipv4, ipv6 }: { ipv4?: string | undefined; ipv6?: string | undefined }): Addresses => ({
  ...(ipv4 ? { 4: ipv4 } : {}),
  ...(ipv6 ? { 6: ipv6 } : {}),
});

/** The tester's addresses, by the routes to the target. */
function routed(target: Addresses): Addresses {
  const source4 = target[4] && sourceTowards(target[4]);
  const source6 = target[6] && sourceTowards(target[6]);
  return byFamily({ ipv4: source4, ipv6: source6 });
}
