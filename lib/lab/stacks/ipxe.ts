import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInSteps } from '../../cleanups.ts';
import { stop } from '../../processes.ts';
import { AwaitDriver } from '../../target/await-driver.ts';
import type { Application } from '../../target/target-file.ts';
import type { Family } from '../../wire/index.ts';
import { missingOf } from '../namespaces/enter.ts';
import { makeTap, type Tap } from '../namespaces/link.ts';
import { startUntilReady, versionIn } from '../namespaces/run.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';

const FIRMWARE = '/usr/lib/ipxe/ipxe.lkrn';
const PACKAGES = { ipxe: FIRMWARE, 'qemu-system-x86': 'qemu-system-x86_64' };

// For each family, one case has the connection, and another waits for it.
const WIDTH = 2;

/** The tester's ports that it calls, outside of the range of other cases. */
const PORTS = { 4: 8793, 6: 8794 } as const;

/** Its HTTP client sends a request first, and closes after an answer. Its TCP goes on acknowledging. */
const HTTP: Application = {
  greets: true,
  uponFin: 'closes',
  closes: { upon: 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', receives: true },
  // The beginning of a status line, of any length.
  filler: 'H',
};

/**
 * iPXE, the boot firmware: a client that calls the tester in a loop. Each address family has a virtual machine, since iPXE
 * asks for one file at a time.
 */
export const ipxe: Stack = {
  id: 'ipxe',
  what: 'iPXE, the boot firmware, in a virtual machine: a client that only opens connections',
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const version = await versionIn(/^Version: .*git-(\d+\.\w+)/m, ['dpkg-query', '--status', 'ipxe']);
      const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-ipxe-'));
      undo(() => rm(folder, { recursive: true, force: true }));
      const machines: { readonly family: Family; readonly tap: Tap }[] = [];
      for (const [index, family] of [...families].sort().entries()) {
        const tap = await makeTap([family], index === 0 ? 0 : 1);
        undo(() => tap.remove());
        machines.push({ family, tap });
      }
      const booting = machines.map((machine) => boot({ ...machine, folder, logs }));
      // Each machine that is up is stopped, also when another one fails.
      for (const machine of booting) undo(() => machine.then(stop, () => undefined));
      await Promise.all(booting);
      const { tester, target } = (machines[0] as (typeof machines)[0]).tap;
      return {
        ...{ name: `iPXE ${version}`.trim(), families, tester, target },
        driver: new AwaitDriver({ ports: PORTS, application: HTTP, atOnce: true }),
        silentClosed: true,
        width: WIDTH * families.length,
      };
    }),
};

interface MachineOptions {
  readonly family: Family;
  readonly tap: Tap;
  /** For the script that iPXE runs. */
  readonly folder: string;
  readonly logs: string | undefined;
}

/** Asks for a file again as soon as the last request has ended in any way. */
const script = ({ family, tap: { tester, target } }: MachineOptions): string =>
  [
    '#!ipxe',
    ...(family === 4
      ? [`set net0/ip ${target[4]}`, 'set net0/netmask 255.255.255.0']
      : [`set net0/ip6 ${target[6]}`, 'set net0/len6 64']),
    'ifopen net0',
    ':again',
    `imgfetch http://${family === 4 ? tester[4] : `[${tester[6]}]`}:${PORTS[family]}/ ||`,
    'imgfree ||',
    'goto again',
    '',
  ].join('\n');

/** Boots iPXE in a virtual machine on a tap, and waits for its first call. @throws LabUnavailable */
async function boot(options: MachineOptions) {
  const { family, tap, folder, logs } = options;
  const called = firstCall(tap.tester[family], PORTS[family]);
  called.catch(() => {});
  const initrd = join(folder, `ipv${family}.ipxe`);
  await writeFile(initrd, script(options));
  const log = logs === undefined ? undefined : join(logs, `ipxe-ipv${family}.log`);
  if (log !== undefined) await rm(log, { force: true });
  const { child } = await startUntilReady({
    what: 'iPXE in a virtual machine',
    words: [
      // With half of this memory it does not find its script.
      ...['qemu-system-x86_64', '-M', 'pc,accel=tcg', '-m', '128'],
      ...['-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', FIRMWARE, '-initrd', initrd],
      ...['-netdev', `tap,id=link,ifname=${tap.name},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=link,mac=${tap.targetMac},romfile=`],
    ],
    patienceMs: 30_000,
    log,
    ready: () => called,
  });
  return child;
}

/** Takes the first connection to a port with the kernel's own TCP, and resets it: the caller is up. */
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
