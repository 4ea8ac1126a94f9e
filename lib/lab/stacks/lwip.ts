import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startInSteps } from '../../cleanups.ts';
import { buildUpperTesterFor } from '../../compile.ts';
import { limitedTo } from '../../target/capabilities.ts';
import type { System } from '../../upper-tester-source.ts';
import { COMPILER, LabUnavailable, missingOf } from '../namespaces/enter.ts';
import { makeTap, type Tap } from '../namespaces/link.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { drivenBy, startUpperTester, upperTesterOptions } from './upper-tester-process.ts';

const INCLUDES = '/usr/include/lwip';
const PACKAGES = { ...COMPILER, 'liblwip-dev': `${INCLUDES}/lwipopts.h` };
const HOST = fileURLToPath(new URL('../../../agent/systems/lwip-netif.c', import.meta.url));
// Debian's build allocates connections, segments and sockets by malloc: there is no table to run out of.
const WIDTH = 128;
type Lacks = Parameters<typeof limitedTo>[0];
// SYN-SENT ignores a SYN without ACK. Debian builds with LWIP_TCP_TIMESTAMPS off.
const LACKS: Lacks = { simultaneousOpen: false, timestamps: false };
// lwip_close aborts by SO_LINGER only what has text in flight.
const LACKS_OF_SOCKETS: Lacks = { ...LACKS, abort: false };

/** lwIP as Debian builds it, in a process of its own on a tap. @param system by which of its interfaces the upper tester drives it */
const lwipBy = (system: 'lwip' | 'lwip-raw', what: string, lacks: Lacks): Stack => ({
  id: system,
  what,
  packages: Object.keys(PACKAGES),
  missing: () => missingOf(PACKAGES),
  start: ({ families, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const [program, name] = await Promise.all([build(system), versionedName()]);
      const tap = await makeTap(families);
      undo(() => tap.remove());
      const ends = { families, tester: tap.tester, target: tap.target };
      const agent = await startUpperTester({
        what: 'The upper tester on lwIP',
        words: (port) => [program, ...hostOptions(tap, families), '--', ...upperTesterOptions(ends, port)],
        patienceMs: 5000,
        log: system,
        logs,
      });
      const running = await drivenBy(agent, ends, undo);
      return { ...running, name, driver: limitedTo(lacks, running.driver), width: WIDTH };
    }),
});

export const lwip = lwipBy(
  'lwip',
  'lwIP, the TCP of small devices, as a process on a tap interface',
  LACKS_OF_SOCKETS,
);

export const lwipRaw = lwipBy(
  'lwip-raw',
  'the same lwIP by its raw API, as in a device without sockets',
  LACKS,
);

function hostOptions({ name, tester, target, targetMac }: Tap, families: StackOptions['families']): string[] {
  const ipv4 = ['--address', target[4], '--mask', '255.255.255.0', '--gateway', tester[4]];
  return [
    ...['--tap', name, '--mac', targetMac],
    ...(families.includes(4) ? ipv4 : []),
    ...(families.includes(6) ? ['--address', target[6]] : []),
  ];
}

async function build(system: System): Promise<string> {
  try {
    return await buildUpperTesterFor(system, [
      ...['-DUPPER_TESTER_NO_MAIN', '-I', INCLUDES, HOST],
      ...['-Wl,--no-as-needed', '-llwip', '-lpthread'],
    ]);
  } catch (error) {
    throw new LabUnavailable((error as Error).message);
  }
}

async function versionedName(): Promise<string> {
  const header = await readFile(`${INCLUDES}/lwip/init.h`, 'utf8');
  const numbers = ['MAJOR', 'MINOR', 'REVISION'].map(
    (part) => new RegExp(`LWIP_VERSION_${part}\\s+(\\d+)`).exec(header)?.[1] ?? '?',
  );
  return `lwIP ${numbers.join('.')}`;
}
