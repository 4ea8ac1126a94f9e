import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { LabUnavailable, requireTool } from './enter.ts';
import { run } from './run.ts';

export interface Program {
  readonly path: string;
  /** To be called after use: removes what could not be cached. */
  release(): Promise<void>;
}

/** Builds a program of one C file, once per content: later calls find it in the cache. */
export async function compile(source: string): Promise<Program> {
  const name = `${basename(source, '.c')}-${createHash('sha256')
    .update(await readFile(source))
    .update(process.arch)
    .digest('hex')
    .slice(0, 16)}`;
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'segment-arrives');
  const cached = join(folder, name);
  const kept: Program = { path: cached, release: async () => {} };
  if (await allowed(cached, constants.X_OK)) return kept;
  await mkdir(folder, { recursive: true }).catch(() => {});
  if (await allowed(folder, constants.W_OK | constants.X_OK)) {
    // Renamed into place, so that another run never starts half a program.
    const fresh = `${cached}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await cc(source, fresh);
    await rename(fresh, cached);
    return kept;
  }

  // No cache in /tmp: its names are anybody's, and root would run what another user put there.
  const passing = await mkdtemp(join(tmpdir(), 'segment-arrives-'));
  const release = () => rm(passing, { recursive: true, force: true });
  await cc(source, join(passing, name)).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return { path: join(passing, name), release };
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
