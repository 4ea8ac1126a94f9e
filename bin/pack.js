/** Makes dist/, which the published package has in place of the sources. npm runs this before it packs, and removes dist/ afterwards. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, PROGRAMS, ROOT } from './build.js';

const DIST = join(ROOT, 'dist');
const MODULES = join(ROOT, 'node_modules');
// What a compiler and a loader need of it, and its licence.
const RAW_SOCKET = ['index.js', 'package.json', 'README.md', 'src'];

/** The reference with a single fault tests the suite, and nobody else's TCP. */
const withoutMutants = {
  name: 'without mutants',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/bench\/mutants\/index\.ts$/ }, () => ({
      contents: 'export const MUTANTS = []; export const findMutant = () => undefined;',
    })),
};

rmSync(DIST, { recursive: true, force: true });
const { outputFiles } = await compile(PROGRAMS, DIST, new Map(), {
  plugins: [withoutMutants],
  // Those of package.json: npm installs them.
  packages: 'external',
  ...{ sourcemap: false, minify: true },
});
mkdirSync(DIST);
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
for (const part of RAW_SOCKET)
  cpSync(join(MODULES, 'raw-socket', part), join(DIST, 'raw-socket', part), { recursive: true });
execFileSync(join(MODULES, '.bin/tsc'), ['--project', join(ROOT, 'bin/types.json')], { stdio: 'inherit' });
