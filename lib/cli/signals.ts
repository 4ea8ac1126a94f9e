import { constants } from 'node:os';

/** The signals that end a command. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The exit code of a shell: 130 after Ctrl-C, 143 after SIGTERM. */
export const exitCodeAfter = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
