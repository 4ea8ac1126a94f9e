import { accessSync, constants } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Family } from '../../wire/index.ts';
import { LabUnavailable, requireTools } from './enter.ts';
import { deleteLink, ipBatch } from './run.ts';
import { setLinkSysctls } from './sysctls.ts';

export type Addresses = Readonly<Record<Family, string>>;

/** Documentation addresses (RFC 5737, RFC 3849): nobody has them, should a packet leak. */
export const TESTER: Addresses = { 4: '192.0.2.1', 6: '2001:db8::1' };
export const TARGET: Addresses = { 4: '192.0.2.2', 6: '2001:db8::2' };

/** A program that switches off the offloads of a link, and waits until the link is up. */
export const OFFLOADS = fileURLToPath(new URL('offloads.c', import.meta.url));

/** The name and the MAC addresses of the lab's link of that number. */
export const linkNames = (number: 0 | 1) => ({
  name: `lab${number}`,
  testerMac: `02:00:00:00:02:0${1 + 2 * number}`,
  targetMac: `02:00:00:00:02:0${2 + 2 * number}`,
});

/** @throws LabUnavailable unless this process has a network namespace of its own: a lab sets routes and addresses */
export function requireOwnNetwork(): void {
  if (!Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => !one.internal)))
    return;
  throw new LabUnavailable(
    'The lab must be made in a network namespace of its own: start this process by way of labCommand().',
  );
}

interface Endpoint {
  readonly name: string;
  readonly own: Addresses;
  readonly peer: Addresses;
  /** Absent: it is asked for. */
  readonly peerMac?: string | undefined;
  readonly families: readonly Family[];
}

/**
 * Commands of `ip -batch` for one end of a link. With a MAC address the neighbour entry is fixed, so no segment waits for address
 * resolution.
 * The default route makes replies to any address visible. The commands may be repeated after the link was down.
 */
export function endpoint({ name, own, peer, peerMac, families }: Endpoint): string[] {
  const link = `dev ${name}`;
  return [
    'link set dev lo up',
    // No link-local address: nothing is sent unasked.
    ...(families.includes(6) ? [`link set ${link} addrgenmode none`] : []),
    `link set ${link} up`,
    ...families.flatMap((family) => [
      `addr replace ${own[family]}/${family === 4 ? '24 broadcast +' : '64'} ${link}${family === 4 ? '' : ' nodad'}`,
      ...(peerMac ? [`neigh replace ${peer[family]} lladdr ${peerMac} ${link} nud permanent`] : []),
      `route replace default via ${peer[family]} ${link}`,
    ]),
  ];
}

interface Ends {
  readonly tester: Addresses;
  readonly target: Addresses;
  /** Whether the target uses the MAC address that it is given. */
  readonly isMacKnown: boolean;
}

const ENDS: Ends = { tester: TESTER, target: TARGET, isMacKnown: true };

/** The tester's end of a link, which also carries multicast, for cases that send it. */
export const testerEndpoint = (
  { name, targetMac }: { readonly name: string; readonly targetMac: string },
  families: readonly Family[],
  { tester, target, isMacKnown }: Ends = ENDS,
): string[] => [
  ...endpoint({ name, own: tester, peer: target, peerMac: isMacKnown ? targetMac : undefined, families }),
  ...(families.includes(4) ? [`route replace 224.0.0.0/4 dev ${name}`] : []),
];

/** A link in the tester's namespace. At its other end is a program that has opened the tap. */
export interface Tap {
  readonly name: string;
  readonly tester: Addresses;
  readonly target: Addresses;
  readonly testerMac: string;
  /** The program must use this address where the tester's neighbour entry is fixed. */
  readonly targetMac: string;
  /** Deletes the link. It also ends with the namespace. */
  remove(): Promise<void>;
}

const DEVICE = '/dev/net/tun';

/**
 * Makes a tap, for a target that is a program and not a kernel. Root of a user namespace may do it.
 *
 * @param number the second tap (1) has other names, and must be of another family
 * @throws LabUnavailable
 */
export async function makeTap(
  families: readonly Family[],
  number: 0 | 1 = 0,
  ends: Ends = ENDS,
): Promise<Tap> {
  const names = linkNames(number);
  if (number === 0) {
    requireTools('iproute2', 'ip');
    requireOwnNetwork();
    requireTapDevice();
    setLinkSysctls();
  }
  await ipBatch([
    `tuntap add dev ${names.name} mode tap`,
    `link set dev ${names.name} address ${names.testerMac}`,
    ...testerEndpoint(names, families, ends),
  ]);
  const { tester, target } = ends;
  return { ...names, tester, target, remove: () => deleteLink(names.name) };
}

function requireTapDevice(): void {
  try {
    accessSync(DEVICE, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new LabUnavailable(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? `This target needs ${DEVICE}, which is not there: load the module (\`modprobe tun\`), or give the device to this container.`
        : `This target needs ${DEVICE}, which this user may not open: \`chmod 666 ${DEVICE}\`, or run as root.`,
    );
  }
}
