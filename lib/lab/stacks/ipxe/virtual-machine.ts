import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stop } from '../../../processes.ts';
import type { Family } from '../../namespaces/lab.ts';
import { startUntilReady } from '../../namespaces/run.ts';

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
  const log = logs === undefined ? undefined : join(logs, `ipxe-ipv${family}.log`);
  if (log !== undefined) await rm(log, { force: true });
  const { child } = await startUntilReady({
    what: 'iPXE in a virtual machine',
    words: [
      ...['qemu-system-x86_64', '-M', 'pc,accel=tcg', '-m', MEMORY_MIB],
      ...['-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', FIRMWARE, '-initrd', initrd],
      ...['-netdev', `tap,id=link,ifname=${tap},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=link,mac=${mac},romfile=`],
    ],
    patienceMs: PATIENCE_MS,
    log,
    ready: () => called,
  });
  return { stop: () => stop(child) };
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
