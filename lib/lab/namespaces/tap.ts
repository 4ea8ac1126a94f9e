import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { LabUnavailable, requireTool } from './enter.ts';
import type { Addresses, Family } from './lab.ts';
import { deleteLink, ipBatch } from './run.ts';
import { LINK_SYSCTLS } from './sysctls.ts';

/** A link in the tester's own namespace, whose other end is a program that has opened the tap. */
export interface Tap {
  readonly name: string;
  readonly tester: Addresses;
  readonly target: Addresses;
  readonly testerMac: string;
  /** The program must use this address: the tester's neighbour entry is fixed. */
  readonly targetMac: string;
  /** Deletes the link. It also ends with the namespace. */
  remove(): Promise<void>;
}

const NAME = 'lab0';
const SECOND = 'lab1';
const DEVICE = '/dev/net/tun';
// As in a lab with a veth: documentation addresses (RFC 5737, RFC 3849).
const TESTER: Addresses = { 4: '192.0.2.1', 6: '2001:db8::1' };
const TARGET: Addresses = { 4: '192.0.2.2', 6: '2001:db8::2' };
const TESTER_MAC = '02:00:00:00:02:01';
const TARGET_MAC = '02:00:00:00:02:02';
const SECOND_TESTER_MAC = '02:00:00:00:02:03';
const SECOND_TARGET_MAC = '02:00:00:00:02:04';

/**
 * Makes a tap, for a target that is a program of its own instead of a kernel. The target's neighbour entry is fixed, so
 * that no segment waits for a resolution. To be called in a fresh network namespace; root of a user namespace may do it.
 *
 * @throws LabUnavailable
 */
export async function makeTap(families: readonly Family[]): Promise<Tap> {
  requireTool({ name: 'ip', package: 'iproute2' });
  if (Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => !one.internal))) {
    throw new LabUnavailable(
      'The lab must be made in a network namespace of its own: start this process by way of labCommand().',
    );
  }
  await access(DEVICE, constants.R_OK | constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new LabUnavailable(
      error.code === 'ENOENT'
        ? `This target needs ${DEVICE}, which is not there: load the module (\`modprobe tun\`), or give the device to this container.`
        : `This target needs ${DEVICE}, which this user may not open: \`chmod 666 ${DEVICE}\`, or run as root.`,
    );
  });
  for (const { name, value, optional } of LINK_SYSCTLS) {
    await writeFile(`/proc/sys/${name.replaceAll('.', '/')}`, String(value)).catch((error: Error) => {
      if (!optional) throw new LabUnavailable(`The sysctl ${name} could not be set: ${error.message}.`);
    });
  }
  const commands = ['link set dev lo up', `tuntap add dev ${NAME} mode tap`];
  // No link-local address, so nothing is sent that nobody asked for.
  if (families.includes(6)) commands.push(`link set dev ${NAME} addrgenmode none`);
  commands.push(`link set dev ${NAME} address ${TESTER_MAC} up`);
  for (const family of families) {
    commands.push(
      `addr add ${TESTER[family]}/${family === 4 ? '24 broadcast +' : '64 nodad'} dev ${NAME}`,
      `neigh replace ${TARGET[family]} lladdr ${TARGET_MAC} dev ${NAME} nud permanent`,
      `route replace default via ${TARGET[family]} dev ${NAME}`,
    );
  }
  // What is sent to more than one host goes out of the link as well, if only to see that it is ignored.
  if (families.includes(4)) commands.push(`route replace 224.0.0.0/4 dev ${NAME}`);
  await ipBatch(commands);
  return {
    name: NAME,
    tester: TESTER,
    target: TARGET,
    testerMac: TESTER_MAC,
    targetMac: TARGET_MAC,
    remove: () => deleteLink(NAME),
  };
}

/** A tap beside the first one, with IPv6 alone: another program is at its end. */
export async function makeSecondTap({
  tester,
  target,
}: Tap): Promise<Pick<Tap, 'name' | 'targetMac' | 'remove'>> {
  await ipBatch([
    `tuntap add dev ${SECOND} mode tap`,
    `link set dev ${SECOND} addrgenmode none`,
    `link set dev ${SECOND} address ${SECOND_TESTER_MAC} up`,
    `addr add ${tester[6]}/64 nodad dev ${SECOND}`,
    `neigh replace ${target[6]} lladdr ${SECOND_TARGET_MAC} dev ${SECOND} nud permanent`,
    `route replace default via ${target[6]} dev ${SECOND}`,
  ]);
  return { name: SECOND, targetMac: SECOND_TARGET_MAC, remove: () => deleteLink(SECOND) };
}
