/**
 * The programs of lib/, compiled once and kept until a source changes: to compile them takes longer than most commands.
 *
 * A build lies in .cache/build/HASH, where HASH is that of all that went into it. It is looked at at each start, so a build that
 * is older than its sources never runs; one that is under way keeps its own folder. The published package has its programs in dist/
 * (see pack.js), and this file is not in it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { nameOf, ROOT } from './places.js';

const BUILDS = join(ROOT, '.cache/build');
const INPUTS = join(BUILDS, 'inputs.json');
/** What is started as a process of its own, and what own suites import. */
export const PROGRAMS = [
  'lib/api.ts',
  'lib/catalogue/catalogue.ts',
  'lib/cli/main.ts',
  'lib/cli/serve-reference.ts',
  'lib/explore/worker.ts',
  'lib/lab/reference/main.ts',
  'lib/runner/worker.ts',
];
// Loaded as they are installed: native, or with files of their own beside them.
const EXTERNAL = ['esbuild', 'mocha', 'mochawesome'];
// Whoever runs an earlier one may still load a part of it.
const KEPT = 8;

/**
 * @param {string} program its source, seen from the root
 * @returns {Promise<string | undefined>} the compiled program; undefined where it cannot be made
 */
export async function build(program) {
  try {
    return join(BUILDS, currentBuild() ?? (await makeBuild()), nameOf(program));
  } catch {
    return undefined;
  }
}

/** The build that the sources of now would make, where it is there. */
function currentBuild() {
  try {
    const build = hashOf(JSON.parse(readFileSync(INPUTS, 'utf8')));
    return statSync(join(BUILDS, build)).isDirectory() ? build : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly string[]} inputs seen from the root
 * @param {ReadonlyMap<string, Buffer>} known what was read of them already
 */
function hashOf(inputs, known = new Map()) {
  const hash = createHash('sha1');
  for (const input of inputs) {
    const path = join(ROOT, input);
    hash.update(`\0${input}\0`).update(known.get(path) ?? readFileSync(path));
  }
  return hash.digest('hex');
}

async function makeBuild() {
  // A source may change while it is compiled: the build goes by what was read.
  const known = new Map();
  const { outputFiles, metafile } = await compile(PROGRAMS, join(BUILDS, 'next'), known);
  const inputs = inputsOf(metafile, known);
  const build = hashOf(inputs, known);
  const part = join(BUILDS, `${process.pid}.part`);
  mkdirSync(part, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(part, basename(path)), contents);
  try {
    renameSync(part, join(BUILDS, build));
  } catch {
    // Somebody else has made the same one meanwhile.
    rmSync(part, { recursive: true, force: true });
  }
  writeFileSync(`${INPUTS}.${process.pid}`, JSON.stringify(inputs));
  renameSync(`${INPUTS}.${process.pid}`, INPUTS);
  removeOldBuilds();
  return build;
}

/**
 * @param {readonly string[]} programs their sources, seen from the root
 * @param {string} outdir below the root; nothing is written there
 * @param {Map<string, Buffer>} known takes what was read
 * @param {import('esbuild').BuildOptions} options further ones
 */
export async function compile(programs, outdir, known = new Map(), options = {}) {
  const esbuild = await import('esbuild');
  const built = await esbuild.build(optionsOf(esbuild, programs, outdir, known, options));
  // Its service would stay beside us, as large as all the rest.
  await esbuild.stop();
  return built;
}

/** The page of results holds a program of its own: what makes it at run time becomes the text of that program. */
function compilePage({ onLoad }, esbuild, known) {
  onLoad({ filter: /\/lib\/report\/matrix\/page-script\.ts$/ }, async ({ path }) => {
    const options = join(dirname(path), 'page/esbuild.json');
    known.set(path, readFileSync(path));
    known.set(options, readFileSync(options));
    const { outputFiles, metafile } = await esbuild.build({
      ...JSON.parse(known.get(options)),
      ...{ absWorkingDir: dirname(options), write: false, metafile: true, logLevel: 'silent' },
    });
    for (const input of Object.keys(metafile.inputs)) {
      const source = join(dirname(options), input);
      known.set(source, readFileSync(source));
    }
    return { contents: `export const pageScript = () => ${JSON.stringify(outputFiles[0].text)};` };
  });
}

const optionsOf = (esbuild, programs, outdir, known, { plugins = [], ...options } = {}) => ({
  absWorkingDir: ROOT,
  entryPoints: programs.map((program) => ({ in: program, out: nameOf(program).slice(0, -3) })),
  outdir,
  ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
  ...{ sourcemap: true, sourcesContent: false, write: false, metafile: true, logLevel: 'silent' },
  external: EXTERNAL,
  // For the packages that are CommonJS.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  ...options,
  plugins: [
    ...plugins,
    { name: 'page', setup: (build) => compilePage(build, esbuild, known) },
    { name: 'sources', setup: (build) => readSources(build, known, relative(outdir, ROOT)) },
  ],
});

/**
 * Compiles a program again and again, each time only what has changed.
 *
 * @param {string} program its source, seen from the root
 * @returns {Promise<{ load(): Promise<any>, end(): Promise<void> }>} `load` loads it as its sources are now, and fails where one has
 *   a mistake
 */
export async function reloader(program) {
  const esbuild = await import('esbuild');
  const folder = join(ROOT, '.cache/watch');
  const options = { splitting: false, sourcemap: /** @type {const} */ ('inline') };
  const compiled = await esbuild.context(optionsOf(esbuild, [program], folder, new Map(), options));
  let count = 0;
  let building = Promise.resolve();
  return {
    async load() {
      // A rebuild that is asked for during another one is that other one: it has read the sources as they were before.
      const rebuilt = building.then(() => compiled.rebuild());
      building = rebuilt.then(
        () => {},
        () => {},
      );
      const { outputFiles } = await rebuilt;
      count += 1;
      const path = join(folder, `${process.pid}-${count}.js`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, outputFiles?.[0]?.contents ?? '');
      try {
        return await import(path);
      } finally {
        rmSync(path);
      }
    },
    async end() {
      await compiled.dispose();
      await esbuild.stop();
    },
  };
}

/** Sources are read by their contents; a package by its version. */
function inputsOf({ inputs }, known) {
  const read = [...known.keys()].map((path) => relative(ROOT, path));
  const files = [...Object.keys(inputs), ...read].map((input) => {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    return folder ? `${folder}/package.json` : input;
  });
  return [...new Set([...files, 'bin/build.js'])].sort();
}

/** What a module asks of its own place (`import.meta.url`) is the place of its source. */
function readSources({ onLoad }, known, root) {
  onLoad({ filter: /\.(ts|js|json)$/ }, ({ path }) => {
    if (path.includes('/node_modules/')) return undefined;
    const octets = readFileSync(path);
    known.set(path, octets);
    const place = JSON.stringify(`${root}/${path.slice(ROOT.length)}`);
    const contents = octets
      .toString()
      .replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`);
    return { contents, loader: extname(path).slice(1) };
  });
}

function removeOldBuilds() {
  const builds = readdirSync(BUILDS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ path: join(BUILDS, name), at: statSync(join(BUILDS, name)).mtimeMs }))
    .sort((one, other) => other.at - one.at);
  for (const { path } of builds.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
