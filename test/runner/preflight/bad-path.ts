/**
 * What the preflight finds on a faulty target or path: `bad-path.ts WHAT`, inside the tester's namespace. Prints what it
 * found, or why nothing can be tested, and the results of a few cases.
 */
import { once } from 'node:events';
import { CASES as CATALOGUE } from '../../../bench/cases.ts';
import { findScenario } from '../../../lib/catalogue/catalogue.ts';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { startOnLinux } from '../../../lib/lab/stacks/linux.ts';
import { Engine } from '../../../lib/runner/engine.ts';
import type { KnownTarget } from '../../../lib/runner/messages.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';
import { spawnInTarget } from '../../lab/in-target.ts';

export interface Found {
  readonly error?: string;
  readonly facts?: KnownTarget['facts'];
  readonly faults: KnownTarget['preflightFaults'];
  readonly results: readonly CaseResult[];
}

const rules = (rule: string, hook = 'input'): string =>
  `nft -f - <<< 'table inet t { chain c { type filter hook ${hook} priority 0; ${rule}; }; }'`;

/** Commands on the target, settings of the run, and the beginning of its cases' ids; default CASES. */
interface Scene {
  readonly command?: string;
  readonly noise?: string;
  readonly only?: string;
}

const SCENES: Readonly<Record<string, Scene>> = {
  'SYN cookies': { command: 'echo 2 > /proc/sys/net/ipv4/tcp_syncookies' },
  'a backlog of 8, then SYN cookies': {
    command: 'echo 1 > /proc/sys/net/ipv4/tcp_syncookies && echo 8 > /proc/sys/net/core/somaxconn',
    only: 'syn-received.passive.',
  },
  'closed ports are filtered': { command: rules('tcp dport 1 drop') },
  'closed ports are refused by ICMP': { command: rules('tcp dport 1 reject with icmpx admin-prohibited') },
  'everything is filtered': { command: rules('meta l4proto tcp drop') },
  'resets are limited': {
    command: rules('tcp flags rst limit rate over 20/second burst 20 packets drop', 'output'),
  },
  'challenge ACKs are limited': { command: 'echo 20 > /proc/sys/net/ipv4/tcp_challenge_ack_limit' },
  'a round trip of 300 ms': { noise: 'delay=150' },
};

const CASES = [
  'closed.syn.empty',
  'closed.rst.empty',
  'listen.ack.empty',
  'listen.syn.empty',
  'syn-received.passive.rst.at-rcv-nxt',
  'syn-received.passive.ack.snd-nxt',
  'established.ack.beyond-snd-nxt',
  'established.rst.one-after',
  'fin-wait-1.ack.beyond-snd-nxt',
  'close-wait.rst.at-rcv-nxt',
  'last-ack.rst.at-rcv-nxt',
  'time-wait.fin.repeated',
];

const scene = SCENES[process.argv[2] ?? ''];
if (!scene) throw new RangeError(`no such scene; there are ${Object.keys(SCENES).join(', ')}`);
const lab = await Lab.create({ families: [4] });
const agent = await startOnLinux(lab);
if (scene.command) {
  const shell = spawnInTarget(lab, 'bash', ['-c', scene.command]);
  const [status] = await once(shell, 'exit');
  if (status !== 0) throw new Error(`${scene.command} failed`);
}
const engine = new Engine(
  settingsFrom({
    SEGMENT_ARRIVES_TARGET: lab.target[4],
    SEGMENT_ARRIVES_UPPER_TESTER: `${lab.target[4]}:${agent.port}`,
    SEGMENT_ARRIVES_FAMILY: '4',
    SEGMENT_ARRIVES_SEED: '793',
    SEGMENT_ARRIVES_PARALLEL: '60',
    ...(scene.noise ? { SEGMENT_ARRIVES_NOISE: scene.noise } : {}),
  }),
);
const results: CaseResult[] = [];
let found: Found;
try {
  const { facts, preflightFaults: faults } = await engine.start();
  const { only } = scene;
  const known =
    only === undefined
      ? CASES.filter((id) => findScenario(id))
      : CATALOGUE.flatMap(({ id }) => (id.startsWith(only) ? [id] : []));
  await engine.run(
    known.map((id) => ({ id, family: 4 })),
    (result) => results.push({ ...result, records: [] }),
  );
  found = { facts, faults, results };
} catch (error) {
  found = { error: (error as Error).message, faults: [], results };
}
process.stdout.write(JSON.stringify(found), () => process.exit(0));
