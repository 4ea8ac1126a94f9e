import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startInSteps } from '../../../cleanups.ts';
import { CXX, compile } from '../../../compile.ts';
import { upperTesterPath } from '../../../upper-tester-source.ts';
import { COMPILER, LabUnavailable, missingOf } from '../../namespaces/enter.ts';
import { makeTap } from '../../namespaces/link.ts';
import { versionIn } from '../../namespaces/run.ts';
import type { Stack } from '../stack.ts';
import { drivenBy, startUpperTester } from '../upper-tester-process.ts';

const PACKAGES = { ...COMPILER, 'g++': 'g++', 'libns3-dev': '/usr/include/ns3/fd-net-device-module.h' };
const HOST = fileURLToPath(new URL('host.cc', import.meta.url));
const LIBRARIES = ['core', 'network', 'internet', 'fd-net-device'].map((module) => `-lns3-${module}`);
// It has no limit. But when a segment kills it, the cases on the wire are tried one by one.
const WIDTH = 24;
// It sends a SYN,ACK again after three seconds by default (RFC 6298 section 2 asks for one), and cases in SYN-RECEIVED wait for it.
const FASTER = 'ns3::TcpSocket::ConnTimeout=1s';

/** ns-3, a simulator of networks: one of its nodes, in real time. */
export const ns3: Stack = {
  id: 'ns3',
  what: 'ns-3, a simulator of networks, as a process on a tap interface',
  families: [4],
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families: asked, logs }) =>
    startInSteps(async (undo) => {
      const families = asked.filter((family) => family === 4);
      // FdNetDevice hands IPv6 to nobody.
      if (families.length === 0) throw new LabUnavailable('ns-3 is tested over IPv4 only.');
      if (!existsSync(HOST))
        throw new LabUnavailable("The port of ns-3 is in segment-arrives' own repository only.");
      const [program, version] = await Promise.all([
        build(),
        versionIn(/^Version: ([\d.]+)/m, ['dpkg-query', '--status', 'libns3-dev']),
      ]);
      const tap = await makeTap(families);
      undo(() => tap.remove());
      const ends = { families, tester: tap.tester, target: tap.target };
      const words = [program, tap.name, tap.targetMac, tap.target[4], tap.tester[4]];
      const agent = await startUpperTester({
        what: 'The upper tester on ns-3',
        words: (port) => [...words, String(port), FASTER],
        ...{ patienceMs: 10_000, log: 'ns3', logs },
      });
      return { ...(await drivenBy(agent, ends, undo)), name: `ns-3 ${version}`.trim(), width: WIDTH };
    }),
};

/** The core is C, and the rest C++. */
async function build(): Promise<string> {
  const core = ['-x', 'c', upperTesterPath('core'), '-x', 'none'];
  try {
    return await compile(HOST, ['-O1', ...core, ...LIBRARIES], CXX(), 'ns3');
  } catch (error) {
    throw new LabUnavailable((error as Error).message);
  }
}
