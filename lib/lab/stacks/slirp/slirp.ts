import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInSteps } from '../../../cleanups.ts';
import { buildUpperTester } from '../../../target/build-agent.ts';
import { limitedTo } from '../../../target/capabilities.ts';
import { labEnvironment } from '../../namespaces/enter.ts';
import { Lab } from '../../namespaces/lab.ts';
import { COMPILER, missingOf } from '../../namespaces/packages.ts';
import { SlirpApi } from './api.ts';
import { SlirpDriver } from './driver.ts';
import { GUEST, HOST, startSlirp } from './process.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { startUpperTester } from '../upper-tester-process.ts';

const PACKAGES = { ...COMPILER, slirp4netns: 'slirp4netns' };
// It is one thread, and each case takes a few of its turns.
const WIDTH = 16;
const PATIENCE_MS = 5000;
/** The host behind the proxy is only reached by way of its loopback addresses. */
const ADDRESSES = ['--bind', '127.0.0.1', '--local', '::1', '--tester', '127.0.0.1', '--tester', '::1'];

const CAPABILITIES = { timestamps: false };
/**
 * Outside of ESTABLISHED its walk along the queue of segments goes on behind the queue's end, which is its own TCB, when the
 * zero that lies there is RCV.NXT: it crashes, and takes every other connection with it. So RCV.NXT must not get to 0 by an
 * octet or two of text, nor a FIN lie there.
 */
const AVOIDED = { rcvNxt: [0, 1, 2 ** 32 - 1], why: 'text up to SEQ 0, or a FIN there, crashes it' };

/** libslirp, heir of 4.4BSD, as a proxy in front of an upper tester. */
export const slirp: Stack = {
  id: 'slirp',
  what: 'libslirp, the 4.4BSD heritage in virtual machines and rootless containers, as a proxy',
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const [program, name] = await Promise.all([buildUpperTester(), versionedName()]);
      const lab = await Lab.create({ families });
      undo(() => lab.dispose());
      const folder = await mkdtemp(join(tmpdir(), 'segment-arrives-slirp-'));
      undo(() => rm(folder, { recursive: true, force: true }));
      const socket = join(folder, 'api');
      const proxy = await startSlirp(lab, socket, logs);
      undo(() => proxy.stop());
      const agent = await startUpperTester({
        what: 'The upper tester behind slirp',
        words: (port) => [
          ...[...lab.entering, program],
          ...[...ADDRESSES, '--port', String(port), '--exit-on-eof'],
        ],
        patienceMs: PATIENCE_MS,
        log: logs === undefined ? undefined : { folder: logs, name: 'slirp-upper-tester' },
      });
      undo(() => agent.stop());
      const control = { address: HOST[4], port: agent.port };
      const driver = await SlirpDriver.open(control, { api: new SlirpApi(socket), guest: GUEST, proxy });
      undo(() => driver.dispose());
      return {
        ...{ name, families, tester: GUEST, target: HOST, width: WIDTH },
        driver: limitedTo(CAPABILITIES, driver),
        avoided: AVOIDED,
      };
    }),
};

async function versionedName(): Promise<string> {
  const { stdout } = await promisify(execFile)('slirp4netns', ['--version'], { env: labEnvironment() });
  const version = /libslirp:\s*(\S+)/.exec(stdout)?.[1];
  return `libslirp ${version ?? ''}`.trim();
}
