/** Builds the upper tester for this machine on first use, and keeps it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SOURCE = fileURLToPath(new URL('../../agent/upper-tester.c', import.meta.url));
const FLAGS = ['-std=c99', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-O2'];
const COMPILER = 'cc';

export interface UpperTesterBuild {
  /** Further compiler flags, `-fsanitize=address` for example. */
  flags?: readonly string[];
  /** Without shared libraries, for a root file system that holds nothing else. */
  static?: boolean;
}

const compilerVersion = async (): Promise<string> => {
  try {
    return (await run(COMPILER, ['--version'])).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('building the upper tester needs a C compiler: apt-get install gcc libc6-dev');
  }
};

const writable = async (folder: string): Promise<boolean> => {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** What is run from the shared temporary folder, the last resort, must not be another user's. */
const cacheFolder = async (): Promise<string> => {
  const { XDG_CACHE_HOME } = process.env;
  const usual = join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'segment-arrives');
  if (await writable(usual)) return usual;
  const user = process.getuid?.();
  const fallback = join(tmpdir(), `segment-arrives-${user ?? 'user'}`);
  await mkdir(fallback, { recursive: true, mode: 0o700 });
  if (user !== undefined && (await lstat(fallback)).uid !== user) {
    throw new Error(`${fallback} belongs to somebody else; set XDG_CACHE_HOME to a folder of your own`);
  }
  return fallback;
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of an upper tester built from the present source, with the present compiler and these flags. */
export const buildUpperTester = async (build: UpperTesterBuild = {}): Promise<string> => {
  const flags = [...FLAGS, ...(build.static ? ['-static'] : []), ...(build.flags ?? [])];
  const [source, version] = await Promise.all([readFile(SOURCE), compilerVersion()]);
  const hash = createHash('sha256');
  for (const part of [source, flags.join('\0'), version, process.arch]) hash.update(part).update('\0');
  const path = join(await cacheFolder(), `upper-tester-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(path)) return path;

  // Two runs may build at once: each under a name of its own, and the last rename wins with the same content.
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await run(COMPILER, [...flags, '-o', draft, SOURCE]);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`the upper tester does not build:\n${stderr.trim() || message}`);
  }
  return path;
};
