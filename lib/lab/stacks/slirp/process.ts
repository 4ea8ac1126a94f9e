import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { stop } from '../../../processes.ts';
import type { Ending } from '../../../verdict/reason.ts';
import type { Addresses, Lab } from '../../namespaces/lab.ts';
import { ipBatch, run, startUntilReady } from '../../namespaces/run.ts';

/** slirp4netns gives these to its guest, which is the tester, and takes the second ones for the host behind it. */
export const GUEST: Addresses = { 4: '10.77.6.100', 6: 'fd00::100' };
export const HOST: Addresses = { 4: '10.77.6.2', 6: 'fd00::2' };
const NETWORK = '10.77.6.0/24';
const TAP = 'tap0';
const PATIENCE_MS = 5000;
// Least, first and most, in octets. What the proxy passes on to a user that does not read must not find megabytes of room on
// the way, as it does on a loopback: the proxy's own window would never close.
const SEND_BUFFER = '4096 16384 16384';
// Of the descriptors that it inherits.
const STDIN = 0;
const READY = 3;

export interface SlirpProcess {
  /** How often it has crashed so far. */
  readonly crashes: number;
  /** How it ended the last time; undefined before the first crash. */
  readonly lastEnding: Ending | undefined;
  stop(): Promise<void>;
}

/**
 * Starts slirp4netns in the target's namespace, with a tap in ours. It ends when its standard input does, which is when
 * we end, and is killed with us. One that crashes is started again: what it did to single cases must not be all there is.
 *
 * @throws LabUnavailable with what it said
 */
export async function startSlirp(
  lab: Lab,
  apiSocket: string,
  logs: string | undefined,
): Promise<SlirpProcess> {
  await run('nsenter', [
    ...[`--net=${lab.targetNamespace}`, '--', 'sh', '-c'],
    `echo ${SEND_BUFFER} > /proc/sys/net/ipv4/tcp_wmem`,
  ]);
  const log = logs === undefined ? undefined : join(logs, 'slirp.log');
  if (log !== undefined) rmSync(log, { force: true });
  let stopped = false;
  let crashes = 0;
  let lastEnding: Ending | undefined;
  let current = await startOnce(lab, apiSocket, log);
  const keep = (child: ChildProcess): void => {
    child.once('close', (exitCode: number | null, signal: NodeJS.Signals | null) => {
      if (stopped) return;
      lastEnding = signal === null ? { exitCode: exitCode ?? undefined } : { signal };
      crashes += 1;
      startOnce(lab, apiSocket, log).then(
        (again) => {
          current = again;
          keep(again);
          if (stopped) void stop(again);
        },
        (error: Error) => log && appendFileSync(log, `not started again: ${error.message}\n`),
      );
    });
  };
  keep(current);
  return {
    get crashes() {
      return crashes;
    },
    get lastEnding() {
      return lastEnding;
    },
    async stop() {
      stopped = true;
      await stop(current);
    },
  };
}

async function startOnce(lab: Lab, apiSocket: string, log: string | undefined): Promise<ChildProcess> {
  const words = [
    ...[...lab.entering, 'slirp4netns', '--enable-ipv6', `--cidr=${NETWORK}`, '--netns-type=path'],
    ...[`--exit-fd=${STDIN}`, `--ready-fd=${READY}`, `--api-socket=${apiSocket}`],
    ...[`/proc/${process.pid}/ns/net`, TAP],
  ];
  const { child } = await startUntilReady({
    ...{ what: 'slirp4netns', words, patienceMs: PATIENCE_MS, third: 'pipe', log },
    ready: (started) => once(started.stdio[READY] as Readable, 'data'),
  });
  try {
    await setUpTap(lab);
    return child;
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The tap takes the place of the lab's own link, whose other end has nothing to say. */
async function setUpTap({ families }: Lab): Promise<void> {
  // IPv4 carries the upper tester's commands in any case.
  const commands = [
    `link set dev ${TAP} addrgenmode none`,
    `link set dev ${TAP} up`,
    `addr add ${GUEST[4]}/24 broadcast + dev ${TAP}`,
    `route replace default via ${HOST[4]} dev ${TAP}`,
    `route replace 224.0.0.0/4 dev ${TAP}`,
  ];
  if (families.includes(6)) {
    commands.push(
      `addr add ${GUEST[6]}/64 dev ${TAP} nodad`,
      `route replace default via ${HOST[6]} dev ${TAP}`,
    );
  }
  await ipBatch(commands);
}
