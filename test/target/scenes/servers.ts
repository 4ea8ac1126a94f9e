/** Ordinary servers on the target of a lab. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Lab } from '../../../lib/lab/namespaces/lab.ts';
import type { Service } from '../../../lib/target/target-file.ts';
import { spawnInTarget } from '../../lab/in-target.ts';
import { installing } from '../../packages.ts';

export interface Servers {
  readonly services: readonly Service[];
  /** Starts them. Their files go into the folder. */
  start(lab: Lab, folder: string): void;
  /** Why they cannot run here; undefined when they can. */
  missing(): string | undefined;
}

const GET = 'GET / HTTP/1.0\r\n\r\n';

/** Discard that never closes, daytime that closes at once, and a server that only half-closes. */
const OF_OUR_OWN = `
  const { createServer } = require('node:net');
  const at = (port, serve) => createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).resume();
    serve(socket);
  }).listen(port, '::');
  at(9, () => {});
  at(13, (socket) => socket.end('Friday, August 28, 1981\\r\\n', () => socket.destroy()));
  at(1013, (socket) => socket.end('Friday, August 28, 1981\\r\\n'));
`;

export const SERVERS: Readonly<Record<string, Servers>> = {
  'of our own': {
    services: [
      { port: 9, uponFin: 'stays' },
      { port: 13, closes: {} },
      { port: 1013, closes: { receives: true } },
    ],
    missing: () => undefined,
    start(lab) {
      spawnInTarget(lab, process.execPath, ['-e', OF_OUR_OWN]);
    },
  },
  inetd: {
    services: [
      { port: 9, uponFin: 'closes' },
      { port: 13, closes: {} },
    ],
    missing() {
      return (
        installing('openbsd-inetd', 'netbase') ?? (process.getuid?.() === 0 ? undefined : 'inetd takes root')
      );
    },
    start(lab, folder) {
      const lines = ['discard', 'daytime'].flatMap((service) =>
        ['tcp', 'tcp6'].map((protocol) => `${service} stream ${protocol} nowait root internal\n`),
      );
      const config = join(folder, 'inetd.conf');
      writeFileSync(config, lines.join(''));
      spawnInTarget(lab, 'inetd', ['-i', config]);
    },
  },
  nginx: {
    services: [
      { port: 80, uponFin: 'closes', closes: { upon: GET }, filler: 'A' },
      { port: 8080, uponFin: 'closes', closes: { upon: GET, receives: true }, filler: 'A' },
    ],
    missing: () => installing('nginx-light'),
    start(lab, folder) {
      const site = (port: number, more = ''): string =>
        `server { listen ${port}; listen [::]:${port}; ${more} location / { return 200 "segment arrives\\n"; } }`;
      writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; master_process off; user root root; pid ${folder}/pid; error_log stderr;
        events { worker_connections 1024; }
        http {
          access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
          uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
          ${site(80)}
          ${site(8080, 'lingering_close always;')}
        }\n`,
      );
      spawnInTarget(lab, 'nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
    },
  },
  sshd: {
    services: [{ port: 22, greets: true, uponFin: 'closes' }],
    missing() {
      return installing('openssh-server') ?? (process.getuid?.() === 0 ? undefined : 'sshd takes root');
    },
    start(lab, folder) {
      const key = join(folder, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      const config = join(folder, 'sshd_config');
      writeFileSync(
        config,
        ['Port 22', `HostKey ${key}`, 'PidFile none', 'UsePAM no', 'MaxStartups 300', ''].join('\n'),
      );
      mkdirSync(join(folder, 'run'));
      // The folder to which it confines itself must exist. It does not exist before a service was ever started.
      const script =
        'mount -t tmpfs run /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$0" 2>/dev/null';
      spawnInTarget(lab, 'unshare', ['-m', 'sh', '-c', script, config]);
    },
  },
};

/** Resolves as soon as a port takes connections. */
export async function answers(host: string, port: number, patienceMs = 10_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const refusal = await new Promise<Error | undefined>((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(undefined);
      });
      socket.once('error', resolve);
    });
    if (!refusal) return;
    if (Date.now() > deadline) throw refusal;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
