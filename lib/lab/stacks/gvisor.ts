import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { startInSteps } from '../../cleanups.ts';
import { buildUpperTester } from '../../target/build-agent.ts';
import type { Driver, Handle } from '../../target/driver.ts';
import { LabUnavailable, labEnvironment } from '../namespaces/enter.ts';
import { Lab } from '../namespaces/lab.ts';
import { COMPILER, missingOf } from '../namespaces/packages.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { drivenBy, startUpperTester, upperTesterOptions } from './upper-tester-process.ts';

const PACKAGES = { ...COMPILER, runsc: 'runsc' };
const AGENT = '/upper-tester';
// Its link endpoint has a receive ring of 32 frames: what comes in a longer burst is lost.
const WIDTH = 16;
const PATIENCE_MS = 15_000;

/**
 * What is done in mount and process namespaces of runsc's own. Everything that it starts ends with the first process in
 * there, and all files are on a file system that goes with it: a killed run leaves neither behind.
 *
 * The file system over /proc/sys/net hides what runsc takes for the mark of the machine's own network: kernels since 5.9
 * show the file that it looks for in every network namespace.
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
      const [program, name] = await Promise.all([buildUpperTester({ static: true }), versionedName()]);
      const lab = await Lab.create({ families });
      undo(() => lab.dispose());
      const { tester, target } = lab;
      const bundle = (port: number): string =>
        JSON.stringify(bundleOf([AGENT, ...upperTesterOptions(tester, target, families, port)]));
      const agent = await startUpperTester({
        what: 'The upper tester in gVisor',
        words: (port) => [
          ...lab.entering,
          ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
          ...['sh', '-c', SCRIPT, 'runsc', program, tmpdir(), bundle(port)],
        ],
        patienceMs: PATIENCE_MS,
        log: logs === undefined ? undefined : { folder: logs, name: 'gvisor' },
      });
      const running = await drivenBy(agent, { families, tester, target }, undo);
      // runsc has taken the addresses off the link: what it is started on once more must have them again.
      const restart = async (): Promise<void> => {
        await agent.stop();
        await lab.linkUp();
        await agent.restart();
      };
      return { ...running, restart, name, driver: closingActiveOpens(running.driver), width: WIDTH };
    }),
};

/** An OCI bundle's description: one program in the network namespace of runsc, which is the first process of its own. */
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

/** runsc must be root of the machine: to trace and to change roots, root of a user namespace is not enough for it. */
async function requireRoot(): Promise<void> {
  const [line = ''] = (await readFile('/proc/self/uid_map', 'utf8')).split('\n');
  const [inside, outside] = line.trim().split(/\s+/);
  if (process.getuid?.() === 0 && inside === '0' && outside === '0') return;
  throw new LabUnavailable('gVisor needs root: run this as root, not in a user namespace.');
}

async function versionedName(): Promise<string> {
  const { stdout } = await promisify(execFile)('runsc', ['--version'], { env: labEnvironment() });
  const version = /version\s+(?:release-)?(\S+)/.exec(stdout)?.[1];
  return `gVisor ${version ?? ''}`.trim();
}

/**
 * Lets go of connections that the target opened by closing them. To abort one in SYN-RECEIVED is a nil dereference in the
 * gVisor of 2022 (`resetConnectionLocked` before there is a sender), and the whole sandbox ends with it.
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
    // It may be gone already, closed by its peer.
    if (handle && active.has(handle.socketId)) await close(handle).catch(() => undefined);
    else await driver.release(testerPort, handle);
  };
  const own = new Map<PropertyKey, unknown>(Object.entries({ connect, close, release }));
  return new Proxy(driver, {
    get(target, name) {
      if (own.has(name)) return own.get(name);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
