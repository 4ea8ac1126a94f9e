import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { startInSteps } from '../../cleanups.ts';
import { buildUpperTester } from '../../compile.ts';
import { type Driver, type Handle, withMembers } from '../../target/driver.ts';
import { COMPILER, LabUnavailable, missingOf } from '../namespaces/enter.ts';
import { Lab } from '../namespaces/lab.ts';
import { versionIn } from '../namespaces/run.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { drivenBy, startUpperTester, upperTesterOptions } from './upper-tester-process.ts';

const PACKAGES = { ...COMPILER, runsc: 'runsc' };
const AGENT = '/upper-tester';
// Its link endpoint has a receive ring of 32 frames. Longer bursts are lost.
const WIDTH = 16;

/**
 * Runs in mount and process namespaces of runsc's own. A killed run leaves nothing: the processes end with the first one, and
 * the files are on a file system that ends with it too.
 *
 * An empty file system covers /proc/sys/net: since Linux 5.9, a file there makes runsc believe that it is in the machine's
 * own network namespace.
 */
const SCRIPT = `set -e
exec 3<"$1"
mount -t tmpfs none /proc/sys/net
mount -t tmpfs none "$2"
mkdir "$2/rootfs" "$2/rootfs/proc"
cat <&3 >"$2/rootfs${AGENT}"
exec 3<&-
chmod 755 "$2/rootfs${AGENT}"
printf %s "$3" >"$2/config.json"
shift
cd "$1"
exec runsc --root "$1/state" --platform=ptrace --network=sandbox --ignore-cgroups \\
  --gso=false --software-gso=false --rx-checksum-offload=false run --bundle "$1" segment-arrives
`;

/** gVisor's netstack behind the lab's veth, which runsc takes over. */
export const gvisor: Stack = {
  id: 'gvisor',
  what: "gVisor's netstack, the TCP of a sandbox written in Go",
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      await requireRoot();
      const program = await buildUpperTester('-static');
      const version = await versionIn(/version\s+(?:release-)?(\S+)/, ['runsc', '--version']);
      const name = `gVisor ${version}`.trim();
      const lab = await Lab.create({ families });
      undo(() => lab.dispose());
      const bundle = (port: number): string =>
        JSON.stringify(bundleOf([AGENT, ...upperTesterOptions(lab, port)]));
      const agent = await startUpperTester({
        what: 'The upper tester in gVisor',
        words: (port) => [
          ...lab.entering,
          ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
          ...['sh', '-c', SCRIPT, 'runsc', program, tmpdir(), bundle(port)],
        ],
        patienceMs: 15_000,
        log: 'gvisor',
        logs,
        // runsc took the addresses off the link.
        beforeRestart: () => lab.linkUp(),
      });
      const running = await drivenBy(agent, lab, undo);
      return { ...running, name, driver: closingActiveOpens(running.driver), width: WIDTH };
    }),
};

/** An OCI bundle: one program in the network namespace of runsc, which is process 1 of its own namespace. */
function bundleOf(args: readonly string[]): object {
  return {
    ociVersion: '1.0.0',
    process: {
      user: { uid: 0, gid: 0 },
      args,
      env: [],
      cwd: '/',
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 4096, hard: 4096 }],
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'target',
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      namespaces: [
        { type: 'network', path: '/proc/1/ns/net' },
        { type: 'pid' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'mount' },
      ],
    },
  };
}

/** runsc must be root of the machine. Root of a user namespace may not trace and change roots as it needs to. */
async function requireRoot(): Promise<void> {
  const [line = ''] = (await readFile('/proc/self/uid_map', 'utf8')).split('\n');
  const [inside, outside] = line.trim().split(/\s+/);
  if (process.getuid?.() === 0 && inside === '0' && outside === '0') return;
  throw new LabUnavailable('gVisor needs root: run this as root, not in a user namespace.');
}

/**
 * Releases connections that the target opened by CLOSE. In the gVisor of 2022, ABORT in SYN-RECEIVED is a nil dereference
 * (`resetConnectionLocked` without a sender), and the whole sandbox ends.
 */
function closingActiveOpens(driver: Driver): Driver {
  const active = new Set<number>();
  const connect: Driver['connect'] = async (...destination) => {
    const handle = await driver.connect(...destination);
    active.add(handle.socketId);
    return handle;
  };
  const close = (handle: Handle): Promise<void> => {
    active.delete(handle.socketId);
    return driver.close(handle);
  };
  const release: Driver['release'] = async (testerPort, handle) => {
    // The peer may have closed it already.
    if (handle && active.has(handle.socketId)) await close(handle).catch(() => undefined);
    else await driver.release(testerPort, handle);
  };
  return withMembers(driver, { connect, close, release });
}
