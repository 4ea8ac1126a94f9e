export { LabUnavailable, labCommand, labEnvironment } from './enter.ts';
export { Lab, type LabOptions } from './lab.ts';
export { type LinuxTarget, startLinuxTarget } from './linux-target.ts';
export type { RunningTarget, Stack, StackOptions } from './stack.ts';
export { findStack, STACKS } from './stacks/index.ts';
