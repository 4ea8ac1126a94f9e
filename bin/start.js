import { fileURLToPath } from 'node:url';
import { builtProgram } from './places.js';

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
  process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL('../tsconfig.json', import.meta.url));
  await import('tsx');
  return import(`../${program}`);
}
