import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInSteps } from '../../../cleanups.ts';
import { buildUpperTester } from '../../../compile.ts';
import { limitedTo } from '../../../target/capabilities.ts';
import { COMPILER, missingOf } from '../../namespaces/enter.ts';
import { Lab } from '../../namespaces/lab.ts';
import { versionIn } from '../../namespaces/run.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { ProxyDriver } from '../proxy-driver.ts';
import { startUpperTester } from '../upper-tester-process.ts';
import { GUEST, HOST, SlirpApi, startSlirp } from './process.ts';

const PACKAGES = { ...COMPILER, slirp4netns: 'slirp4netns' };
// It has one thread.
const WIDTH = 16;
/** The proxy reaches the host behind it by loopback addresses only. */
const ADDRESSES = ['--bind', '127.0.0.1', '--local', '::1', '--tester', '127.0.0.1', '--tester', '::1'];

// Ports on the host behind the proxy, beside those that it forwards.
const LISTENERS = { low: 8000, high: 31_999 };
const CAPABILITIES = { timestamps: false };
/**
 * Outside of ESTABLISHED, its walk along the queue of segments passes the queue's end, its own TCB, when the zero there equals
 * RCV.NXT. It crashes with all connections. So no text of an octet or two may end at 0, and no FIN may lie there.
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
      const program = await buildUpperTester();
      const version = await versionIn(/libslirp:\s*(\S+)/, ['slirp4netns', '--version']);
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
        patienceMs: 5000,
        log: 'slirp-upper-tester',
        logs,
      });
      undo(() => agent.stop());
      const control = { address: HOST[4], port: agent.port };
      const api = new SlirpApi(socket);
      const driver = await ProxyDriver.open(control, {
        ...{ process: proxy, listeners: LISTENERS },
        wayIn: (family, testerPort) => api.wayIn(family, testerPort),
      });
      undo(() => driver.dispose());
      return {
        ...{ name: `libslirp ${version}`.trim(), families, tester: GUEST, target: HOST, width: WIDTH },
        driver: limitedTo(CAPABILITIES, driver),
        avoided: AVOIDED,
      };
    }),
};
