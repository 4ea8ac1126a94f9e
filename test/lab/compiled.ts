import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, '.cache/scripts');
/** Whatever a script of the tests may import, and what compiles it. */
const SOURCES = ['agent', 'bench', 'bin', 'lib', 'suites', 'test'];
const OTHERS = ['package-lock.json', 'tsconfig.json'];
// Another run may still start from an earlier one.
const KEPT = 4;

interface Compiler {
  compile(
    programs: readonly string[],
    outdir: string,
  ): Promise<{ outputFiles: readonly { path: string; contents: Uint8Array }[] }>;
}

/** Of all sources, as they were when the first script was asked for. */
let hash: string | undefined;

function hashOfSources(): string {
  const made = createHash('sha1');
  const folders = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  for (const name of [...folders, ...OTHERS].filter((one) => /\.(ts|js|json)$/.test(one)).sort())
    made.update(`\0${name}\0`).update(readFileSync(join(ROOT, name)));
  return made.digest('hex');
}

const known = new Map<string, Promise<string>>();
/** One after the other: the compiler's service ends with each. */
let last: Promise<unknown> = Promise.resolve();

/**
 * A script of the tests as one that Node runs as it is. To start it takes a third of the processor time that tsx needs to load its
 * sources. It is compiled again when any source has changed.
 *
 * @returns its path
 */
export function compiled(script: URL): Promise<string> {
  const source = relative(ROOT, fileURLToPath(script));
  let made = known.get(source);
  if (!made) {
    made = last.then(() => make(source));
    last = made.catch(() => {});
    known.set(source, made);
  }
  return made;
}

async function make(source: string): Promise<string> {
  hash ??= hashOfSources();
  const name = source.replaceAll('/', '-').replace(/\.ts$/, '');
  const folder = join(FOLDER, hash, name);
  const program = join(folder, `${name}.js`);
  if (existsSync(program)) return program;
  const { compile } = (await import(new URL('../../bin/build.js', import.meta.url).href)) as Compiler;
  const { outputFiles } = await compile([source], folder);
  const part = join(FOLDER, hash, `${name}.${process.pid}.part`);
  mkdirSync(part, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(part, basename(path)), contents);
  try {
    renameSync(part, folder);
  } catch {
    // Somebody else has compiled the same meanwhile.
    rmSync(part, { recursive: true, force: true });
  }
  removeOld();
  return program;
}

function removeOld(): void {
  const age = (name: string) => statSync(join(FOLDER, name)).mtimeMs;
  const others = readdirSync(FOLDER).filter((name) => name !== hash);
  for (const name of others.sort((one, other) => age(other) - age(one)).slice(KEPT - 1))
    rmSync(join(FOLDER, name), { recursive: true, force: true });
}
