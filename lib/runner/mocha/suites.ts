import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../suites', import.meta.url));

/** The files that declare cases, in a fixed order: the numbered folders are the RFC's three groups. */
export function suiteFiles(): string[] {
  return readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !/[/]families([/]|$)/.test(entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Fills the catalogue outside of mocha. @throws CatalogueError */
export async function loadSuites(): Promise<void> {
  for (const file of suiteFiles()) await import(pathToFileURL(file).href);
}
