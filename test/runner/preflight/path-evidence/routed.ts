/**
 * What the preflight finds out about a path with two routers: `routed.ts MIDDLEBOX`, inside the tester's namespace. The first router
 * is the middlebox, the second one a plain router before the target. Prints the signs and how long the search took.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { buildUpperTester, compile } from '../../../../lib/compile.ts';
import { OFFLOADS } from '../../../../lib/lab/namespaces/link.ts';
import { ipBatch, run } from '../../../../lib/lab/namespaces/run.ts';
import { startUpperTester, upperTesterOptions } from '../../../../lib/lab/stacks/upper-tester-process.ts';
import { Engine } from '../../../../lib/runner/engine.ts';
import { settingsFrom } from '../../../../lib/runner/settings.ts';
import type { MiddleboxSign } from '../../../../lib/verdict/middlebox-sign.ts';

export interface Found {
  readonly signs: readonly MiddleboxSign[];
}

interface Middlebox {
  /** Rules of nftables in the first router. */
  readonly rules?: string;
  /** A shell command in the first router. */
  readonly command?: string;
  /** Of the tester. */
  readonly noise?: string;
  /** Whom the target sees in the tester's place. */
  readonly seenAs?: string;
}

const TESTER = { 4: '192.0.2.1', 6: '2001:db8:1::1' } as const;
const TARGET = { 4: '203.0.113.2', 6: '2001:db8:3::2' } as const;
const ROUTER = '198.51.100.1';

const chain = (rule: string, hook = 'forward', type = 'filter', priority = '0'): string =>
  `table inet m { chain c { type ${type} hook ${hook} priority ${priority}; ${rule}; }; }`;

const TO_TARGET = 'oifname "r1b"';

/** @param words what it knows of the target's options */
const synProxy = (words: string): Middlebox => ({
  command:
    'echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose; echo 1 > /proc/sys/net/ipv4/tcp_syncookies',
  rules: `table inet m {
    chain raw { type filter hook prerouting priority -300; iifname "r1a" tcp dport 7000-9000 tcp flags syn notrack; };
    chain c { type filter hook forward priority 0;
      iifname "r1a" tcp dport 7000-9000 ct state invalid,untracked synproxy ${words};
      ct state invalid drop; }; }`,
});

const MIDDLEBOXES: Readonly<Record<string, Middlebox>> = {
  none: {},
  'none, 20 ms away, losing 1 %': { noise: 'delay=10,loss=1,seed=7' },
  'resets to closed ports': { rules: chain(`${TO_TARGET} tcp dport 1 reject with tcp reset`) },
  'resets connections that carry text': {
    rules: chain(
      `${TO_TARGET} tcp dport 7000-9000 tcp flags & (ack | psh) == (ack | psh) reject with tcp reset`,
    ),
  },
  'resets what has no connection': {
    rules: chain(`${TO_TARGET} tcp flags & (syn | ack) == ack ct state new reject with tcp reset`),
  },
  'a SYN proxy': synProxy('mss 1460 wscale 7 sack-perm'),
  // Its ACK echoes no timestamp of the target's, so that the target does not take it.
  'a SYN proxy that confuses timestamps': synProxy('mss 1460 wscale 7 timestamp sack-perm'),
  'strips options': {
    rules: chain('reset tcp option sack-perm; reset tcp option timestamp'),
  },
  'strips options of SYNs to the target': {
    rules: chain(`${TO_TARGET} reset tcp option sack-perm; ${TO_TARGET} reset tcp option timestamp`),
  },
  'clamps the MSS': { rules: chain('tcp flags syn tcp option maxseg size set 1000') },
  'clamps the MSS of SYNs to the target': {
    rules: chain(`${TO_TARGET} tcp flags syn tcp option maxseg size set 1000`),
  },
  'clears urgent pointers': { rules: chain('tcp urgptr set 0') },
  'clears ECN': {
    rules: chain('ip ecn set not-ect; tcp flags & (ecn | cwr) == (ecn | cwr) tcp flags set syn'),
  },
  'drops what has no connection': {
    command: 'echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose',
    rules: chain('ct state invalid drop'),
  },
  masquerades: { rules: chain(`${TO_TARGET} masquerade`, 'postrouting', 'nat', '100'), seenAs: ROUTER },
  'masquerades, with other ports': {
    rules: chain(
      `${TO_TARGET} meta l4proto tcp masquerade to :40000-50000; ${TO_TARGET} masquerade`,
      'postrouting',
      'nat',
      '100',
    ),
    seenAs: ROUTER,
  },
};

const middlebox = MIDDLEBOXES[process.argv[2] ?? ''];
if (!middlebox) throw new RangeError(`no such middlebox; there are ${Object.keys(MIDDLEBOXES).join(', ')}`);

/** A namespace that ends with us. @returns the words before a command in it */
async function namespace(sysctls: readonly string[]) {
  const settings = sysctls.map((name) => `echo 1 > /proc/sys/net/${name}`);
  const script = ['set -e', ...settings, 'ip link set lo up', 'echo ready', 'exec cat'].join('\n');
  const holder = spawn('unshare', ['-n', '--', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return { pid: holder.pid as number, words: ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'], holder };
}

const FORWARDING = ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'];
const [first, second, target] = await Promise.all([
  namespace(FORWARDING),
  namespace(FORWARDING),
  namespace([]),
]);
writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '0');
const up = (name: string, ...addresses: string[]): string[] => [
  `link set dev ${name} up`,
  ...addresses.map((one) => `addr add ${one} dev ${name}${one.includes(':') ? ' nodad' : ''}`),
];
await ipBatch([
  'link set lo up',
  `link add t0 type veth peer name r1a netns ${first.pid}`,
  ...up('t0', `${TESTER[4]}/24`, `${TESTER[6]}/64`),
  ...['route add default via 192.0.2.254 dev t0', 'route add default via 2001:db8:1::254 dev t0'],
]);
await ipBatch(
  [
    `link add r1b type veth peer name r2a netns ${second.pid}`,
    ...up('r1a', '192.0.2.254/24', '2001:db8:1::254/64'),
    ...up('r1b', `${ROUTER}/24`, '2001:db8:2::1/64'),
    ...['route add default via 198.51.100.2 dev r1b', 'route add default via 2001:db8:2::2 dev r1b'],
  ],
  first.words,
);
await ipBatch(
  [
    `link add r2b type veth peer name g0 netns ${target.pid}`,
    ...up('r2a', '198.51.100.2/24', '2001:db8:2::2/64'),
    ...up('r2b', '203.0.113.254/24', '2001:db8:3::254/64'),
    ...[`route add default via ${ROUTER} dev r2a`, 'route add default via 2001:db8:2::1 dev r2a'],
  ],
  second.words,
);
await ipBatch(
  [
    ...up('g0', `${TARGET[4]}/24`, `${TARGET[6]}/64`),
    ...['route add default via 203.0.113.254 dev g0', 'route add default via 2001:db8:3::254 dev g0'],
  ],
  target.words,
);
const offloads = await compile(OFFLOADS, ['-std=c99', '-O1']);
for (const [words, ...names] of [
  [[], 't0'],
  [first.words, 'r1a', 'r1b'],
  [second.words, 'r2a', 'r2b'],
  [target.words, 'g0'],
] as const)
  for (const name of names) await run([...words, offloads, name]);
if (middlebox.command) await run([...first.words, 'sh', '-c', middlebox.command]);
if (middlebox.rules) await run([...first.words, 'nft', '-f', '-'], middlebox.rules);

const program = await buildUpperTester();
const seenAs = { ...TESTER, ...(middlebox.seenAs ? { 4: middlebox.seenAs } : {}) };
const families = middlebox.seenAs ? ([4] as const) : ([4, 6] as const);
const agent = await startUpperTester({
  what: 'The upper tester',
  words: (port) => [
    ...target.words,
    program,
    ...upperTesterOptions({ tester: seenAs, target: TARGET, families: [...families] }, port),
  ],
  ...{ patienceMs: 20_000, log: 'upper-tester', logs: undefined },
});
const engine = new Engine(
  settingsFrom({
    SEGMENT_ARRIVES_TARGET: families.map((family) => TARGET[family]).join(','),
    SEGMENT_ARRIVES_UPPER_TESTER: `${TARGET[4]}:${agent.port}`,
    ...(families.length === 1 ? { SEGMENT_ARRIVES_FAMILY: '4' } : {}),
    ...(middlebox.noise ? { SEGMENT_ARRIVES_NOISE: middlebox.noise } : {}),
  }),
);
const { middleboxes: signs } = await engine.start([{ id: 'closed.syn.empty' }]);
await engine.stop();
process.stdout.write(JSON.stringify({ signs } satisfies Found), () => process.exit(0));
