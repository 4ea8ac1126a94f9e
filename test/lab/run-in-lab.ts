import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { labCommand, labEnvironment } from '../../lib/lab/namespaces/enter.ts';
import { compiled } from './compiled.ts';

const LARGEST_OUTPUT = 2 ** 28;

/** Runs a script in a network namespace of its own. @returns the JSON that it prints @throws Error with its stderr */
export async function runInLab<Printed>(script: URL, words: readonly string[]): Promise<Printed> {
  const { command, args } = labCommand();
  const { stdout } = await promisify(execFile)(
    command,
    [...args, process.execPath, '--enable-source-maps', await compiled(script), ...words],
    {
      env: labEnvironment(),
      maxBuffer: LARGEST_OUTPUT,
    },
  );
  return JSON.parse(stdout) as Printed;
}
