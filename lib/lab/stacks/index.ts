import type { Stack } from '../stack.ts';
import { linux } from './linux.ts';
import { lwip } from './lwip.ts';

/** Every stack that the lab knows, the default first. */
export const STACKS: readonly Stack[] = [linux, lwip];

export const findStack = (id: string): Stack | undefined => STACKS.find((stack) => stack.id === id);
