/** Makes dist/, which the published package has in place of the sources. npm runs this before it packs, and removes dist/ afterwards. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, PROGRAMS, ROOT } from './build.js';

const DIST = join(ROOT, 'dist');
const MODULES = join(ROOT, 'node_modules');
// What a compiler and a loader need of it; its licence is in its README.
const RAW_SOCKET = ['index.js', 'package.json', 'src'];

/** Types whose comments are kept. */
const READ = /^(api|catalogue\/case)\.d\.ts$/;

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
  ...{ sourcemap: false, minify: true, charset: 'utf8' },
});
mkdirSync(DIST);
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
for (const part of RAW_SOCKET)
  cpSync(join(MODULES, 'raw-socket', part), join(DIST, 'raw-socket', part), { recursive: true });
execFileSync(join(MODULES, '.bin/tsc'), ['--project', join(ROOT, 'bin/types.json')], { stdio: 'inherit' });
trimTypes(join(DIST, 'types/api.d.ts'));
const readme = readFileSync(join(MODULES, 'raw-socket/README.md'), 'utf8');
writeFileSync(join(DIST, 'raw-socket/LICENSE'), readme.slice(readme.indexOf('# License')));
writeFileSync(join(DIST, 'known-stacks.json'), JSON.stringify(knownStacks()));

/** The compiler writes the types of all that is compiled, not of what is exported alone. Who writes a case reads about cases. */
function trimTypes(entry) {
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\..+?)\.ts['"]/g))
      reach(join(dirname(file), `${name}.d.ts`));
  };
  reach(entry);
  const folder = dirname(entry);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (!name.endsWith('.d.ts')) continue;
    if (!reached.has(file)) rmSync(file);
    else if (!READ.test(name))
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\/\n? */g, ''));
  }
}

/** Of the baselines of the lab's stacks, what a finding is compared with (lib/report/elsewhere.ts). */
function knownStacks() {
  const folder = join(ROOT, 'reports/baselines');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { target, profile, findings } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const observed = {};
      for (const { id, family, verdict, kind, stateAfter } of findings.flatMap(({ cases }) => cases)) {
        if (verdict !== 'deviates') continue;
        const what = `${kind}|${stateAfter}`;
        observed[what] ??= {};
        observed[what][id] = [...(observed[what][id] ?? []), family];
      }
      return { name: target, profile, observed };
    });
}
