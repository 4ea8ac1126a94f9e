/**
 * `over-ssh.ts FOLDER SCENE`: `run --ssh` from the tester of a lab to an sshd on its target. Prints what the run told, and what of ours is left on
 * the target after a while.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { BIN } from '../../cli/cli.ts';
import { linkDown, spawnInTarget } from '../../lab/in-target.ts';
import { answers } from './servers.ts';

export interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Command lines of ours on the target while the run was under way. */
  readonly during: readonly string[];
  /** The same after it. */
  readonly left: readonly string[];
  /** Files of ours there. */
  readonly files: readonly string[];
}

const [folder = '', scene = ''] = process.argv.slice(2);
/** As long as anything of ours may take to end there. */
const GONE_WITHIN_MS = 30_000;
/** Has the upper tester's port. */
const BUSY = "require('node:dgram').createSocket('udp4').bind(10793)";
const TOOLS = ['sh', 'mktemp', 'uname', 'head', 'rm', 'chmod'];

const path = (name: string): string => join(folder, name);
const find = (tool: string): string =>
  execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();

for (const name of ['key', 'host'])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
for (const name of ['bin', 'far', 'tools']) mkdirSync(path(name));
for (const tool of TOOLS) symlinkSync(find(tool), join(path('tools'), tool));
const without = scene === 'no compiler' ? `PATH=${path('tools')}` : 'SEGMENT_ARRIVES=1';
writeFileSync(
  path('sshd_config'),
  [
    ...['Port 22', `HostKey ${path('host')}`, 'PidFile none', 'UsePAM no', 'StrictModes no'],
    ...[
      `AuthorizedKeysFile ${path('key')}.pub`,
      'PermitRootLogin yes',
      `SetEnv TMPDIR=${path('far')} ${without}`,
      '',
    ],
  ].join('\n'),
);
// The user's own configuration, as far as ssh takes one from elsewhere than the home folder.
writeFileSync(
  path('config'),
  [
    ...[
      'Host board',
      '  HostName 192.0.2.2',
      '  User root',
      `  IdentityFile ${path('key')}`,
      '  IdentitiesOnly yes',
    ],
    ...['Host *', '  StrictHostKeyChecking no', '  UserKnownHostsFile /dev/null', '  LogLevel ERROR', ''],
  ].join('\n'),
);
writeFileSync(join(path('bin'), 'ssh'), `#!/bin/sh\nexec ${find('ssh')} -F '${path('config')}' "$@"\n`);
chmodSync(join(path('bin'), 'ssh'), 0o755);

const lab = await Lab.create({ families: [4] });
const inTarget = (command: string): void => {
  const [enter = '', ...words] = lab.entering;
  execFileSync(enter, [...words, 'sh', '-ec', command], { stdio: ['ignore', 'ignore', 'inherit'] });
};
try {
  const mounts = scene === 'noexec' ? `mount -t tmpfs -o noexec far '${path('far')}' &&` : '';
  const serve = `mount -t tmpfs run /run && mkdir /run/sshd && ${mounts} exec /usr/sbin/sshd -D -e -f "$0" 2>"$1"`;
  if (scene !== 'refused') {
    spawnInTarget(lab, 'unshare', ['-m', 'sh', '-c', serve, path('sshd_config'), path('sshd.log')]);
    await answers(lab.target[4], 22);
  }
  if (scene === 'port in use') spawnInTarget(lab, process.execPath, ['-e', BUSY]);
  if (scene === 'firewall') {
    inTarget(
      'nft add table ip t; nft "add chain ip t c { type filter hook input priority 0; }"; nft add rule ip t c ip protocol udp drop',
    );
  }
  const words = [
    ...['run', '--ssh', 'board', '--family', '4', '--report-only', '--reports', path('reports')],
    ...[
      '--only',
      ['interrupt', 'kill', 'cut'].includes(scene) ? '*' : 'closed.ack.empty,established.text.in-order',
    ],
    ...(scene === 'port in use' ? ['--agent-port', '10793'] : []),
    ...(scene === 'agent of another machine' ? ['--agent', path('sshd_config')] : []),
  ];
  const env = { ...process.env, NO_COLOR: '1', PATH: [path('bin'), process.env.PATH].join(delimiter) };
  const child = spawn(process.execPath, [BIN, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let during: string[] = [];
  if (['plain', 'interrupt', 'kill', 'cut'].includes(scene)) {
    while (child.exitCode === null && !ours().some((line) => line.includes('/upper-tester --bind')))
      await delay(20);
    during = ours();
  }
  const begun = performance.now();
  if (scene === 'interrupt' || scene === 'kill') {
    await delay(1000);
    // As a terminal does it: to the whole group.
    process.kill(-(child.pid as number), scene === 'kill' ? 'SIGKILL' : 'SIGINT');
  }
  if (scene === 'cut') {
    await delay(1000);
    await linkDown(lab);
  } else await ended;
  while (ours().length > 0 && performance.now() - begun < GONE_WITHIN_MS) await delay(100);
  const left = ours();
  if (scene === 'cut' && child.exitCode === null) process.kill(-(child.pid as number), 'SIGTERM');
  const code = await ended;
  const files = scene === 'noexec' ? [] : readdirSync(path('far'));
  process.stdout.write(JSON.stringify({ code, ...text, during, left, files } satisfies Told));
} finally {
  await lab.dispose();
}
process.exit();

/** What ssh has started on the target: all in its namespace that names the far folder. */
function ours(): string[] {
  const { ino } = statSync(lab.targetNamespace);
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || statSync(`/proc/${pid}/ns/net`).ino !== ino) return [];
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return line.includes('segment-arrives.') ? [line] : [];
    } catch {
      return []; // it has ended
    }
  });
}
