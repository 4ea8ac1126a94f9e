import { readFile } from 'node:fs/promises';
import { buildUpperTester, compile } from '../../../compile.ts';
import { OFFLOADS, type Tap } from '../../namespaces/link.ts';
import { fileOfSysctl, LINK_SYSCTLS, TARGET_SYSCTLS } from '../../namespaces/sysctls.ts';
import { type Kernel, modulesFor } from './kernel.ts';

const DEVICE = 'eth0';
const BUSYBOX = '/bin/busybox';

/** The root file system, a cpio archive: busybox, the network card's driver, and the upper tester. */
export async function initramfs(kernel: Kernel, tap: Tap, agentOptions: readonly string[]): Promise<Buffer> {
  // There are no shared libraries, and busybox has no ethtool.
  const programs = await Promise.all([
    readFile(BUSYBOX),
    buildUpperTester('-static').then((path) => readFile(path)),
    compile(OFFLOADS, ['-std=c99', '-O1', '-static']).then((path) => readFile(path)),
  ]);
  const modules = await modulesFor(kernel, 'virtio_net');
  const script = init(
    tap,
    modules.map(({ name }) => name),
    agentOptions,
  );
  const members = [
    ...['bin', 'dev', 'modules', 'proc', 'sys'].map((name) => ({ name, mode: FOLDER })),
    ...['busybox', 'upper-tester', 'offloads'].map((name, index) => ({
      ...{ name: `bin/${name}`, mode: PROGRAM, content: programs[index] },
    })),
    ...modules.map(({ name, content }) => ({ name: `modules/${name}.ko`, mode: FILE, content })),
    { name: 'init', mode: PROGRAM, content: Buffer.from(script) },
  ];
  const archive = members.flatMap((one, index) => member(one, index + 1));
  return Buffer.concat([...archive, ...member({ name: 'TRAILER!!!', mode: 0 }, 0)]);
}

/** The first program. It powers the machine off when the upper tester ends, or anything before it fails. */
function init(
  { tester, target, testerMac }: Tap,
  modules: readonly string[],
  options: readonly string[],
): string {
  const sysctls = [...LINK_SYSCTLS, ...TARGET_SYSCTLS, ...MACHINE_SYSCTLS].map(({ name, value }) => {
    const file = fileOfSysctl(name);
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
offloads ${DEVICE} generic-receive-offload
ip addr add ${target[4]}/24 broadcast + dev ${DEVICE}
ip -6 addr add ${target[6]}/64 dev ${DEVICE}
arp -s ${tester[4]} ${testerMac}
ip route add default via ${tester[4]}
ip -6 route add default via ${tester[6]}
upper-tester ${options.join(' ')} </dev/null
`;
}

/** What a machine of its own needs beyond the sysctls of every target. */
const MACHINE_SYSCTLS = [
  // busybox cannot fix an IPv6 neighbour entry. This keeps one that was found.
  { name: 'net.ipv6.neigh.default.base_reachable_time_ms', value: 2 ** 30 },
  { name: `net.ipv6.neigh.${DEVICE}.base_reachable_time_ms`, value: 2 ** 30 },
  // No duplicate address detection: addresses are usable at once.
  { name: 'net.ipv6.conf.all.accept_dad', value: 0 },
  { name: `net.ipv6.conf.${DEVICE}.accept_dad`, value: 0 },
  // No link-local address: nothing is sent unasked.
  { name: `net.ipv6.conf.${DEVICE}.addr_gen_mode`, value: 1 },
  // Debian's default is fair among connections, and so reorders segments of different ones.
  { name: 'net.core.default_qdisc', value: 'pfifo_fast' },
];

// As in st_mode: type and permissions.
const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const FILE = 0o100644;

interface Member {
  /** Without a leading slash. Folders come before what is in them. */
  readonly name: string;
  readonly mode: number;
  readonly content?: Uint8Array | undefined;
}

/** A member of a cpio archive in the "new ASCII" format. */
function member({ name, mode, content = new Uint8Array() }: Member, inode: number): Uint8Array[] {
  const path = Buffer.from(`${name}\0`);
  const links = 1;
  const [user, group, time, devices, check] = [0, 0, 0, [0, 0, 0, 0], 0];
  const fields = [inode, mode, user, group, links, time, content.length, ...devices, path.length, check];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  const head = Buffer.concat([Buffer.from(header), path]);
  return [head, padding(head.length), content, padding(content.length)];
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);
