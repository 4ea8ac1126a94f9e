import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { labCommand, labEnvironment } from '../../../lib/lab/namespaces/enter.ts';
import type { Found } from './bad-path.ts';

const SCENE = fileURLToPath(new URL('bad-path.ts', import.meta.url));

/** What the preflight finds in one scene of bad-path.ts, in a lab of its own. */
export async function find(what: string): Promise<Found> {
  const { command, args } = labCommand();
  const words = [...args, process.execPath, '--import', 'tsx', SCENE, what];
  const { stdout } = await promisify(execFile)(command, words, { env: labEnvironment() });
  return JSON.parse(stdout) as Found;
}
