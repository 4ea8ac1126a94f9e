import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LabUnavailable, labEnvironment } from '../../namespaces/enter.ts';
import type { Family } from '../../namespaces/lab.ts';
import { stop } from '../../namespaces/run.ts';

export interface VirtualMachineOptions {
  readonly family: Family;
  readonly tap: string;
  readonly mac: string;
  readonly tester: string;
  readonly target: string;
  /** Of the tester's, where it calls. */
  readonly port: number;
  /** For the script that it runs. */
  readonly folder: string;
  readonly logs?: string | undefined;
}

export const FIRMWARE = '/usr/lib/ipxe/ipxe.lkrn';
const PATIENCE_MS = 30_000;
// In half as much it does not find its script.
const MEMORY_MIB = '128';

/** Asks for a file again as soon as the last request has come to an end, whatever that was. */
const script = ({ family, tester, target, port }: VirtualMachineOptions): string =>
  [
    '#!ipxe',
    ...(family === 4
      ? [`set net0/ip ${target}`, 'set net0/netmask 255.255.255.0']
      : [`set net0/ip6 ${target}`, 'set net0/len6 64']),
    'ifopen net0',
    ':again',
    `imgfetch http://${family === 4 ? tester : `[${tester}]`}:${port}/ ||`,
    'imgfree ||',
    'goto again',
    '',
  ].join('\n');

/**
 * Boots iPXE in a virtual machine on a tap, and waits until it calls. It is killed with us.
 *
 * @throws LabUnavailable
 */
export async function boot(options: VirtualMachineOptions): Promise<{ stop(): Promise<void> }> {
  const { family, tap, mac, folder, logs } = options;
  const called = firstCall(options.tester, options.port);
  called.catch(() => {});
  const initrd = join(folder, `ipv${family}.ipxe`);
  await writeFile(initrd, script(options));
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', '-M', 'pc,accel=tcg', '-m', MEMORY_MIB],
      ...['-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', FIRMWARE, '-initrd', initrd],
      ...['-netdev', `tap,id=link,ifname=${tap},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=link,mac=${mac},romfile=`],
    ],
    { env: labEnvironment(), stdio: 'pipe', detached: true },
  );
  child.stdin.on('error', () => {});
  const log = logs === undefined ? undefined : createWriteStream(join(logs, `ipxe-ipv${family}.log`));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-1000);
      log?.write(text);
    });
  }
  child.once('close', (status, signal) => log?.end(`ended with ${signal ?? status}\n`));
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string): void => {
        const last = said.trim().split('\n').at(-1)?.replace(/\.$/, '') || 'it said nothing';
        reject(new LabUnavailable(`iPXE in a virtual machine ${how}: ${last}.`));
      };
      timer = setTimeout(() => fail(`did not call within ${PATIENCE_MS} ms`), PATIENCE_MS);
      child.once('error', (error) => fail(`could not be started (${error.message})`));
      child.once('close', (status, signal) => fail(`ended with ${signal ?? status} before it called`));
      called.then(resolve, reject);
    });
    return { stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Takes the first connection to a port with the kernel's own TCP, which shows that the caller is up, and resets it. */
function firstCall(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      server.close(() => resolve());
      socket.on('error', () => {}).resetAndDestroy();
    });
    server.once('error', reject);
    server.listen(port, host);
    server.unref();
  });
}
