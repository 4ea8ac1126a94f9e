import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabUnavailable, requireTool } from './enter.ts';
import { run } from './run.ts';

export interface Program {
  readonly path: string;
  /** To be called after use: removes what could not be cached. */
  release(): Promise<void>;
}

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** Builds a program of one C file, once per content: later calls find it in the cache. */
export async function compile(source: string): Promise<Program> {
  const name = `${basename(source, '.c')}-${createHash('sha256')
    .update(await readFile(source))
    .update(process.arch)
    .digest('hex')
    .slice(0, 16)}`;
  const folders = [
    join(PACKAGE, '.cache'),
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'segment-arrives'),
  ];
  for (const folder of folders) {
    const path = join(folder, name);
    if (await allowed(path, constants.X_OK)) return { path, release: async () => {} };
  }

  for (const folder of folders) {
    await mkdir(folder, { recursive: true }).catch(() => {});
    if (!(await allowed(folder, constants.W_OK))) continue;
    // Renamed into place, so that another run never starts half a program.
    const fresh = join(folder, `${name}.${process.pid}-${Date.now()}`);
    await cc(source, fresh);
    await rename(fresh, join(folder, name));
    return { path: join(folder, name), release: async () => {} };
  }

  // No cache in /tmp: its names are anybody's, and root would run what another user put there.
  const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-'));
  const release = () => rm(folder, { recursive: true, force: true });
  await cc(source, join(folder, name)).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return { path: join(folder, name), release };
}

async function cc(source: string, output: string): Promise<void> {
  if (!process.env.CC) requireTool({ name: 'cc', package: 'build-essential' });
  const command = process.env.CC ?? 'cc';
  try {
    await run(command, ['-std=c99', '-O1', '-o', output, source]);
  } catch (error) {
    await rm(output, { force: true });
    throw new LabUnavailable(`The lab's helper could not be built: ${(error as Error).message}`);
  }
}

async function allowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
