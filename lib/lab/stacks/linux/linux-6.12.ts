import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpperTesterDriver } from '../../../target/upper-tester-driver.ts';
import { LabUnavailable } from '../../namespaces/enter.ts';
import { COMPILER, missingOf } from '../../namespaces/packages.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { makeTap } from '../../namespaces/tap.ts';
import { controlAddress, startUpperTester, upperTesterOptions } from '../upper-tester-process.ts';
import { initramfs } from '../virtual-machine/initramfs.ts';
import { fetchKernel, findKernel } from '../virtual-machine/kernel.ts';
import { qemu } from '../virtual-machine/qemu.ts';

const SERIES = '6.12';
const BUSYBOX = '/bin/busybox';
const PACKAGES = {
  ...COMPILER,
  'qemu-system-x86': 'qemu-system-x86_64',
  'busybox-static': BUSYBOX,
};
// The machine is emulated: what takes a round trip here takes some ten there.
const WIDTH = 64;
// A machine that is shared with others may need several times the usual three seconds.
const PATIENCE_MS = 60_000;
// Nobody else is in the machine.
const CONTROL_PORT = 10_793;

/** The long-term kernel of the time, in a virtual machine. */
export const linux612: Stack = {
  id: `linux-${SERIES}`,
  what: `Linux ${SERIES} as Debian builds it, in a virtual machine`,
  packages: Object.keys(PACKAGES),
  missing: () => {
    const missing = missingOf(PACKAGES);
    // The package `busybox` puts one that needs shared libraries at the same place.
    return missing.length === 0 && isDynamic(BUSYBOX) ? ['busybox-static'] : missing;
  },
  prepare: async () => {
    await fetchKernel(SERIES);
  },
  async start({ families, logs }: StackOptions): Promise<RunningTarget> {
    const kernel = findKernel(SERIES);
    if (!kernel) {
      throw new LabUnavailable(
        `No kernel ${SERIES} has been fetched; there is also \`apt-get install linux-image-${SERIES}-cloud-amd64\`.`,
      );
    }
    const tap = await makeTap(families);
    const cleanups = [() => tap.remove()];
    const stop = async (): Promise<void> => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    };
    try {
      const { tester, target } = tap;
      const options = upperTesterOptions(tester, target, families, CONTROL_PORT).filter(
        (one) => one !== '--exit-on-eof',
      );
      const files = await nameless(await initramfs(kernel, tap, options));
      cleanups.push(() => files.close());
      const machine = await startUpperTester({
        what: `The virtual machine with Linux ${SERIES}`,
        words: () => qemu({ image: kernel.image, initramfs: '/dev/fd/3', tap }),
        file: files.fd,
        patienceMs: PATIENCE_MS,
        log: logs === undefined ? undefined : { folder: logs, name: `linux-${SERIES}` },
      });
      cleanups.push(() => machine.stop());
      const address = controlAddress(target, families);
      const driver = await UpperTesterDriver.open({ address, port: machine.port, tester, target });
      cleanups.push(() => driver.dispose());
      const name = `Linux ${kernel.release}`;
      return {
        ...{ name, families, tester, target, driver, width: WIDTH, stop },
        ending: () => machine.ending,
        restart: () => machine.restart(),
      };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

/** A file that has no name any more, so that nothing has to be removed in the end. */
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

/** Whether a program names a dynamic linker, which it does right after its headers. */
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
