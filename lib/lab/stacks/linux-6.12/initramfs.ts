import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildUpperTester } from '../../../target/build-agent.ts';
import { run } from '../../namespaces/run.ts';
import { LINK_SYSCTLS, TARGET_SYSCTLS } from '../../namespaces/sysctls.ts';
import type { Tap } from '../../namespaces/tap.ts';
import { cpio, FILE, FOLDER, PROGRAM } from './cpio.ts';
import { type Kernel, modulesFor } from './kernel.ts';

const DEVICE = 'eth0';
const BUSYBOX = '/bin/busybox';
const SINGLE_SEGMENTS = fileURLToPath(new URL('single-segments.c', import.meta.url));

/** A root file system in memory: busybox, the driver of the network card, and the upper tester. */
export async function initramfs(kernel: Kernel, tap: Tap, agentOptions: readonly string[]): Promise<Buffer> {
  const [busybox, agent, singleSegments, modules] = await Promise.all([
    readFile(BUSYBOX),
    buildUpperTester({ static: true }).then((path) => readFile(path)),
    buildSingleSegments(),
    modulesFor(kernel, 'virtio_net'),
  ]);
  const script = init(
    tap,
    modules.map(({ name }) => name),
    agentOptions,
  );
  return cpio([
    ...['bin', 'dev', 'modules', 'proc', 'sys'].map((name) => ({ name, mode: FOLDER })),
    { name: 'bin/busybox', mode: PROGRAM, content: busybox },
    { name: 'bin/upper-tester', mode: PROGRAM, content: agent },
    { name: 'bin/single-segments', mode: PROGRAM, content: singleSegments },
    ...modules.map(({ name, content }) => ({ name: `modules/${name}.ko`, mode: FILE, content })),
    { name: 'init', mode: PROGRAM, content: Buffer.from(script) },
  ]);
}

/** What the kernel starts first. It switches the machine off when the upper tester ends, or anything before it fails. */
function init(
  { tester, target, testerMac }: Tap,
  modules: readonly string[],
  options: readonly string[],
): string {
  const sysctls = [...LINK_SYSCTLS, ...TARGET_SYSCTLS, ...MACHINE_SYSCTLS].map(({ name, value }) => {
    const file = `/proc/sys/${name.replaceAll('.', '/')}`;
    // One that this kernel has not is optional; the lab's own namespace says which are not.
    return `[ ! -e ${file} ] || echo ${value} >${file}`;
  });
  return `#!/bin/busybox sh
set -e
/bin/busybox --install -s /bin
export PATH=/bin
trap 'poweroff -f' EXIT
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
${modules.map((name) => `insmod /modules/${name}.ko`).join('\n')}
${sysctls.join('\n')}
ip link set lo up
ip link set ${DEVICE} up
single-segments ${DEVICE}
ip addr add ${target[4]}/24 broadcast + dev ${DEVICE}
ip -6 addr add ${target[6]}/64 dev ${DEVICE}
arp -s ${tester[4]} ${testerMac}
ip route add default via ${tester[4]}
ip -6 route add default via ${tester[6]}
upper-tester ${options.join(' ')} </dev/null
`;
}

/** What a machine of its own needs on top of what every target of the lab's has. */
const MACHINE_SYSCTLS = [
  // busybox cannot pin an IPv6 neighbour: one that was found stays found.
  { name: 'net.ipv6.neigh.default.base_reachable_time_ms', value: 2 ** 30 },
  { name: `net.ipv6.neigh.${DEVICE}.base_reachable_time_ms`, value: 2 ** 30 },
  // An address serves at once: nobody else on this link can have it.
  { name: 'net.ipv6.conf.all.accept_dad', value: 0 },
  { name: `net.ipv6.conf.${DEVICE}.accept_dad`, value: 0 },
  // No link-local address, so nothing is sent that nobody asked for.
  { name: `net.ipv6.conf.${DEVICE}.addr_gen_mode`, value: 1 },
  // Debian's default serves one connection after another, and so changes the order of what leaves the machine.
  { name: 'net.core.default_qdisc', value: 'pfifo_fast' },
];

/** There is no ethtool in busybox, and no shared library where the helper is to run. */
async function buildSingleSegments(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-'));
  try {
    const path = join(folder, 'single-segments');
    await run('cc', ['-std=gnu99', '-O1', '-static', '-o', path, SINGLE_SEGMENTS]);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
