import type { Stack } from '../stack.ts';
import { gvisor } from './gvisor.ts';
import { ipxe } from './ipxe.ts';
import { linux } from './linux.ts';
import { linux612 } from './linux-6.12.ts';
import { lwip } from './lwip.ts';
import { findReference, reference } from './reference.ts';
import { slirp } from './slirp.ts';

/** Every stack that the lab knows, the default first. */
export const STACKS: readonly Stack[] = [linux, lwip, gvisor, linux612, slirp, ipxe, reference];

export const findStack = (id: string): Stack | undefined =>
  STACKS.find((stack) => stack.id === id) ?? findReference(id);
