import { constants } from 'node:os';

/** The signals by which a user or a supervisor ends a command. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As a shell counts it: 130 after Ctrl-C, 143 after SIGTERM. */
export const exitCodeAfter = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
