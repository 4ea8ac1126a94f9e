/** The parent of the process in the tester's namespace: `outside.ts SCENE [OPTION]`. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LabUnavailable, labCommand, labEnvironment } from '../../lib/lab/namespaces/enter.ts';

try {
  const { command, args } = labCommand();
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
  const words = [...args, process.execPath, '--import', 'tsx', inside, ...process.argv.slice(2)];
  const child = spawn(command, words, { stdio: 'inherit', env: labEnvironment() });
  child.once('exit', (status, signal) => process.exit(signal ? 128 : (status ?? 1)));
} catch (error) {
  if (!(error instanceof LabUnavailable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
