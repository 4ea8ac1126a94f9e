import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { inOneFile, type System, upperTesterPath } from './upper-tester-source.ts';

const run = promisify(execFile);

const UPPER_TESTER_FLAGS = ['-std=c99', '-Wall', '-Wextra', '-pedantic', '-O2'];

/** Builds the upper tester for this machine. @param more further flags; `-static` needs no shared libraries */
export const buildUpperTester = (...more: readonly string[]): Promise<string> =>
  buildUpperTesterFor('posix', more);

/** The same for another system or stack. @param more further flags and C files */
export const buildUpperTesterFor = (
  system: System,
  more: readonly string[],
  language = C(),
): Promise<string> =>
  compile(upperTesterPath(system), [...UPPER_TESTER_FLAGS, ...more], language, 'upper-tester');

interface Language {
  readonly compiler: string;
  /** What to install where there is no compiler. */
  readonly packages: string;
}

const C = (): Language => ({ compiler: process.env.CC || 'cc', packages: 'gcc libc6-dev' });
export const CXX = (): Language => ({ compiler: process.env.CXX || 'c++', packages: 'g++' });

/**
 * Builds a C or C++ program on first use, and keeps it in the user's cache. What it includes of its own is written into it first.
 *
 * @param flags the compiler's, and further C files
 * @returns the program's path
 * @throws Error that says what to install, or what the compiler said
 */
export async function compile(
  source: string,
  flags: readonly string[],
  { compiler, packages }: Language = C(),
  name = basename(source, extname(source)),
): Promise<string> {
  const text = inOneFile(source);
  const contents = [text, ...flags.filter((flag) => flag.endsWith('.c')).map(inOneFile)];
  const version = await versionOf(compiler, packages);
  const hash = createHash('sha256');
  for (const part of [...contents, flags.join('\0'), version, process.arch]) hash.update(part).update('\0');
  const path = join(await cacheFolder(), `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (await allows(path, constants.X_OK)) return path;

  // Renamed into place: another run never starts half a program.
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const written = `${draft}${extname(source)}`;
  try {
    await writeFile(written, text);
    // The source before the flags, which have the libraries.
    await run(compiler, ['-iquote', dirname(source), '-o', draft, written, ...flags]);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`${name} does not build:\n${stderr.trim() || message}`);
  } finally {
    await rm(written, { force: true });
  }
  return path;
}

async function versionOf(compiler: string, packages: string): Promise<string> {
  try {
    return (await run(compiler, ['--version'])).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`the compiler \`${compiler}\` is missing: apt-get install ${packages}`);
  }
}

/** The user's cache, or else a folder in the temporary one, which no other user may own. */
async function cacheFolder(): Promise<string> {
  const usual = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'segment-arrives');
  await mkdir(usual, { recursive: true }).catch(() => {});
  if (await allows(usual, constants.W_OK | constants.X_OK)) return usual;
  const user = process.getuid?.();
  const fallback = join(tmpdir(), `segment-arrives-${user ?? 'user'}`);
  await mkdir(fallback, { recursive: true, mode: 0o700 });
  if (user !== undefined && (await lstat(fallback)).uid !== user) {
    throw new Error(`${fallback} belongs to another user; set XDG_CACHE_HOME to a folder of your own`);
  }
  return fallback;
}

const allows = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
