import { readFileSync } from 'node:fs';
import { type BuildOptions, buildSync } from 'esbuild';

let script: string | undefined;

/** The program of the page, compiled once. A build holds it, and does not come here (bin/build.js). */
export function pageScript(): string {
  const options = readFileSync(new URL('page/esbuild.json', import.meta.url), 'utf8');
  script ??= buildSync({
    ...(JSON.parse(options) as BuildOptions),
    absWorkingDir: new URL('page', import.meta.url).pathname,
    write: false,
  }).outputFiles?.[0]?.text;
  return script ?? '';
}
