import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of what commands run from, in a folder of its own: its sources may be changed. */
export function cloneOfProject(): string {
  const clone = mkdtempSync(join(tmpdir(), 'segment-arrives-clone-'));
  for (const part of ['bin', 'lib', 'suites', 'bench', 'agent', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, part), join(clone, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  return clone;
}
