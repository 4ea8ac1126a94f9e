import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startInSteps } from '../../../cleanups.ts';
import { buildUpperTester, compile } from '../../../compile.ts';
import { limitedTo } from '../../../target/capabilities.ts';
import { COMPILER, missingOf } from '../../namespaces/enter.ts';
import { Lab } from '../../namespaces/lab.ts';
import { type Addresses, linkNames, makeTap } from '../../namespaces/link.ts';
import { ipBatch, startUntilReady, versionIn } from '../../namespaces/run.ts';
import { keepRunning } from '../kept-process.ts';
import { ProxyDriver } from '../proxy-driver.ts';
import type { RunningTarget, Stack, StackOptions } from '../stack.ts';
import { startUpperTester, upperTesterOptions } from '../upper-tester-process.ts';

const PACKAGES = { ...COMPILER, passt: 'passt' };
// What it says after it has opened its sockets. Frames that come sooner wait.
const CONFIGURED = 'Template interface';
const CARRIER = fileURLToPath(new URL('../carrier.c', import.meta.url));
// It has one thread.
const WIDTH = 16;

/** The guest of passt is the tester, on a tap. The lab's link carries nothing: passt wants an interface on its host. */
const GUEST: Addresses = { 4: '10.77.6.100', 6: 'fd00::100' };
const HOST: Addresses = { 4: '10.77.6.2', 6: 'fd00::2' };
const GATEWAY: Addresses = { 4: '10.77.6.1', 6: 'fd00::1' };

/** The tester's ports: passt listens at each of them on the host, and has not descriptors enough for all. */
const FORWARDED = { low: 10_000, high: 13_999 };
// Ports on the host behind the proxy, beside those that it forwards.
const LISTENERS = { low: 14_000, high: 31_999 };

const CAPABILITIES = { timestamps: false };

/** Old text is reset where RCV.NXT has passed 0 since: proofs send some, and the stimulus would be blamed. */
const AVOIDED = { rcvNxt: [0, 2 ** 32 - 1], why: 'text from before 0 is reset when RCV.NXT has passed it' };

/** passt, which makes connections of the host's sockets out of a virtual machine's segments, in front of an upper tester. */
export const passt: Stack = {
  id: 'passt',
  what: "passt, a virtual machine's way to the sockets of its host, as a proxy",
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const [program, carrier] = await Promise.all([
        buildUpperTester(),
        compile(CARRIER, ['-std=c99', '-O1']),
      ]);
      const version = await versionIn(/^Version: (\S+)/m, ['dpkg-query', '--status', 'passt']);
      const lab = await Lab.create({ families });
      undo(() => lab.dispose());
      const tap = await makeTap(families, 1, { tester: GUEST, target: HOST, isMacKnown: true });
      undo(() => tap.remove());
      await ipBatch(
        families.flatMap((family) =>
          family === 4
            ? [`addr add ${HOST[4]}/24 dev ${lab.interface}`]
            : // passt wants a link-local address, too.
              [HOST[6], 'fe80::2'].map((address) => `addr add ${address}/64 dev ${lab.interface} nodad`),
        ),
        lab.entering,
      );
      const words = [
        ...[carrier, tap.name, ...lab.entering, 'passt', '--fd', '3', '--foreground', '--stderr'],
        ...['--interface', lab.interface, '--mac-addr', linkNames(1).targetMac],
        ...families.flatMap((family) => ['--address', GUEST[family], '--gateway', GATEWAY[family]]),
        ...(families.length === 2 ? [] : [`--ipv${families[0]}-only`]),
        ...['--tcp-ports', `${FORWARDED.low}-${FORWARDED.high}`, '--udp-ports', 'none'],
      ];
      const start = async (log: string | undefined): Promise<ChildProcess> => {
        const ready: Parameters<typeof startUntilReady<void>>[0]['ready'] = (_, onLine) =>
          new Promise((resolve) => {
            onLine((line) => {
              if (line.startsWith(CONFIGURED)) resolve();
            });
          });
        return (await startUntilReady({ what: 'passt', words, patienceMs: 15_000, log, ready })).child;
      };
      const proxy = await keepRunning(start, logs && join(logs, 'passt.log'));
      undo(() => proxy.stop());
      // The proxy connects from the host's own addresses.
      const behind = { families, tester: HOST, target: HOST };
      const agent = await startUpperTester({
        what: 'The upper tester behind passt',
        words: (port) => [...lab.entering, program, ...upperTesterOptions(behind, port)],
        patienceMs: 5000,
        log: 'passt-upper-tester',
        logs,
      });
      undo(() => agent.stop());
      const control = { address: HOST[families.includes(4) ? 4 : 6], port: agent.port };
      const driver = await ProxyDriver.open(control, {
        ...{ process: proxy, listeners: LISTENERS },
        wayIn: async (family, port) => ({ address: HOST[family], port, close: async () => {} }),
      });
      undo(() => driver.dispose());
      return {
        ...{ name: `passt ${version}`.trim(), families, tester: GUEST, target: HOST, width: WIDTH },
        ...{ testerPorts: FORWARDED, driver: limitedTo(CAPABILITIES, driver), avoided: AVOIDED },
      };
    }),
};
