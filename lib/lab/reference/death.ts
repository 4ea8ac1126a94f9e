import type { Death } from './behaviour.ts';

// As of a program that has found itself in a state that it cannot be in.
const EXIT_CODE = 70;

/** Ends this process, the whole TCP, with every connection; or leaves it where it answers nothing any more. */
export function die(death: Death): never {
  if (death === 'exits') process.exit(EXIT_CODE);
  if (death === 'crashes') process.kill(process.pid, 'SIGSEGV');
  // The signal is taken in a moment. Whoever hangs does so for good, and takes no processor time that others need.
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(nobody, 0, 0);
}
