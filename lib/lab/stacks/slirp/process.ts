import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { LabUnavailable, labEnvironment } from '../../namespaces/enter.ts';
import type { Addresses, Lab } from '../../namespaces/lab.ts';
import { run, stop } from '../../namespaces/run.ts';

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
  const log = logs === undefined ? undefined : createWriteStream(join(logs, 'slirp.log'));
  let stopped = false;
  let crashes = 0;
  let current = await startOnce(lab, apiSocket, log);
  const keep = (child: ChildProcess): void => {
    child.once('close', (status, signal) => {
      log?.write(`ended with ${signal ?? status}\n`);
      if (stopped) return;
      crashes += 1;
      startOnce(lab, apiSocket, log).then(
        (again) => {
          current = again;
          keep(again);
          if (stopped) void stop(again);
        },
        (error: Error) => log?.write(`not started again: ${error.message}\n`),
      );
    });
  };
  keep(current);
  return {
    get crashes() {
      return crashes;
    },
    async stop() {
      stopped = true;
      await stop(current);
      log?.end();
    },
  };
}

async function startOnce(lab: Lab, apiSocket: string, log: Writable | undefined): Promise<ChildProcess> {
  const words = [
    ...['--pdeathsig', 'KILL', '--', ...lab.entering],
    ...['slirp4netns', '--enable-ipv6', `--cidr=${NETWORK}`, '--netns-type=path'],
    ...[`--exit-fd=${STDIN}`, `--ready-fd=${READY}`, `--api-socket=${apiSocket}`],
    ...[`/proc/${process.pid}/ns/net`, TAP],
  ];
  const child = spawn('setpriv', words, {
    env: labEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-1000);
      log?.write(text);
    });
  }
  child.stdin?.on('error', () => {});
  const ready = child.stdio[READY] as Readable;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string): void => {
        const last = said.trim().split('\n').at(-1)?.replace(/\.$/, '') || 'it said nothing';
        reject(new LabUnavailable(`slirp4netns ${how}: ${last}.`));
      };
      const timer = setTimeout(() => fail(`was not ready after ${PATIENCE_MS} ms`), PATIENCE_MS);
      child.once('error', (error) => fail(`could not be started (${error.message})`));
      child.once('close', (status, signal) => {
        clearTimeout(timer);
        fail(`ended with ${signal ?? status} before it was ready`);
      });
      ready.once('data', () => {
        clearTimeout(timer);
        resolve();
      });
    });
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
  await run('ip', ['-batch', '-'], commands.map((command) => `${command}\n`).join(''));
}
