import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The name of a compiled program, by its source seen from the root. */
export const nameOf = (/** @type {string} */ program) =>
  `${program.replaceAll('/', '-').replace(/\.ts$/, '')}.js`;
