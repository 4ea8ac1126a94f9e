/** `node bin/program.js lib/runner/worker.ts ...`: a program of lib/ as a process of its own. */
import { start } from './start.js';

const [program] = process.argv.splice(2, 1);
await start(/** @type {string} */ (program));
