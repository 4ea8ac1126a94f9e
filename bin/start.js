import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, ROOT } from './places.js';

/**
 * Loads a program of lib/: as it was compiled, with the stacks of its errors in terms of the sources; or else the source itself.
 *
 * @param {string} program its source, seen from the root
 */
export async function start(program) {
  const built = await builtProgram(program);
  if (built) {
    process.setSourceMapsEnabled(true);
    return import(built);
  }
  // tsx reads the nearest tsconfig.json of the working directory otherwise, which is somebody else's.
  process.env.TSX_TSCONFIG_PATH ??= join(ROOT, 'tsconfig.json');
  await import('tsx');
  return import(`../${program}`);
}

/**
 * @param {string} program its source, seen from the root
 * @returns {Promise<string | undefined>} the compiled program; undefined where it cannot be made: nobody may write there, or a
 *   source has a mistake, which is then told by whoever runs the sources
 */
export async function builtProgram(program) {
  // The published package has no sources of programs, and nothing that compiles them.
  if (!existsSync(join(ROOT, program))) return join(ROOT, 'dist', nameOf(program));
  return (await import('./build.js')).build(program);
}
