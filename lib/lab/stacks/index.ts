import type { Stack } from '../stack.ts';
import { linux } from './linux.ts';
import { lwip } from './lwip.ts';
import { findReference, reference } from './reference.ts';

/** Every stack that the lab knows, the default first. */
export const STACKS: readonly Stack[] = [linux, lwip, reference];

export const findStack = (id: string): Stack | undefined =>
  STACKS.find((stack) => stack.id === id) ?? findReference(id);
