import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { buildUpperTesterFor } from '../../lib/compile.ts';
import { MINGW, underWine, WINE_PACKAGES } from '../../lib/lab/stacks/wine.ts';
import { sanitizerOf } from '../packages.ts';
import { type Accepted, TestabilityClient } from '../../lib/target/testability/client.ts';

const SANITIZED = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

// Without a sanitizer's library, a fault is a trap.
const TRAPPED = ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error'];

interface Build {
  readonly compiler: string;
  /** Debian's, each with a file of it. */
  readonly packages: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** It is for Windows, and runs under Wine. */
  readonly isForWindows?: true;
}

/** A compiler, with what makes a program tell of its own faults, or end by them. */
export const BUILDS: readonly [Build, ...Build[]] = [
  { compiler: 'cc', packages: { gcc: 'cc' }, flags: SANITIZED },
  {
    compiler: 'clang',
    packages: { clang: 'clang', 'libclang-rt-dev': sanitizerOf('clang') },
    flags: SANITIZED,
  },
  { compiler: 'musl-gcc', packages: { 'musl-tools': 'musl-gcc' }, flags: ['-static', ...TRAPPED] },
  {
    ...{ compiler: MINGW.compiler, packages: WINE_PACKAGES, isForWindows: true },
    flags: [...TRAPPED, '-lws2_32'],
  },
];

/** Loopback addresses stand for both target and tester. */
const LOOPBACK = '--bind 127.0.0.1 --local ::1 --tester 127.0.0.1 --tester ::1'.split(' ');

export interface RunningAgent {
  process: ChildProcess;
  port: number;
  client: TestabilityClient;
  /** What it wrote to stderr: nothing, unless a sanitizer reports something. */
  complaints: () => string;
  /** Ends its stdin; resolves to the exit code. */
  stop: () => Promise<number | null>;
}

export const startAgent = async (
  flags: readonly string[] = [],
  build: Build = BUILDS[0],
): Promise<RunningAgent> => {
  const { compiler, isForWindows = false } = build;
  const language = { compiler, packages: Object.keys(build.packages).join(' ') };
  const system = isForWindows ? 'windows' : 'posix';
  const path = await buildUpperTesterFor(system, [...build.flags, ...flags], language);
  const options = [...LOOPBACK, '--port', '0', '--exit-on-eof'];
  const [program, ...words] = isForWindows ? underWine(path, options) : [path, ...options];
  const child = spawn(program as string, words, { stdio: 'pipe' });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const exit = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const port = Number(/^ready (\d+)$/.exec(line)?.[1]);
  const client = await TestabilityClient.open({ address: '127.0.0.1', port });
  const stop = async (): Promise<number | null> => {
    client.dispose();
    child.stdin.end();
    const [code] = await exit;
    return code;
  };
  return { process: child, port, client, complaints: () => complaints, stop };
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const listening = async (host: string): Promise<{ server: Server; port: number }> => {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, host);
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return { server, port: at.port };
};

/** A port that was free a moment ago. */
export const freePort = async (host: string): Promise<number> => {
  const { server, port } = await listening(host);
  server.close();
  await once(server, 'close');
  return port;
};

export const nextAccepted = (client: TestabilityClient): Promise<Accepted> =>
  new Promise((resolve) => {
    const end = client.onAccepted((accepted) => {
      end();
      resolve(accepted);
    });
  });

export interface Passive {
  listener: number;
  socketId: number;
  accepted: Accepted;
  peer: Socket;
  port: number;
}

/** A connection that the upper tester accepted, and the other end of it. */
export const passive = async (
  client: TestabilityClient,
  family: 4 | 6,
  prepare: (listener: number) => Promise<void> = async () => {},
): Promise<Passive> => {
  const host = family === 4 ? '127.0.0.1' : '::1';
  const port = await freePort(host);
  const listener = await client.createAndBind({ family, port });
  await prepare(listener);
  const event = nextAccepted(client);
  await client.listenAndAccept(listener);
  const peer = connect({ host, port, allowHalfOpen: true });
  await once(peer, 'connect');
  const accepted = await event;
  return { listener, socketId: accepted.socketId, accepted, peer, port };
};

/** The code of the error that a promise is rejected with. */
export const failure = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
};

/** The name of the result that the upper tester refuses with. */
export const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await failure(promise);
  return 'resultName' in error ? String(error.resultName) : error.message;
};

/** Collects text until so many octets have arrived. */
export const receive = async (peer: Socket, octets: number): Promise<string> => {
  let text = '';
  while (text.length < octets) {
    const piece: Buffer | null = peer.read();
    if (piece === null) await once(peer, 'readable');
    else text += piece;
  }
  return text;
};

/** How a connection ended: the error's code, or `FIN`. */
export const ending = (peer: Socket): Promise<string> =>
  new Promise((resolve) => {
    peer.resume();
    peer.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    peer.once('end', () => resolve('FIN'));
  });
