/** The parent of the process in the tester's namespace: `outside.ts PROGRAM SCENE [OPTION]`. */
import { spawn } from 'node:child_process';
import { LabUnavailable, labCommand, labEnvironment } from '../../lib/lab/namespaces/enter.ts';

try {
  const { command, args } = labCommand();
  const words = [...args, process.execPath, '--enable-source-maps', ...process.argv.slice(2)];
  const child = spawn(command, words, { stdio: 'inherit', env: labEnvironment() });
  child.once('exit', (status, signal) => process.exit(signal ? 128 : (status ?? 1)));
} catch (error) {
  if (!(error instanceof LabUnavailable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
