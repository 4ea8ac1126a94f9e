/** `two-boards.ts FOLDER ONLY`: two targets with the same stack inside, and a run that shares the cases between them. */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildUpperTester } from '../../../lib/compile.ts';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { BIN } from '../cli.ts';

const [folder = '', only = ''] = process.argv.slice(2);
const PORT = 10_793;
const run = promisify(execFile);
const lab = await Lab.create({ families: [4] });
try {
  const addresses = [lab.target[4], '192.0.2.3'];
  const [enter = '', ...words] = lab.entering;
  await run(enter, [...words, 'ip', 'address', 'add', '192.0.2.3/32', 'dev', lab.interface]);
  const [, mac = ''] =
    /link\/ether (\S+)/.exec((await run(enter, [...words, 'ip', 'link', 'show', lab.interface])).stdout) ??
    [];
  await run('ip', ['neighbour', 'replace', '192.0.2.3', 'lladdr', mac, 'dev', lab.interface]);
  const program = await buildUpperTester();
  const files = addresses.map((address, index) => {
    const agent = ['--bind', address, '--port', String(PORT), '--tester', lab.tester[4]];
    // They end with the target's namespace.
    spawn(enter, [...words, program, ...agent], { stdio: 'ignore', detached: true }).unref();
    const file = join(folder, `board-${index + 1}.json`);
    const driver = { kind: 'upper tester', port: PORT };
    writeFileSync(file, JSON.stringify({ name: 'two boards', addresses: { ipv4: address }, driver }));
    return file;
  });
  const reports = join(folder, 'reports');
  const options = files.flatMap((file) => ['--target-file', file]);
  const asked = [
    BIN,
    'run',
    ...options,
    '--only',
    only,
    '--family',
    '4',
    '--reports',
    reports,
    '--report-only',
  ];
  const { stdout } = await run(process.execPath, asked, { cwd: folder });
  process.stdout.write(JSON.stringify(stdout));
} finally {
  await lab.dispose();
}
process.exit();
