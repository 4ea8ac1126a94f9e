import manifest from '../package.json' with { type: 'json' };

/** The version of the suite: part of every result. */
export const version: string = manifest.version;
