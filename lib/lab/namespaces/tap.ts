import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { LabUnavailable, requireTool } from './enter.ts';
import type { Addresses, Family } from './lab.ts';
import { run } from './run.ts';
import { LINK_SYSCTLS } from './sysctls.ts';

/** A link in the tester's own namespace, whose other end is a program that has opened the tap. */
export interface Tap {
  readonly name: string;
  readonly tester: Addresses;
  readonly target: Addresses;
  readonly testerMac: string;
  /** That the program must use: the tester takes it for granted. */
  readonly targetMac: string;
  /** Takes the link away; without, it goes with the namespace. */
  remove(): Promise<void>;
}

const NAME = 'lab0';
const DEVICE = '/dev/net/tun';
// As in a lab with a veth: documentation addresses (RFC 5737, RFC 3849).
const TESTER: Addresses = { 4: '192.0.2.1', 6: '2001:db8::1' };
const TARGET: Addresses = { 4: '192.0.2.2', 6: '2001:db8::2' };
const TESTER_MAC = '02:00:00:00:02:01';
const TARGET_MAC = '02:00:00:00:02:02';

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
  await run('ip', ['-batch', '-'], commands.map((command) => `${command}\n`).join(''));
  return {
    name: NAME,
    tester: TESTER,
    target: TARGET,
    testerMac: TESTER_MAC,
    targetMac: TARGET_MAC,
    remove: async () => {
      await run('ip', ['link', 'delete', NAME]).catch(() => {});
    },
  };
}
