export { LabUnavailable, labCommand, labEnvironment } from './namespaces/enter.ts';
export { Lab, type LabOptions } from './namespaces/lab.ts';
export { findStack, STACKS } from './stacks/index.ts';
export { type LinuxTarget, startLinuxTarget } from './stacks/linux.ts';
export type { RunningTarget, Stack, StackOptions } from './stacks/stack.ts';
