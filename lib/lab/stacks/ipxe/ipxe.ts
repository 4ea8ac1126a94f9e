import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInSteps } from '../../../cleanups.ts';
import { AwaitDriver } from '../../../target/await-driver.ts';
import type { Application } from '../../../target/services.ts';
import { labEnvironment } from '../../namespaces/enter.ts';
import { boot, FIRMWARE } from './virtual-machine.ts';
import { missingOf } from '../../namespaces/packages.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { makeSecondTap, makeTap } from '../../namespaces/tap.ts';

const PACKAGES = { ipxe: FIRMWARE, 'qemu-system-x86': 'qemu-system-x86_64' };

// Of each family one has the connection, and the others wait for it.
const WIDTH = 2;

/** Of the tester's: below the ports that it gives to connections of its own. */
const PORTS = { 4: 8793, 6: 8794 } as const;

/** Its HTTP client asks at once, and closes when it has an answer; its TCP goes on acknowledging what comes then. */
const HTTP: Application = {
  greets: true,
  uponFin: 'closes',
  closes: { upon: 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', receives: true },
  // The beginning of a status line, as long as it may be.
  filler: 'H',
};

/**
 * iPXE, the boot firmware: a client only, which calls the tester in a loop. Each address family has a virtual machine to
 * itself, since one asks for one file at a time.
 */
export const ipxe: Stack = {
  id: 'ipxe',
  what: 'iPXE, the boot firmware, in a virtual machine: a client that only opens connections',
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const name = await versionedName();
      const [first = 4, second] = [...families].sort();
      const tap = await makeTap([first]);
      undo(() => tap.remove());
      const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-ipxe-'));
      undo(() => rm(folder, { recursive: true, force: true }));
      const machines = [{ family: first, tap: tap.name, mac: tap.targetMac }];
      if (second !== undefined) {
        const other = await makeSecondTap(tap);
        undo(() => other.remove());
        machines.push({ family: second, tap: other.name, mac: other.targetMac });
      }
      const booted = machines.map((machine) =>
        boot({
          ...machine,
          tester: tap.tester[machine.family],
          target: tap.target[machine.family],
          port: PORTS[machine.family],
          folder,
          logs,
        }),
      );
      // Those that are up are stopped also when another one is not.
      for (const machine of booted) {
        undo(() =>
          machine.then(
            ({ stop: end }) => end(),
            () => undefined,
          ),
        );
      }
      await Promise.all(booted);
      const driver = new AwaitDriver({ ports: PORTS, application: HTTP, atOnce: true });
      const { tester, target } = tap;
      return {
        name,
        families,
        tester,
        target,
        driver,
        silentClosed: true,
        width: WIDTH * families.length,
      };
    }),
};

async function versionedName(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('dpkg-query', ['--status', 'ipxe'], {
      env: labEnvironment(),
    });
    return `iPXE ${/^Version: .*git-(\d+\.\w+)/m.exec(stdout)?.[1] ?? ''}`.trim();
  } catch {
    return 'iPXE';
  }
}
