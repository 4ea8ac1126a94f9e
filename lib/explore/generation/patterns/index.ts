import type { Sequence } from '../../sequence.ts';
import type { Drawing } from '../course.ts';
import { headers } from './headers.ts';
import { nagle } from './nagle.ts';
import { opens } from './opens.ts';
import { opensAgain } from './opens-again.ts';
import { reopening } from './reopening.ts';
import { halfOpen, sideBySide } from './side-by-side.ts';
import { sizes } from './sizes.ts';
import { TIMERS } from './timers.ts';
import { urgent } from './urgent.ts';
import { windows } from './windows.ts';

/** Makes a sequence of a certain kind; undefined where the target cannot play it. */
export type Pattern = (drawing: Drawing) => Sequence | undefined;

/** Those that wait for timers, in turn. */
export const PATIENT: readonly Pattern[] = TIMERS;

/** What steps by chance seldom come to, in turn; each once at first. */
export const QUICK: readonly Pattern[] = [
  ...[halfOpen, sizes, reopening, sideBySide, opens, sideBySide, nagle, headers, windows, opensAgain],
  ...[urgent, sizes, sideBySide, sideBySide, reopening, sideBySide, sideBySide],
];
