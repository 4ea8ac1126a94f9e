import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startInSteps } from '../../cleanups.ts';
import { stop } from '../../processes.ts';
import { type OpenedTarget, openTarget } from '../../target/open-target.ts';
import { channelOf } from '../../target/lines-driver.ts';
import { readTargetFile, type TargetFile } from '../../target/target-file.ts';
import { TestabilityClient } from '../../target/testability/client.ts';
import { formatAddress, parseAddress } from '../../wire/index.ts';
import { makeTap, TARGET, TESTER, type Tap } from '../namespaces/link.ts';
import { startUntilReady } from '../namespaces/run.ts';
import type { StackOptions } from './stack.ts';
import { endingOf } from './upper-tester-process.ts';

interface TapOptions extends StackOptions {
  readonly targetFile: string;
  /** The words of the program. {@link fieldsOf} says what stands for what in them. */
  readonly words: readonly string[];
}

/** For a stack inside a virtual machine that boots. */
const READY_WITHIN_MS = 60_000;
const CONNECT_WITHIN_MS = 300;
const BETWEEN_TRIALS_MS = 20;
// tcpmux, long out of use.
const CLOSED_PORT = 1;

/**
 * Starts a program of the user that is a TCP on a tap of the lab, the target of a target file. It is restarted when it dies.
 *
 */
export function startOnTap({ targetFile, words, families, logs }: TapOptions): Promise<OpenedTarget> {
  return startInSteps(async (undo) => {
    const file = readTargetFile(targetFile);
    const { addresses, tester } = file;
    const target = { 4: addresses.ipv4 ?? TARGET[4], 6: addresses.ipv6 ?? TARGET[6] };
    const known = families.filter((family) => addresses[`ipv${family}`] !== undefined);
    const tap = await makeTap(known, 0, {
      target,
      tester: {
        4: tester?.ipv4 ?? (addresses.ipv4 ? neighbourOf(target[4]) : TESTER[4]),
        6: tester?.ipv6 ?? (addresses.ipv6 ? neighbourOf(target[6]) : TESTER[6]),
      },
      // Otherwise it is asked for.
      isMacKnown: words.some((word) => word.includes('{mac}')),
    });
    undo(() => tap.remove());
    const log = logs === undefined ? undefined : join(logs, 'tap.log');
    if (logs !== undefined) mkdirSync(logs, { recursive: true });
    if (log !== undefined) rmSync(log, { force: true });
    const start = async (): Promise<ChildProcess> => {
      const { child } = await startUntilReady({
        what: `\`${words.join(' ')}\``,
        words: words.map((word) => filledIn(word, tap)),
        patienceMs: READY_WITHIN_MS,
        log,
        ready: (started) => isReady(file, tap, known, started),
      });
      return child;
    };
    let program = await start();
    undo(() => stop(program));
    const toProgram = async () => channelOf(program, async () => {});
    const opened = await openTarget(targetFile, families, toProgram);
    undo(() => opened.stop());
    return {
      ...opened,
      ending: () => endingOf(program),
      async restart() {
        await stop(program);
        program = await start();
      },
    };
  });
}

/** What stands in the words for what: `{tap}`, the addresses of both ends, and the target's MAC address. */
const fieldsOf = ({ name, tester, target, targetMac }: Tap): Readonly<Record<string, string>> => ({
  tap: name,
  mac: targetMac,
  tester: tester[4],
  target: target[4],
  tester6: tester[6],
  target6: target[6],
});

const filledIn = (word: string, tap: Tap): string =>
  word.replace(/\{(\w+)\}/g, (whole, name: string) => fieldsOf(tap)[name] ?? whole);

/** Another address in the same network: the first, or else the second. */
function neighbourOf(address: string): string {
  const octets = Uint8Array.from(parseAddress(address));
  const last = octets.length - 1;
  octets[last] = octets[last] === 1 ? 2 : 1;
  return formatAddress(octets);
}

/** Resolves when the target answers on the wire over each family, and its upper tester, if it has one, takes commands. */
async function isReady(
  { driver, addresses, closedPort = CLOSED_PORT }: TargetFile,
  { target }: Tap,
  families: StackOptions['families'],
  program: ChildProcess,
): Promise<void> {
  const repeated = async (isThere: () => Promise<boolean>): Promise<void> => {
    while (endingOf(program) === undefined && !(await isThere())) await delay(BETWEEN_TRIALS_MS);
  };
  // It may have neither listeners nor resets. Its first call is waited for anyway.
  if (driver.kind === 'await') return;
  for (const family of families) await repeated(() => answers(target[family], closedPort));
  if (driver.kind !== 'upper tester') return;
  const { port, address = addresses.ipv4 ?? (addresses.ipv6 as string) } = driver;
  await repeated(async () => {
    const client = await TestabilityClient.open({ address, port, timeoutMs: CONNECT_WITHIN_MS });
    return client
      .getVersion()
      .then(
        () => true,
        () => false,
      )
      .finally(() => client.dispose());
  });
}

/** Whether a host answers a SYN of our own kernel, in whatever way. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isUp: boolean): void => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      resolve(isUp);
    };
    const timer = setTimeout(() => end(false), CONNECT_WITHIN_MS);
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' || code === 'ECONNRESET'),
    );
  });
}
