/** Makes dist/, which the published package has in place of the sources. npm runs this before it packs, and removes dist/ afterwards. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { minify } from 'terser';
import { compile, PROGRAMS } from './build.js';
import { packTypes } from './pack-types.js';
import { nameOf, ROOT } from './places.js';

const DIST = join(ROOT, 'dist');
const MODULES = join(ROOT, 'node_modules');
// What a compiler and a loader need of it; its licence is in its README.
const RAW_SOCKET = ['index.js', 'package.json', 'src'];

/** The reference with a single fault tests the suite, and nobody else's TCP. */
const withoutMutants = {
  name: 'without mutants',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/bench\/mutants\/index\.ts$/ }, () => ({
      contents: 'export const MUTANTS = []; export const findMutant = () => undefined;',
    })),
};

/** The pages' style sheets, skeletons and scripts. */
const withPageParts = {
  name: 'with page parts',
  setup: ({ onLoad, esbuild }) =>
    onLoad({ filter: /\/lib\/report\/page-part\.ts$/ }, async ({ path }) => {
      const folder = dirname(path);
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      const parts = {};
      for (const name of names.filter((one) => /\.(css|html|js)$/.test(one))) {
        const text = readFileSync(join(folder, name), 'utf8');
        const loader = extname(name).slice(1);
        parts[name] =
          loader === 'html' ? text : (await esbuild.transform(text, { loader, minify: true })).code;
      }
      return {
        contents: `const PARTS = ${JSON.stringify(parts)};\nexport const pagePart = (path) => PARTS[path];`,
      };
    }),
};

rmSync(DIST, { recursive: true, force: true });
const { outputFiles } = await compile(PROGRAMS, DIST, new Map(), {
  plugins: [withoutMutants, withPageParts],
  // Those of package.json: npm installs them.
  packages: 'external',
  ...{ sourcemap: false, minify: true, charset: 'utf8', banner: {} },
});
mkdirSync(DIST);
const short = shortNames(outputFiles.map(({ path }) => basename(path)));
const shortened = (text) => text.replaceAll(/[\w-]+-[A-Z0-9]{8}\.js/g, (name) => short.get(name) ?? name);
for (const { path, text } of outputFiles) {
  // What esbuild leaves: it renames by the order of use, and takes no variable away.
  const { code } = await minify(text, { module: true, ecma: 2020, compress: { passes: 4 } });
  writeFileSync(shortened(path), shortened(code ?? text));
}
for (const part of RAW_SOCKET)
  cpSync(join(MODULES, 'raw-socket', part), join(DIST, 'raw-socket', part), { recursive: true });
execFileSync(join(MODULES, '.bin/tsc'), ['--project', join(ROOT, 'bin/types.json')], { stdio: 'inherit' });
const types = packTypes(join(DIST, 'types'), 'api.d.ts');
writeFileSync(join(DIST, 'api.d.ts'), types);
const readme = readFileSync(join(MODULES, 'raw-socket/README.md'), 'utf8');
writeFileSync(join(DIST, 'raw-socket/LICENSE'), readme.slice(readme.indexOf('# License')));
writeFileSync(join(DIST, 'known-stacks.json'), JSON.stringify(await knownStacks()));

/** Names without the hashes that esbuild gives: nothing compresses those, and each import repeats one. */
function shortNames(names) {
  const taken = new Set(names);
  const short = new Map();
  for (const name of names) {
    const [, stem] = /^(.+)-[A-Z0-9]{8}\.js$/.exec(name) ?? [];
    if (stem === undefined) continue;
    let own = `${stem}.js`;
    for (let number = 2; taken.has(own); number += 1) own = `${stem}${number}.js`;
    taken.add(own);
    short.set(name, own);
  }
  return short;
}

/** Of the baselines of the lab's stacks, what a finding is compared with (lib/report/elsewhere.ts). */
async function knownStacks() {
  const { OURS } = await import(join(DIST, nameOf('lib/catalogue/catalogue.ts')));
  const placeOf = new Map(OURS.map(({ id }, place) => [id, place]));
  const distances = (places) =>
    places.sort((one, other) => one - other).map((place, at) => place - (places[at - 1] ?? 0));
  const folder = join(ROOT, 'reports/baselines');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { target, profile, findings } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const observed = {};
      for (const { id, family, verdict, kind, stateAfter } of findings.flatMap(({ cases }) => cases)) {
        if (verdict !== 'deviates') continue;
        const what = `${kind}|${stateAfter}`;
        observed[what] ??= { 4: new Set(), 6: new Set() };
        observed[what][family].add(placeOf.get(id));
      }
      const parts = Object.entries(observed).map(([what, { 4: four, 6: six }]) => [
        what,
        [
          [...four].filter((place) => six.has(place)),
          [...four].filter((place) => !six.has(place)),
          [...six].filter((place) => !four.has(place)),
        ].map(distances),
      ]);
      return { name: target, profile, observed: Object.fromEntries(parts) };
    });
}
