import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInSteps } from '../../../cleanups.ts';
import { COMPILER, LabUnavailable, missingOf } from '../../namespaces/enter.ts';
import { makeTap, type Tap } from '../../namespaces/link.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { drivenBy, startUpperTester, upperTesterOptions } from '../upper-tester-process.ts';
import { initramfs } from './initramfs.ts';
import { fetchKernel, findKernel } from './kernel.ts';

const SERIES = '6.12';
const BUSYBOX = '/bin/busybox';
const PACKAGES = {
  ...COMPILER,
  'qemu-system-x86': 'qemu-system-x86_64',
  'busybox-static': BUSYBOX,
};
// The machine is emulated, and some ten times slower.
const WIDTH = 64;
// It usually boots in three seconds; a busy host takes several times as long.
const PATIENCE_MS = 60_000;
// No other program is in the machine.
const CONTROL_PORT = 10_793;

/** The long-term kernel of the time, in a virtual machine. */
export const linux612: Stack = {
  id: `linux-${SERIES}`,
  what: `Linux ${SERIES} as Debian builds it, in a virtual machine`,
  packages: Object.keys(PACKAGES),
  missing: () => {
    const missing = missingOf(PACKAGES);
    // The package `busybox` installs a dynamic one at the same place.
    return missing.length === 0 && isDynamic(BUSYBOX) ? ['busybox-static'] : missing;
  },
  prepare: async () => {
    await fetchKernel(SERIES);
  },
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const kernel = findKernel(SERIES);
      if (!kernel) {
        throw new LabUnavailable(
          `No kernel ${SERIES} has been fetched; there is also \`apt-get install linux-image-${SERIES}-cloud-amd64\`.`,
        );
      }
      const tap = await makeTap(families);
      undo(() => tap.remove());
      const ends = { families, tester: tap.tester, target: tap.target };
      const options = upperTesterOptions(ends, CONTROL_PORT).filter((one) => one !== '--exit-on-eof');
      const files = await nameless(await initramfs(kernel, tap, options));
      undo(() => files.close());
      const machine = await startUpperTester({
        what: `The virtual machine with Linux ${SERIES}`,
        words: () => qemu(kernel.image, tap),
        file: files.fd,
        patienceMs: PATIENCE_MS,
        log: `linux-${SERIES}`,
        logs,
      });
      const running = await drivenBy(machine, ends, undo);
      return { ...running, name: `Linux ${kernel.release}`, width: WIDTH };
    }),
};

/** An unlinked file: nothing has to be removed later. */
async function nameless(content: Uint8Array): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-'));
  try {
    const file = await open(join(folder, 'file'), 'wx+');
    await file.writeFile(content);
    return file;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether a program names a dynamic linker right after its headers. */
function isDynamic(path: string): boolean {
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.includes('/ld-');
}

// Every segment is one packet, with its checksum.
const NO_OFFLOADS = [
  ...['csum', 'gso', 'guest_csum', 'guest_tso4', 'guest_tso6', 'guest_ecn', 'guest_ufo'],
  ...['host_tso4', 'host_tso6', 'host_ecn', 'host_ufo', 'mrg_rxbuf'],
]
  .map((name) => `${name}=off`)
  .join(',');

/** Starts a virtual machine: the initramfs comes on descriptor 3, the serial console goes to standard output. */
function qemu(image: string, tap: Tap): string[] {
  return [
    'qemu-system-x86_64',
    // Most containers and virtual machines have no KVM.
    ...['-M', 'pc,accel=tcg', '-cpu', 'max', '-m', '256', '-no-reboot'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
    ...['-kernel', image, '-initrd', '/dev/fd/3'],
    // A panic reboots at once, which ends the machine.
    ...['-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=1'],
    ...['-netdev', `tap,id=lab,ifname=${tap.name},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', `virtio-net-pci,netdev=lab,romfile=,mac=${tap.targetMac},${NO_OFFLOADS}`],
  ];
}
