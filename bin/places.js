/** Where the programs of lib/ lie, from their sources or compiled. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

/** The name of a compiled program, by its source seen from the root. */
export const nameOf = (/** @type {string} */ program) =>
  `${program.replaceAll('/', '-').replace(/\.ts$/, '')}.js`;

/**
 * @param {string} program its source, seen from the root
 * @returns {Promise<string | undefined>} the compiled program; undefined where it cannot be made: nobody may write there, or a
 *   source has a mistake, which is then told by whoever runs the sources
 */
export async function builtProgram(program) {
  // The published package has no sources of programs, and nothing that compiles them.
  if (!existsSync(join(ROOT, program))) return join(DIST, nameOf(program));
  return (await import('./build.js')).build(program);
}
