import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabUnavailable, requireTools } from '../../namespaces/enter.ts';
import { run } from '../../namespaces/run.ts';

/** A kernel with its modules. */
export interface Kernel {
  /** As in `uname -r`. */
  readonly release: string;
  readonly image: string;
  readonly modules: string;
}

/** Packages are unpacked here instead of being installed. */
const cache = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'segment-arrives', 'kernels');

/** The newest kernel of a series for virtual machines, installed or fetched; undefined without one. */
export function findKernel(series: string): Kernel | undefined {
  const folders = existsSync(cache()) ? readdirSync(cache()).map((name) => join(cache(), name)) : [];
  const found = [...folders, '/'].flatMap((root) => kernelsIn(root, series));
  return found.sort((a, b) => b.release.localeCompare(a.release, 'en', { numeric: true }))[0];
}

function kernelsIn(root: string, series: string): Kernel[] {
  const boot = join(root, 'boot');
  if (!existsSync(boot)) return [];
  return readdirSync(boot).flatMap((name) => {
    const release = /^vmlinuz-(.*-cloud-amd64)$/.exec(name)?.[1];
    if (!release?.startsWith(`${series}.`)) return [];
    const modules = [join(root, 'lib/modules', release), join(root, 'usr/lib/modules', release)].find(
      existsSync,
    );
    return modules ? [{ release, image: join(boot, name), modules }] : [];
  });
}

/** Downloads the newest Debian kernel of a series, unless there is one. Not in a lab's namespace. @throws LabUnavailable */
export async function fetchKernel(series: string): Promise<Kernel> {
  const present = findKernel(series);
  if (present) return present;
  requireTools('apt', 'apt-get');
  requireTools('dpkg', 'dpkg-deb');
  const name = await newestPackage(series);
  await mkdir(cache(), { recursive: true });
  // Renamed into place: another run never sees half a kernel.
  const draft = await mkdtemp(join(cache(), '.fetch-'));
  try {
    // Otherwise, as root, apt downloads as another user, who may not write there.
    const download = 'cd "$1" && apt-get --quiet --option APT::Sandbox::User=root download "$2"';
    await run(['sh', '-c', download, 'sh', draft, name]);
    const archive = (await readdir(draft)).find((file) => file.endsWith('.deb'));
    if (!archive) throw new LabUnavailable(`\`apt-get download ${name}\` left no package.`);
    await run(['dpkg-deb', '-x', join(draft, archive), join(draft, 'root')]);
    await rename(join(draft, 'root'), join(cache(), name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const fetched = findKernel(series);
  if (!fetched) throw new LabUnavailable(`The package ${name} has no kernel of the series ${series}.`);
  return fetched;
}

async function newestPackage(series: string): Promise<string> {
  const pattern = `^linux-image-${series.replaceAll('.', '\\.')}\\.[0-9].*-cloud-amd64$`;
  const listed = await run(['apt-cache', '--names-only', 'search', pattern]);
  const names = listed.split('\n').map((line) => line.split(' ')[0] ?? '');
  const [newest] = names
    .filter((name) => name !== '')
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest !== undefined) return newest;
  throw new LabUnavailable(
    `No package offers Linux ${series} for virtual machines: \`apt-get update\`, and on Debian 12 enable bookworm-backports first.`,
  );
}

/** A module and those that it needs, in the order of loading. */
export async function modulesFor(kernel: Kernel, name: string): Promise<{ name: string; content: Buffer }[]> {
  const files = await readdir(kernel.modules, { recursive: true });
  const wanted: { name: string; content: Buffer }[] = [];
  const load = async (module: string): Promise<void> => {
    if (wanted.some((one) => one.name === module)) return;
    const file = files.find((path) =>
      new RegExp(`/${module.replaceAll('_', '[_-]')}\\.ko(\\.xz)?$`).test(path),
    );
    // Built in.
    if (file === undefined) return;
    const content = await unpacked(join(kernel.modules, file));
    const depends = /\0depends=([^\0]*)\0/.exec(content.toString('latin1'))?.[1] ?? '';
    for (const other of depends.split(',').filter(Boolean)) await load(other);
    wanted.push({ name: module, content });
  };
  await load(name);
  return wanted;
}

async function unpacked(path: string): Promise<Buffer> {
  if (!path.endsWith('.xz')) return readFile(path);
  await mkdir(cache(), { recursive: true });
  const folder = await mkdtemp(join(cache(), '.unpack-'));
  try {
    const file = join(folder, 'module');
    await run(['sh', '-c', 'busybox unxz -c "$1" >"$2"', 'sh', path, file]);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
