import type { Stack } from './stack.ts';
import { gvisor } from './gvisor.ts';
import { ipxe } from './ipxe.ts';
import { linux } from './linux.ts';
import { linux612 } from './linux-6.12/linux-6.12.ts';
import { lwip, lwipRaw } from './lwip.ts';
import { ns3 } from './ns3/ns3.ts';
import { passt } from './passt/passt.ts';
import { findReference, reference, unknownVariant } from './reference.ts';
import { slirp } from './slirp/slirp.ts';
import { v86 } from './v86/v86.ts';
import { wine } from './wine.ts';

/** Every stack that the lab knows, the default first. */
export const STACKS: readonly Stack[] = [
  linux,
  lwip,
  lwipRaw,
  gvisor,
  linux612,
  slirp,
  passt,
  ns3,
  ipxe,
  v86,
  wine,
  reference,
];

/** The stack of that id, a variant of the reference included; undefined where there is none. */
export const findStack = async (id: string): Promise<Stack | undefined> =>
  STACKS.find((stack) => stack.id === id) ?? (await findReference(id));

/** What is wrong with an id that no stack has. */
export const unknownStack = async (id: string): Promise<string> =>
  (await unknownVariant(id)) ??
  `unknown stack ${id}; the stacks are ${STACKS.map((one) => one.id).join(', ')}`;
