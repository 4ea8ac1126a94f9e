import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Plugin } from 'esbuild';
import { takeOwnSuites } from '../catalogue/catalogue.ts';
import { isSuite, type Suite } from '../catalogue/suite.ts';
import { UsageError } from './failure.ts';

const START = new URL('../../bin/start.js', import.meta.url).href;
const API = 'lib/api.ts';
const SOURCES = /^\.[cm]?[jt]s$/;

/** The folder whose suites were taken last. */
export let ownFolder: string | undefined;

/**
 * Takes the suites of a folder into the catalogue. Each source file in it exports one, as its default; what they share lies in
 * folders below.
 *
 * @param alone whether they are run in place of ours
 * @throws UsageError, CatalogueError
 */
export async function useSuitesOf(folder: string, alone: boolean): Promise<void> {
  ownFolder = folder;
  takeOwnSuites(await suitesOf(folder), { alone, folder: resolve(folder) });
}

async function suitesOf(folder: string): Promise<readonly Suite[]> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--suites ${folder}: there is no such folder`);
  const files = readdirSync(folder)
    .filter((name) => SOURCES.test(extname(name)) && !name.endsWith('.d.ts'))
    .sort();
  if (files.length === 0) throw new UsageError(`--suites ${folder}: no file in it ends in .ts or .js`);
  const compiled = mkdtempSync(join(tmpdir(), 'segment-arrives-suites-'));
  try {
    await compileSuites(
      files.map((name) => join(folder, name)),
      compiled,
    );
    const suites: Suite[] = [];
    // One after the other: of several mistakes, the first is told.
    for (const name of files) {
      const file = join(compiled, `${basename(name, extname(name))}.mjs`);
      const { default: suite } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
      if (!isSuite(suite)) {
        const place = relative('.', join(folder, name));
        throw new UsageError(`${place} exports no suite: begin it with "export default inState("`);
      }
      suites.push(suite);
    }
    return suites;
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

/** Compiles them in such a way that `segment-arrives` is the one that is running, wherever it is installed. */
async function compileSuites(entryPoints: readonly string[], outdir: string): Promise<void> {
  const { builtProgram } = (await import(START)) as {
    builtProgram(program: string): Promise<string | undefined>;
  };
  const built = await builtProgram(API);
  const api = built ? pathToFileURL(built).href : new URL('../api.ts', import.meta.url).href;
  const ourselves: Plugin = {
    name: 'segment-arrives',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^segment-arrives$/ }, () => ({ path: api, external: true })),
  };
  const esbuild = await import('esbuild');
  try {
    await esbuild.build({
      ...{ entryPoints: [...entryPoints], outdir, plugins: [ourselves] },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent' },
      ...{ sourcemap: 'inline', outExtension: { '.js': '.mjs' } },
    });
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (!first) throw error;
    const { file, line, column } = first.location ?? {};
    throw new UsageError(`${file ? `${file}:${line}:${(column ?? 0) + 1}: ` : ''}${first.text}`);
  } finally {
    await esbuild.stop();
  }
}
