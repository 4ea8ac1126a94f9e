import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../suites', import.meta.url));

/** The files that export cases, as .mocharc.json gives them to mocha: those of each folder, in a fixed order. */
export function suiteFiles(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(FOLDER, name), { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => join(FOLDER, name, entry.name)),
    )
    .sort();
}
