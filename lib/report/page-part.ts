import { readFileSync } from 'node:fs';

/** A part of a page, by its path from here: a style sheet, a skeleton, a script. The published package holds them minified (bin/pack.js). */
export const pagePart = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
