import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { labEnvironment } from './enter.ts';

/** Debian packages, each with a file by which it is known to be here: a path, or a command of the PATH. */
export type PackageFiles = Readonly<Record<string, string>>;

/** What builds the programs that run on a target. */
export const COMPILER: PackageFiles = { gcc: 'cc', 'libc6-dev': '/usr/include/stdio.h' };

/** Those packages whose file is not here; asking for the file serves systems without dpkg as well. */
export function missingOf(packages: PackageFiles): string[] {
  const folders = (labEnvironment().PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const isHere = (file: string): boolean =>
    isAbsolute(file) ? existsSync(file) : folders.some((folder) => existsSync(join(folder, file)));
  return Object.entries(packages).flatMap(([name, file]) => (isHere(file) ? [] : [name]));
}
