import type { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { CXX, compile } from '../compile.ts';

/** The part of the raw-socket package that the tester uses; the package ships no types. */
export interface RawSockets {
  readonly AddressFamily: { readonly IPv4: number; readonly IPv6: number };
  readonly Protocol: { readonly TCP: number };
  createSocket(options: { protocol: number; addressFamily: number; bufferSize?: number }): Socket;
}

export interface Socket extends EventEmitter {
  /** The native socket, which sends and reads at once. @throws Error where the kernel refuses the packet, or has none */
  readonly wrap: {
    send(
      buffer: Buffer,
      offset: number,
      length: number,
      address: string,
      afterCallback: (bytes: number) => void,
    ): void;
    recv(buffer: Buffer, afterCallback: (buffer: Buffer, bytes: number, source: string) => void): void;
  };
  /** Where it reads to. */
  readonly buffer: Buffer;
  close(): this;
  pauseRecv(): this;
  resumeRecv(): this;
  setOption(level: number, option: number, value: number): void;
  setOption(level: number, option: number, value: Buffer, length: number): void;
  /** Fills `value` and returns how many octets of it were written. */
  getOption(level: number, option: number, value: Buffer, length: number): number;
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    address: string,
    afterCallback: (error: Error | null, bytes: number) => void,
  ): this;
}

const require = createRequire(import.meta.url);
// The published package has no sources of ours, and a copy of it.
const isPublished = !existsSync(fileURLToPath(import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../dist/raw-socket', import.meta.url));
// What node-gyp compiles with. Headers of Node before 22 are content with C++17.
const FLAGS = [
  ...['-std=gnu++20', '-O2', '-w', '-fPIC', '-shared', '-pthread', '-fno-rtti', '-fno-exceptions'],
  ...['-DNODE_GYP_MODULE_NAME=raw', '-DBUILDING_NODE_EXTENSION'],
];

let loaded: Promise<RawSockets> | undefined;

/**
 * The raw-socket package, its native part built for this Node at first use. npm would build it when it installs the package, but
 * in somebody else's project it obeys neither our `allowScripts` nor our `overrides`, without which Node 26 has no fitting nan.
 *
 * @throws Error that says what to install
 */
export function rawSockets(): Promise<RawSockets> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<RawSockets> {
  const folder = isPublished ? SHIPPED : dirname(require.resolve('raw-socket/package.json'));
  const nan = dirname(require.resolve('nan/package.json'));
  const includes = [headers(), nan].map((path) => `-I${path}`);
  const built = await compile(join(folder, 'src/raw.cc'), [...FLAGS, ...includes], CXX());
  const native = { exports: {} };
  process.dlopen(native, built);
  const source = join(folder, 'index.js');
  const exports = {};
  const requireThere = (name: string): unknown => (name.endsWith('.node') ? native.exports : require(name));
  compileFunction(readFileSync(source, 'utf8'), ['require', 'exports'], { filename: source })(
    requireThere,
    exports,
  );
  return exports as RawSockets;
}

/** The folder of this Node's own headers: npm's `nodedir`, beside the program, or where node-gyp keeps them. */
function headers(): string {
  const { version, execPath, env } = process;
  const given = env.npm_config_nodedir;
  const usual = [dirname(dirname(execPath)), join(homedir(), '.cache/node-gyp', version.slice(1))];
  const places = [...(given ? [given] : []), ...usual];
  const found = places.map((place) => join(place, 'include/node')).find(isOurs);
  if (found) return found;
  throw new Error(
    `the C++ headers of Node ${version} are not in ${places.join(' or ')}: ` +
      '`npx node-gyp install` fetches them; or set npm_config_nodedir to a folder that has them in include/node',
  );
}

function isOurs(folder: string): boolean {
  const file = join(folder, 'node_version.h');
  const { modules } = process.versions;
  return (
    existsSync(file) &&
    new RegExp(`define NODE_MODULE_VERSION ${modules}\\b`).test(readFileSync(file, 'utf8'))
  );
}
